//! A model before it is loaded: its configuration and where its tensors lie, checked against each other.
//!
//! Whatever passes here can be planned and loaded without asking again whether a tensor exists or has the right
//! shape. It reads headers only and never the weights.

use std::collections::HashMap;

use super::config::Config;
use super::from_gguf;
use super::from_hf;
use super::packed::{PackedMatrix, packed_matrices};
use super::quantization::quantization;
use super::tensor_names::{
    Biases, Expected, LayerRole, Naming, Role, layer_tensors, names, outer_tensors,
};
use crate::error::{Error, Result};
use crate::weights::TensorInfo;
use crate::weights::gguf::GgufHeader;
use crate::weights::metadata::Metadata;
use crate::weights::safetensors::SafetensorsHeader;

/// How the file stores a matrix.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    Rows,
    /// As `[inputs, outputs]` (GPT-2's Conv1D).
    Columns,
    /// In several tensors (GPTQ, AWQ).
    Packed(PackedMatrix),
}

/// A checked model.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    pub config: Config,
    /// Of all files, in their order; `file` indexes `file_names`.
    pub tensors: Vec<TensorInfo>,
    pub file_names: Vec<String>,
    /// What the model calls itself, else the name of its first file; whoever knows a better one may set it.
    pub name: String,
    /// Of a GGUF model (its first part): the tokenizer and the chat template stand here.
    pub metadata: Option<Metadata>,
    naming: Naming,
    by_name: HashMap<String, usize>,
    /// Each with the shape of its use, however the file stores it.
    roles: HashMap<Role, TensorInfo>,
    /// Of matrices that are not plain rows, by name. One of several tensors has the name it would have as one.
    sources: HashMap<String, Source>,
}

/// The small files of a Hugging Face folder that describe its weights.
#[derive(Debug, Clone, Copy)]
pub struct HfConfigs<'a> {
    pub config: &'a [u8],
    pub generation_config: Option<&'a [u8]>,
    /// AutoGPTQ's, where `config.json` does not hold the same.
    pub quantize_config: Option<&'a [u8]>,
}

impl<'a> HfConfigs<'a> {
    /// Of a folder that has no other.
    #[must_use]
    pub fn of(config: &'a [u8]) -> Self {
        HfConfigs {
            config,
            generation_config: None,
            quantize_config: None,
        }
    }
}

impl Description {
    /// From the parts of a GGUF model, in any order; a model in one file is one part.
    pub fn from_gguf(mut parts: Vec<(String, GgufHeader)>) -> Result<Self> {
        check_split(&parts)?;
        parts.sort_by_key(|(_, header)| header.split.map_or(0, |split| split.index));
        let mut files = Files::default();
        let mut metadata = None;
        for (name, header) in parts {
            files.add(name, header.tensors)?;
            metadata.get_or_insert(header.metadata);
        }
        let metadata = metadata.unwrap_or_default();
        let config = from_gguf::config_from_metadata(&metadata, &files.tensors)?;
        let name = metadata.text("general.name").map(str::to_owned);
        let biases = from_gguf::biases(config.family);
        let sources = HashMap::new();
        Self::checked(
            config,
            biases,
            Naming::Gguf,
            files,
            sources,
            name,
            Some(metadata),
        )
    }

    /// From a Hugging Face folder's configuration and the headers of its weight files.
    pub fn from_hf(
        configs: HfConfigs<'_>,
        shards: Vec<(String, SafetensorsHeader)>,
    ) -> Result<Self> {
        let mut files = Files::default();
        for (name, header) in shards {
            files.add(name, header.tensors)?;
        }
        let has_lm_head = files.by_name.contains_key("lm_head.weight");
        let parsed =
            from_hf::config_from_json(configs.config, configs.generation_config, has_lm_head)?;
        let mut sources = HashMap::new();
        if let Some(quantization) = quantization(configs.config, configs.quantize_config)? {
            for packed in packed_matrices(&files.tensors, quantization)? {
                sources.insert(packed.matrix.name.clone(), Source::Packed(packed));
            }
        }
        Self::checked(
            parsed.config,
            parsed.biases,
            Naming::HuggingFace,
            files,
            sources,
            None,
            None,
        )
    }

    fn checked(
        config: Config,
        biases: Biases,
        naming: Naming,
        files: Files,
        sources: HashMap<String, Source>,
        name: Option<String>,
        metadata: Option<Metadata>,
    ) -> Result<Self> {
        if files.tensors.is_empty() {
            return Err(Error::Config("there are no weights".into()));
        }
        let name = name
            .or_else(|| files.names.first().cloned())
            .unwrap_or_default();
        let mut description = Self {
            config,
            tensors: files.tensors,
            file_names: files.names,
            name,
            metadata,
            naming,
            by_name: files.by_name,
            roles: HashMap::new(),
            sources,
        };
        let outer = outer_tensors(&description.config);
        description.assign(&outer)?;
        for layer in 0..description.config.num_layers {
            let has = |role| {
                names(Role::Layer(layer, role), description.config.family, naming)
                    .iter()
                    .any(|name| description.by_name.contains_key(name))
            };
            let expected = layer_tensors(&description.config, biases, naming, layer, &has);
            description.assign(&expected)?;
        }
        Ok(description)
    }

    /// Finds the tensor of each role and checks its shape and type.
    fn assign(&mut self, expected: &[Expected]) -> Result<()> {
        for want in expected {
            let names = names(want.role, self.config.family, self.naming);
            let packed = names.iter().find_map(|name| match self.sources.get(name) {
                Some(Source::Packed(packed)) => Some(&packed.matrix),
                Some(Source::Rows | Source::Columns) | None => None,
            });
            let stored = || names.iter().find_map(|name| self.tensor_named(name));
            let Some(tensor) = packed.or_else(stored) else {
                if want.required {
                    return Err(self.missing(names.into_iter().next().unwrap_or_default()));
                }
                continue;
            };
            let is_turned = want.transposed && packed.is_none();
            let mut shape = want.shape.clone();
            if is_turned {
                shape.reverse();
            }
            let wrong = |reason| {
                Err(Error::Tensor {
                    name: tensor.name.clone(),
                    reason,
                })
            };
            if tensor.shape != shape {
                return wrong(format!(
                    "has the shape {:?}, and the configuration asks for {shape:?}",
                    tensor.shape
                ));
            }
            let is_readable = if shape.len() == 1 || is_turned {
                tensor.dtype.is_float()
            } else {
                tensor.dtype.is_weight() || packed.is_some()
            };
            if !is_readable {
                return wrong(format!(
                    "is stored as {}, which cannot be used for it",
                    tensor.dtype
                ));
            }
            let tensor = TensorInfo {
                shape: want.shape.clone(),
                ..tensor.clone()
            };
            if is_turned {
                self.sources.insert(tensor.name.clone(), Source::Columns);
            }
            self.roles.insert(want.role, tensor);
        }
        Ok(())
    }

    fn missing(&self, name: String) -> Error {
        Error::Tensor {
            name,
            reason: format!(
                "is missing; the configuration describes {} layers of {}",
                self.config.num_layers, self.config.architecture
            ),
        }
    }

    /// The tensor of a role, if the model has it: with the shape of its use, rows first. A matrix of several
    /// tensors has the type of its codes.
    #[must_use]
    pub fn tensor(&self, role: Role) -> Option<&TensorInfo> {
        self.roles.get(&role)
    }

    /// A tensor of a layer, if the model has it.
    #[must_use]
    pub fn layer_tensor(&self, layer: usize, role: LayerRole) -> Option<&TensorInfo> {
        self.tensor(Role::Layer(layer, role))
    }

    /// The tensor of a role that the model cannot do without.
    pub fn require(&self, role: Role) -> Result<&TensorInfo> {
        self.tensor(role).ok_or_else(|| {
            self.missing(
                names(role, self.config.family, self.naming)
                    .into_iter()
                    .next()
                    .unwrap_or_default(),
            )
        })
    }

    /// Any tensor by the name its file gives it.
    #[must_use]
    pub fn tensor_named(&self, name: &str) -> Option<&TensorInfo> {
        self.tensors.get(*self.by_name.get(name)?)
    }

    /// How the file stores the matrix of this name.
    #[must_use]
    pub fn source(&self, name: &str) -> &Source {
        self.sources.get(name).unwrap_or(&Source::Rows)
    }

    /// Roles that have a tensor, in no particular order.
    pub fn roles(&self) -> impl Iterator<Item = (Role, &TensorInfo)> {
        self.roles.iter().map(|(&role, tensor)| (role, tensor))
    }

    /// Numbers in all tensors that the model uses.
    #[must_use]
    pub fn num_parameters(&self) -> u64 {
        self.roles()
            .map(|(_, tensor)| tensor.shape.iter().product::<u64>())
            .sum()
    }
}

/// All files of a model, with their tensors numbered through.
#[derive(Default)]
struct Files {
    names: Vec<String>,
    tensors: Vec<TensorInfo>,
    by_name: HashMap<String, usize>,
}

impl Files {
    fn add(&mut self, file_name: String, tensors: Vec<TensorInfo>) -> Result<()> {
        let file = self.names.len();
        self.names.push(file_name);
        for mut tensor in tensors {
            tensor.file = file;
            let index = self.tensors.len();
            if self.by_name.insert(tensor.name.clone(), index).is_some() {
                return Err(Error::Tensor {
                    name: tensor.name,
                    reason: "is in more than one file".into(),
                });
            }
            self.tensors.push(tensor);
        }
        Ok(())
    }
}

/// Every part of a split model once, and all of the same model.
fn check_split(parts: &[(String, GgufHeader)]) -> Result<()> {
    let wrong = |reason: String| {
        Err(Error::Malformed {
            format: "split GGUF",
            reason,
        })
    };
    let Some((_, first)) = parts.first() else {
        return wrong("there are no files".into());
    };
    let count = first.split.map_or(1, |split| split.count);
    if parts.len() != count {
        return wrong(format!(
            "the model is in {count} files, and {} were given",
            parts.len()
        ));
    }
    let mut seen = vec![false; count];
    for (name, header) in parts {
        let (index, of) = header
            .split
            .map_or((0, 1), |split| (split.index, split.count));
        match seen.get_mut(index) {
            Some(seen) if !*seen && of == count => *seen = true,
            _ => {
                return wrong(format!(
                    "'{name}' says it is part {} of {of}, which does not fit the other files",
                    index + 1
                ));
            }
        }
    }
    Ok(())
}
