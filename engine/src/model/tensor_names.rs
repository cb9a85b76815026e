//! What each tensor is for, and what its name is in either kind of file.
//!
//! Graphs ask for a [`Role`]; only this table, and what a family states beside it, knows that Hugging Face says
//! `self_attn.q_proj` where GGUF says `attn_q`. It also knows which shape a role must have, so that a file is checked before anything is
//! allocated.

use super::config::{Config, Norm, QkNorm};
use super::family::{Family, Mlp, NormPlaces, Positions, Projections};

/// What a tensor is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    TokenEmbedding,
    /// GPT-2's learned positions.
    PositionEmbedding,
    OutputNorm,
    OutputNormBias,
    /// Absent where the embedding serves for it.
    LmHead,
    Layer(usize, LayerRole),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LayerRole {
    /// Before attention (OLMo 2 has none).
    AttnNorm,
    AttnNormBias,
    Q,
    K,
    V,
    /// Rows of q, then k, then v.
    Qkv,
    QBias,
    KBias,
    VBias,
    QkvBias,
    QNorm,
    KNorm,
    O,
    OBias,
    /// On attention's output, before it is added (Gemma 2 and 3, OLMo 2).
    PostAttnNorm,
    /// Before the MLP.
    MlpNorm,
    MlpNormBias,
    Gate,
    Up,
    /// Rows of gate, then up.
    GateUp,
    Down,
    GateBias,
    UpBias,
    DownBias,
    /// On the MLP's output, before it is added.
    PostMlpNorm,
    Router,
    ExpertGate(usize),
    ExpertUp(usize),
    ExpertDown(usize),
    /// All experts in one tensor, `[experts, rows, cols]`.
    ExpertsGate,
    ExpertsUp,
    /// Of each expert the rows of gate, then of up.
    ExpertsGateUp,
    ExpertsDown,
}

/// Whose names a file uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    HuggingFace,
    Gguf,
}

/// A tensor that a model of some configuration may or must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub role: Role,
    /// As it is used: rows are outputs.
    pub shape: Vec<u64>,
    /// Stored as `[inputs, outputs]` (GPT-2's Conv1D in Hugging Face files).
    pub transposed: bool,
    pub required: bool,
}

/// Which biases a configuration asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Absent,
    /// There if the file has it: GGUF metadata do not say.
    Optional,
    Required,
}

/// What the configuration says about biases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Biases {
    pub qkv: Presence,
    pub attn_output: Presence,
    pub mlp: Presence,
}

/// Everything that layer `layer` of such a model consists of. Where a family's files come in two forms, `has` decides.
pub fn layer_tensors(
    config: &Config,
    biases: Biases,
    naming: Naming,
    layer: usize,
    has: &dyn Fn(LayerRole) -> bool,
) -> Vec<Expected> {
    let hidden = config.hidden_size as u64;
    let ff = config.intermediate_size as u64;
    let head = config.head_dim as u64;
    let q = config.num_heads as u64 * head;
    let kv = config.num_kv_heads as u64 * head;
    let family = config.family;
    let mut list = List {
        layer,
        transposed: family.hf_transposed && naming == Naming::HuggingFace,
        out: Vec::new(),
    };

    let (pre_norms, post_norms) = match family.norm_places {
        NormPlaces::Before => (true, false),
        NormPlaces::After => (false, true),
        NormPlaces::Both => (true, true),
    };
    let norm_bias = if config.norm == Norm::LayerNorm {
        Presence::Required
    } else {
        Presence::Absent
    };
    if pre_norms {
        list.vector(LayerRole::AttnNorm, hidden, Presence::Required);
        list.vector(LayerRole::AttnNormBias, hidden, norm_bias);
        list.vector(LayerRole::MlpNorm, hidden, Presence::Required);
        list.vector(LayerRole::MlpNormBias, hidden, norm_bias);
    }
    if post_norms {
        list.vector(LayerRole::PostAttnNorm, hidden, Presence::Required);
        list.vector(LayerRole::PostMlpNorm, hidden, Presence::Required);
    }

    match family.projections {
        Projections::Fused => {
            list.matrix(LayerRole::Qkv, &[q + 2 * kv, hidden]);
            list.vector(LayerRole::QkvBias, q + 2 * kv, biases.qkv);
        }
        Projections::Separate => {
            list.matrix(LayerRole::Q, &[q, hidden]);
            list.matrix(LayerRole::K, &[kv, hidden]);
            list.matrix(LayerRole::V, &[kv, hidden]);
            list.vector(LayerRole::QBias, q, biases.qkv);
            list.vector(LayerRole::KBias, kv, biases.qkv);
            list.vector(LayerRole::VBias, kv, biases.qkv);
        }
    }
    list.matrix(LayerRole::O, &[hidden, q]);
    list.vector(LayerRole::OBias, hidden, biases.attn_output);
    match config.qk_norm {
        QkNorm::None => {}
        QkNorm::PerHead => {
            list.vector(LayerRole::QNorm, head, Presence::Required);
            list.vector(LayerRole::KNorm, head, Presence::Required);
        }
        QkNorm::Whole => {
            list.vector(LayerRole::QNorm, q, Presence::Required);
            list.vector(LayerRole::KNorm, kv, Presence::Required);
        }
    }

    let mixture = config.layers.get(layer).is_some_and(|l| l.mixture);
    match config.experts.filter(|_| mixture) {
        Some(experts) => {
            let (count, eff) = (experts.num_experts as u64, experts.intermediate_size as u64);
            list.matrix(LayerRole::Router, &[count, hidden]);
            match naming {
                Naming::Gguf => {
                    list.matrix(LayerRole::ExpertsGate, &[count, eff, hidden]);
                    list.matrix(LayerRole::ExpertsUp, &[count, eff, hidden]);
                    list.matrix(LayerRole::ExpertsDown, &[count, hidden, eff]);
                }
                // transformers 5 holds all experts in two tensors; files mostly keep one per expert and matrix.
                Naming::HuggingFace if has(LayerRole::ExpertsGateUp) => {
                    list.matrix(LayerRole::ExpertsGateUp, &[count, 2 * eff, hidden]);
                    list.matrix(LayerRole::ExpertsDown, &[count, hidden, eff]);
                }
                Naming::HuggingFace => {
                    for expert in 0..experts.num_experts {
                        list.matrix(LayerRole::ExpertGate(expert), &[eff, hidden]);
                        list.matrix(LayerRole::ExpertUp(expert), &[eff, hidden]);
                        list.matrix(LayerRole::ExpertDown(expert), &[hidden, eff]);
                    }
                }
            }
        }
        None => {
            match family.mlp {
                Mlp::Plain => list.matrix(LayerRole::Up, &[ff, hidden]),
                Mlp::GatedFused => list.matrix(LayerRole::GateUp, &[2 * ff, hidden]),
                Mlp::Gated | Mlp::Mixture => {
                    list.matrix(LayerRole::Gate, &[ff, hidden]);
                    list.matrix(LayerRole::Up, &[ff, hidden]);
                    list.vector(LayerRole::GateBias, ff, biases.mlp);
                }
            }
            list.matrix(LayerRole::Down, &[hidden, ff]);
            list.vector(LayerRole::UpBias, ff, biases.mlp);
            list.vector(LayerRole::DownBias, hidden, biases.mlp);
        }
    }
    list.out
}

/// Everything outside the layers.
pub fn outer_tensors(config: &Config) -> Vec<Expected> {
    let (hidden, vocab) = (config.hidden_size as u64, config.vocab_size as u64);
    let mut out = Vec::new();
    let mut add = |role, shape: &[u64]| {
        out.push(Expected {
            role,
            shape: shape.to_vec(),
            transposed: false,
            required: true,
        });
    };
    add(Role::TokenEmbedding, &[vocab, hidden]);
    if config.family.positions == Positions::Learned {
        add(
            Role::PositionEmbedding,
            &[config.context_length as u64, hidden],
        );
    }
    add(Role::OutputNorm, &[hidden]);
    if config.norm == Norm::LayerNorm {
        add(Role::OutputNormBias, &[hidden]);
    }
    if !config.tie_word_embeddings {
        add(Role::LmHead, &[vocab, hidden]);
    }
    out
}

struct List {
    layer: usize,
    transposed: bool,
    out: Vec<Expected>,
}

impl List {
    fn matrix(&mut self, role: LayerRole, shape: &[u64]) {
        self.out.push(Expected {
            role: Role::Layer(self.layer, role),
            shape: shape.to_vec(),
            transposed: self.transposed,
            required: true,
        });
    }

    fn vector(&mut self, role: LayerRole, len: u64, presence: Presence) {
        if presence != Presence::Absent {
            self.out.push(Expected {
                role: Role::Layer(self.layer, role),
                shape: vec![len],
                transposed: false,
                required: presence == Presence::Required,
            });
        }
    }
}

/// The names a role's tensor may have, the usual one first.
#[must_use]
pub fn names(role: Role, family: &Family, naming: Naming) -> Vec<String> {
    match naming {
        Naming::Gguf => vec![gguf_name(role)],
        Naming::HuggingFace => {
            let (name, is_body) = hf_name(role, family);
            if is_body {
                vec![format!("{}{name}", family.names.body), name]
            } else {
                vec![name]
            }
        }
    }
}

fn gguf_name(role: Role) -> String {
    let (layer, role) = match role {
        Role::TokenEmbedding => return "token_embd.weight".into(),
        Role::PositionEmbedding => return "position_embd.weight".into(),
        Role::OutputNorm => return "output_norm.weight".into(),
        Role::OutputNormBias => return "output_norm.bias".into(),
        Role::LmHead => return "output.weight".into(),
        Role::Layer(layer, role) => (layer, role),
    };
    let rest = match role {
        LayerRole::AttnNorm => "attn_norm.weight",
        LayerRole::AttnNormBias => "attn_norm.bias",
        LayerRole::Q => "attn_q.weight",
        LayerRole::K => "attn_k.weight",
        LayerRole::V => "attn_v.weight",
        LayerRole::Qkv => "attn_qkv.weight",
        LayerRole::QBias => "attn_q.bias",
        LayerRole::KBias => "attn_k.bias",
        LayerRole::VBias => "attn_v.bias",
        LayerRole::QkvBias => "attn_qkv.bias",
        LayerRole::QNorm => "attn_q_norm.weight",
        LayerRole::KNorm => "attn_k_norm.weight",
        LayerRole::O => "attn_output.weight",
        LayerRole::OBias => "attn_output.bias",
        LayerRole::PostAttnNorm => "post_attention_norm.weight",
        LayerRole::MlpNorm => "ffn_norm.weight",
        LayerRole::MlpNormBias => "ffn_norm.bias",
        LayerRole::Gate => "ffn_gate.weight",
        LayerRole::Up | LayerRole::GateUp => "ffn_up.weight",
        LayerRole::Down => "ffn_down.weight",
        LayerRole::GateBias => "ffn_gate.bias",
        LayerRole::UpBias => "ffn_up.bias",
        LayerRole::DownBias => "ffn_down.bias",
        LayerRole::PostMlpNorm => "post_ffw_norm.weight",
        LayerRole::Router => "ffn_gate_inp.weight",
        LayerRole::ExpertGate(e) => return format!("blk.{layer}.ffn_gate.{e}.weight"),
        LayerRole::ExpertUp(e) => return format!("blk.{layer}.ffn_up.{e}.weight"),
        LayerRole::ExpertDown(e) => return format!("blk.{layer}.ffn_down.{e}.weight"),
        LayerRole::ExpertsGate => "ffn_gate_exps.weight",
        LayerRole::ExpertsUp => "ffn_up_exps.weight",
        LayerRole::ExpertsGateUp => "ffn_gate_up_exps.weight",
        LayerRole::ExpertsDown => "ffn_down_exps.weight",
    };
    format!("blk.{layer}.{rest}")
}

/// The name without what stands before the body's names, and whether it is of the body.
fn hf_name(role: Role, family: &Family) -> (String, bool) {
    let own = family.names.outer.iter().find(|(of, _)| *of == role);
    let outer = match role {
        Role::LmHead => return ("lm_head.weight".into(), false),
        Role::Layer(layer, role) => {
            let rest = hf_layer_name(role, family);
            return (format!("{}.{layer}.{rest}", family.names.layers), true);
        }
        Role::TokenEmbedding => "embed_tokens.weight",
        Role::PositionEmbedding => "embed_positions.weight",
        Role::OutputNorm => "norm.weight",
        Role::OutputNormBias => "norm.bias",
    };
    (own.map_or(outer, |(_, name)| name).into(), true)
}

fn hf_layer_name(role: LayerRole, family: &Family) -> String {
    if let Some((_, own)) = family.names.layer.iter().find(|(of, _)| *of == role) {
        return (*own).into();
    }
    let name = match role {
        LayerRole::AttnNorm => "input_layernorm.weight",
        LayerRole::AttnNormBias => "input_layernorm.bias",
        LayerRole::Q => "self_attn.q_proj.weight",
        LayerRole::K => "self_attn.k_proj.weight",
        LayerRole::V => "self_attn.v_proj.weight",
        LayerRole::Qkv => "self_attn.qkv_proj.weight",
        LayerRole::QBias => "self_attn.q_proj.bias",
        LayerRole::KBias => "self_attn.k_proj.bias",
        LayerRole::VBias => "self_attn.v_proj.bias",
        LayerRole::QkvBias => "self_attn.qkv_proj.bias",
        LayerRole::QNorm => "self_attn.q_norm.weight",
        LayerRole::KNorm => "self_attn.k_norm.weight",
        LayerRole::O => "self_attn.o_proj.weight",
        LayerRole::OBias => "self_attn.o_proj.bias",
        LayerRole::PostAttnNorm => "post_attention_layernorm.weight",
        LayerRole::MlpNorm => "post_attention_layernorm.weight",
        LayerRole::MlpNormBias => "post_attention_layernorm.bias",
        LayerRole::Gate => "mlp.gate_proj.weight",
        LayerRole::Up => "mlp.up_proj.weight",
        LayerRole::GateUp => "mlp.gate_up_proj.weight",
        LayerRole::Down => "mlp.down_proj.weight",
        LayerRole::GateBias => "mlp.gate_proj.bias",
        LayerRole::UpBias => "mlp.up_proj.bias",
        LayerRole::DownBias => "mlp.down_proj.bias",
        LayerRole::PostMlpNorm => "post_feedforward_layernorm.weight",
        LayerRole::Router => "mlp.gate.weight",
        LayerRole::ExpertGate(e) => {
            return format!("mlp.experts.{e}.gate_proj.weight");
        }
        LayerRole::ExpertUp(e) => {
            return format!("mlp.experts.{e}.up_proj.weight");
        }
        LayerRole::ExpertDown(e) => {
            return format!("mlp.experts.{e}.down_proj.weight");
        }
        LayerRole::ExpertsGate => "mlp.experts.gate_proj",
        LayerRole::ExpertsUp => "mlp.experts.up_proj",
        LayerRole::ExpertsGateUp => "mlp.experts.gate_up_proj",
        LayerRole::ExpertsDown => "mlp.experts.down_proj",
    };
    name.into()
}
