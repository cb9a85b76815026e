//! The one door to the engine: everything the worker asks of it, in wire types.
//!
//! The engine knows no browser and the rest of this crate knows no engine, so a change of either stays on its
//! side. Holds no logic beyond translating and choosing defaults.

mod described;
mod fit;
mod keeping;
mod turns;

use std::ops::ControlFlow;

use inkling_engine as engine;
use inkling_engine::conversation::Conversation;
use inkling_engine::executor::Executor as _;
use inkling_engine::gpu::{Gpu, GpuOptions};
use inkling_engine::kernel;
use inkling_engine::loading::Loading;
use inkling_engine::model::config::GenerationDefaults;
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::model::traffic::weight_bytes_per_token;
use inkling_engine::model_text::ModelText;
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::Session;
use inkling_engine::text::{ChatInput, Now};
use inkling_engine::weights::{gguf, layout, safetensors};
use serde_json::{Value, json};

use crate::chats::Sampling;
use crate::wire::{
    AdapterReport, ErrorKind, GenerateOptions, Input, KvPrecision, LoadOptions, Message,
    ModelReport, PowerPreference, WeightPolicy, WhenFull, WireError,
};

pub use described::{Described, FolderFiles};
pub use fit::{DeviceLimits, Roofline, SpeedTest};
pub use inkling_engine::Error as EngineError;
pub use inkling_engine::session::{
    Constraint, Forgotten, Generate, Generation, Guide, Logprobs, Next, Progress,
};
pub use inkling_engine::text::{StopMatcher, TokenStream, Tokenizer};
pub use inkling_engine::weights::Parsed;
pub use inkling_engine::weights::gguf::GgufHeader;
pub use inkling_engine::weights::safetensors::SafetensorsHeader;
pub use turns::reason_from;

/// Sampling of a conversation whose model recommends nothing: lively without losing the thread.
const CHAT_SAMPLING: SamplingOptions = SamplingOptions {
    temperature: 0.7,
    top_k: 40,
    top_p: 0.95,
    min_p: 0.05,
    repetition_penalty: 1.0,
    frequency_penalty: 0.0,
    presence_penalty: 0.0,
    seed: 0,
};

const NOTHING_TO_CONTINUE: &str =
    "There is no answer to go on with: the conversation has no message.";

/// An open graphics device.
pub struct Device {
    gpu: Gpu,
    name: String,
}

impl Device {
    /// `subgroups` says whether the device will have them, `name` what the browser calls it: wgpu's web backend
    /// knows neither.
    pub async fn open(
        power: PowerPreference,
        subgroups: bool,
        name: String,
    ) -> Result<Self, WireError> {
        let options = GpuOptions {
            power: match power {
                PowerPreference::HighPerformance => engine::gpu::PowerPreference::HighPerformance,
                PowerPreference::LowPower => engine::gpu::PowerPreference::LowPower,
            },
            adapter: None,
            f16: None,
            subgroups: Some(subgroups),
        };
        let gpu = Gpu::open(&options).await.map_err(wire_error_from)?;
        Ok(Self { gpu, name })
    }

    pub fn report(&self) -> AdapterReport {
        let report = self.gpu.report();
        AdapterReport {
            name: self.name.clone(),
            vendor: report.driver.clone(),
            backend: report.backend.clone(),
            is_fallback: report.is_fallback,
            f16: report.f16,
            subgroups: report.subgroups,
            max_binding_bytes: report.max_binding_bytes,
        }
    }
}

pub fn gguf_header(
    prefix: &[u8],
    file_bytes: Option<u64>,
) -> Result<Parsed<GgufHeader>, WireError> {
    gguf::header_from_bytes(prefix, file_bytes).map_err(wire_error_from)
}

pub fn safetensors_header(
    prefix: &[u8],
    file_bytes: Option<u64>,
) -> Result<Parsed<SafetensorsHeader>, WireError> {
    safetensors::header_from_bytes(prefix, file_bytes).map_err(wire_error_from)
}

/// Checks that the shards of a folder hold what its index says they do.
pub fn check_shards(
    index_json: &[u8],
    headers: &[(String, SafetensorsHeader)],
) -> Result<(), WireError> {
    safetensors::ShardIndex::from_json(index_json)
        .and_then(|index| index.check(headers))
        .map_err(wire_error_from)
}

/// A model on its way to the GPU.
pub struct Loader {
    loading: Loading<Gpu>,
    device_name: String,
    text: ModelText,
    num_parameters: u64,
    weight_bytes_per_token: u64,
}

impl Loader {
    pub async fn begin(
        device: Device,
        described: Described,
        options: &LoadOptions,
    ) -> Result<Self, WireError> {
        let Described { description, text } = described;
        let options = PlanOptions {
            context_length: options.context_length.map(|tokens| tokens as usize),
            kv: match options.kv {
                KvPrecision::F32 => kernel::KvPrecision::F32,
                KvPrecision::F16 => kernel::KvPrecision::F16,
                KvPrecision::Q8 => kernel::KvPrecision::Q8,
                KvPrecision::Q4 => kernel::KvPrecision::Q4,
            },
            weights: match options.weights {
                WeightPolicy::Keep => layout::WeightPolicy::Keep,
                WeightPolicy::Q4 => layout::WeightPolicy::Q4,
            },
        };
        let plan =
            ModelPlan::new(&description, &options, device.gpu.limits()).map_err(wire_error_from)?;
        let num_parameters = description.num_parameters();
        let weight_bytes_per_token = weight_bytes_per_token(&description.config, &plan);
        let loading = Loading::new(device.gpu, description, plan)
            .await
            .map_err(wire_error_from)?;
        Ok(Self {
            loading,
            device_name: device.name,
            text,
            num_parameters,
            weight_bytes_per_token,
        })
    }

    /// Takes the next bytes of a weight file.
    pub fn push(&mut self, file: usize, offset_bytes: u64, bytes: &[u8]) -> Result<(), WireError> {
        self.loading
            .push(file, offset_bytes, bytes)
            .map_err(wire_error_from)
    }

    pub async fn finish(self) -> Result<Model, WireError> {
        let mut model = Model {
            session: self.loading.finish().await.map_err(wire_error_from)?,
            device_name: self.device_name,
            text: self.text,
            num_parameters: self.num_parameters,
            weight_bytes_per_token: self.weight_bytes_per_token,
        };
        model.warm_up().await?;
        Ok(model)
    }
}

/// The tokens of a model as bytes, one after the other.
pub struct Vocabulary {
    pub bytes: Vec<u8>,
    /// Of each token; those without text have none.
    pub lens_bytes: Vec<u32>,
    /// Which end an answer.
    pub end_ids: Vec<u32>,
}

/// A model that is ready to generate.
pub struct Model {
    session: Session<Gpu>,
    device_name: String,
    text: ModelText,
    num_parameters: u64,
    weight_bytes_per_token: u64,
}

impl Model {
    /// One token through everything, so that what drivers do at first use is done before anybody waits for it.
    async fn warm_up(&mut self) -> Result<(), WireError> {
        let generate = Generate {
            sampling: SamplingOptions::default(),
            max_tokens: 2,
            stop_ids: Vec::new(),
            fresh_context: true,
            keep_tokens: None,
        };
        self.session
            .generate(&[0], &generate, |_| ControlFlow::Continue(()))
            .await
            .map_err(wire_error_from)?;
        Ok(())
    }

    /// Gives the model's memory back, and the device for the next one: it keeps the kernels it has compiled.
    pub async fn unload(self) -> Result<Device, WireError> {
        let mut gpu = self.session.into_executor();
        gpu.idle().await.map_err(wire_error_from)?;
        gpu.allocate(&[]).await.map_err(wire_error_from)?;
        Ok(Device {
            gpu,
            name: self.device_name,
        })
    }

    /// What the engine knows of the model; the loader fills in where its bytes came from.
    pub fn report(&self) -> ModelReport {
        let memory = self.session.memory();
        let rounding = self.session.load_report().conversion.relative_error() as f32;
        ModelReport {
            key: String::new(),
            name: String::new(),
            architecture: self.session.config().architecture.clone(),
            num_parameters: self.num_parameters,
            context_length: self.session.context_tokens() as u32,
            weights_bytes: memory.weights,
            kv_bytes: memory.kv,
            total_bytes: memory.total,
            has_chat_template: self.text.template.is_some(),
            sampling: sampling_report(self.session.config().generation),
            conversion_error: (rounding > 0.0).then_some(rounding),
            bytes_fetched: 0,
            bytes_from_storage: 0,
            not_stored: None,
            chunks_repaired: 0,
            wasm_heap_bytes: 0,
        }
    }

    pub fn tokenizer(&self) -> &Tokenizer {
        &self.text.tokenizer
    }

    pub fn context_length(&self) -> usize {
        self.session.context_tokens()
    }

    /// Whether the answer goes on in the same text as the request: raw text, or anything for a base model.
    pub fn continues_text(&self, input: &Input) -> bool {
        match input {
            Input::Messages { .. } | Input::Chat { .. } => self.text.template.is_none(),
            Input::Text { .. } => true,
            Input::Tokens { .. } => false,
        }
    }

    /// The mean of the last hidden states over a text, and how many tokens that is.
    pub async fn mean_hidden_state(
        &mut self,
        input: &Input,
    ) -> Result<(Vec<f32>, usize), WireError> {
        let tokens = self.tokens_from_input(input)?;
        let vector = self.session.mean_hidden_state(&tokens).await;
        Ok((vector.map_err(wire_error_from)?, tokens.len()))
    }

    /// The tokens of a request: a conversation goes through the model's chat template.
    pub fn tokens_from_input(&self, input: &Input) -> Result<Vec<u32>, WireError> {
        match input {
            Input::Messages {
                messages,
                continues: true,
            } => {
                let (answer, before) = messages
                    .split_last()
                    .ok_or_else(|| WireError::new(ErrorKind::BadRequest, NOTHING_TO_CONTINUE))?;
                self.text
                    .encode_chat_begun(&self.chat_input(before)?, &answer.content)
            }
            Input::Messages {
                messages,
                continues: false,
            } => self.text.encode_chat(&self.chat_input(messages)?),
            Input::Chat {
                messages,
                tools,
                continues: true,
            } => {
                let (answer, before) = messages
                    .split_last()
                    .ok_or_else(|| WireError::new(ErrorKind::BadRequest, NOTHING_TO_CONTINUE))?;
                let begun = answer.get("content").and_then(Value::as_str);
                self.text.encode_chat_begun(
                    &self.template_input(before, tools),
                    begun.unwrap_or_default(),
                )
            }
            Input::Chat {
                messages,
                tools,
                continues: false,
            } => self.text.encode_chat(&self.template_input(messages, tools)),
            Input::Text { text } => self.text.encode_outside_text(text),
            Input::Tokens { tokens } => Ok(tokens.clone()),
        }
        .map_err(wire_error_from)
    }

    /// Tokens at the beginning of a request that the model must not forget: the system message. `None`: nothing may be
    /// forgotten, because the caller counts tokens.
    fn keep_tokens(&self, input: &Input, when_full: WhenFull) -> Result<Option<usize>, WireError> {
        if when_full == WhenFull::End {
            return Ok(None);
        }
        match input {
            Input::Messages { messages, .. } => {
                let chat = self.chat_input(messages)?;
                let conversation = self.conversation(&chat);
                Ok(Some(conversation.map_or(0, |it| it.beginning_tokens())))
            }
            Input::Chat {
                messages, tools, ..
            } => {
                let chat = self.template_input(messages, tools);
                let conversation = self.conversation(&chat);
                Ok(Some(conversation.map_or(0, |it| it.beginning_tokens())))
            }
            Input::Text { .. } => Ok(Some(0)),
            Input::Tokens { .. } => Ok(None),
        }
    }

    /// How many messages after the system's are no longer wholly known when these tokens are forgotten.
    pub fn forgotten_messages(
        &self,
        input: &Input,
        forgotten: Forgotten,
    ) -> Result<usize, WireError> {
        match input {
            Input::Messages { messages, .. } if !forgotten.is_empty() => {
                let chat = self.chat_input(messages)?;
                let conversation = self.conversation(&chat);
                Ok(conversation.map_or(0, |it| it.messages_before(forgotten.end)))
            }
            Input::Chat {
                messages, tools, ..
            } if !forgotten.is_empty() => {
                let chat = self.template_input(messages, tools);
                let conversation = self.conversation(&chat);
                Ok(conversation.map_or(0, |it| it.messages_before(forgotten.end)))
            }
            Input::Messages { .. }
            | Input::Chat { .. }
            | Input::Text { .. }
            | Input::Tokens { .. } => Ok(0),
        }
    }

    /// What the prompt already says of the answer; an answer that is gone on with has it from before.
    pub fn answer_opening(&self, input: &Input, prompt: &[u32]) -> String {
        match input {
            Input::Messages {
                continues: false, ..
            }
            | Input::Chat {
                continues: false, ..
            } => self.text.answer_opening(prompt),
            Input::Messages { .. }
            | Input::Chat { .. }
            | Input::Text { .. }
            | Input::Tokens { .. } => String::new(),
        }
    }

    /// What the model's template writes for a call of the function `name`, where it knows tools.
    pub fn call_example(&self, name: &str) -> Option<String> {
        self.text.template.as_ref()?.call_example(name)
    }

    fn chat_input(&self, messages: &[Message]) -> Result<ChatInput, WireError> {
        let messages: Result<Vec<Value>, _> = messages.iter().map(serde_json::to_value).collect();
        let messages = messages.map_err(|error| internal(error.to_string()))?;
        Ok(self.template_input(&messages, &[]))
    }

    /// As the template takes it: some refuse a system's message, which then begins the first question.
    fn template_input(&self, messages: &[Value], tools: &[Value]) -> ChatInput {
        let mut input = ChatInput::new(messages.into(), now());
        if !tools.is_empty() {
            input.tools = Some(tools.into());
        }
        let text = |message: &Value, field: &str| {
            let text = message.get(field).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let [system, question, rest @ ..] = messages else {
            return input;
        };
        let is_refused = text(system, "role") == "system"
            && text(question, "role") == "user"
            && self
                .text
                .template
                .as_ref()
                .is_some_and(|template| template.render(&input).is_err());
        if is_refused {
            let content = format!(
                "{}\n\n{}",
                text(system, "content"),
                text(question, "content")
            );
            let mut joined = vec![json!({ "role": "user", "content": content })];
            joined.extend_from_slice(rest);
            input.messages = joined.into();
        }
        input
    }

    /// Ids of tokens are smaller.
    pub fn vocab_size(&self) -> usize {
        self.session.config().vocab_size
    }

    /// What each token adds to a text.
    pub fn vocabulary(&self) -> Vocabulary {
        let mut vocabulary = Vocabulary {
            bytes: Vec::new(),
            lens_bytes: Vec::new(),
            end_ids: self.text.stop_ids.clone(),
        };
        let num_tokens = self.vocab_size();
        for id in 0..num_tokens as u32 {
            let bytes = self.text.tokenizer.token_bytes(id);
            vocabulary.lens_bytes.push(bytes.len() as u32);
            vocabulary.bytes.extend(bytes);
        }
        vocabulary.end_ids.retain(|&id| (id as usize) < num_tokens);
        vocabulary
    }

    pub fn count_tokens(&self, text: &str) -> Result<u32, WireError> {
        let ids = self
            .text
            .tokenizer
            .encode_user_text(text)
            .map_err(wire_error_from)?;
        Ok(ids.len() as u32)
    }

    /// Absent for a base model.
    fn conversation<'a>(&'a self, input: &'a ChatInput) -> Option<Conversation<'a>> {
        let template = self.text.template.as_ref()?;
        Some(Conversation {
            template,
            tokenizer: &self.text.tokenizer,
            input,
        })
    }

    /// What is to be done for a request.
    pub fn order(&self, input: &Input, options: &GenerateOptions) -> Result<Generate, WireError> {
        let keep_tokens = self.keep_tokens(input, options.when_full)?;
        let sampling = sampling(self.session.config().generation, input, options);
        sampling.validate().map_err(wire_error_from)?;
        Ok(Generate {
            sampling,
            // Where the context slides it ends no answer, and a model that never ends its turn would go on for ever.
            max_tokens: match (options.max_tokens, keep_tokens) {
                (Some(tokens), _) => tokens as usize,
                (None, Some(_)) => self.session.context_tokens(),
                (None, None) => usize::MAX,
            },
            stop_ids: if options.ignore_eos {
                Vec::new()
            } else {
                self.text.stop_ids.clone()
            },
            fresh_context: options.fresh_context,
            keep_tokens,
        })
    }
}

/// The model's values, and ours for a conversation whose model recommends nothing.
fn chat_sampling(defaults: GenerationDefaults) -> SamplingOptions {
    if defaults == GenerationDefaults::default() {
        CHAT_SAMPLING
    } else {
        SamplingOptions::from_defaults(defaults)
    }
}

fn sampling_report(defaults: GenerationDefaults) -> Sampling {
    let sampling = chat_sampling(defaults);
    Sampling {
        temperature: Some(sampling.temperature),
        top_k: Some(sampling.top_k),
        top_p: Some(sampling.top_p),
        min_p: Some(sampling.min_p),
        repetition_penalty: Some(sampling.repetition_penalty),
        max_tokens: None,
        seed: None,
    }
}

/// The request's values over the model's, over ours.
fn sampling(
    defaults: GenerationDefaults,
    input: &Input,
    options: &GenerateOptions,
) -> SamplingOptions {
    let base = match input {
        Input::Messages { .. } | Input::Chat { .. } => chat_sampling(defaults),
        Input::Text { .. } | Input::Tokens { .. } => SamplingOptions::from_defaults(defaults),
    };
    SamplingOptions {
        temperature: options.temperature.unwrap_or(base.temperature),
        top_k: options.top_k.unwrap_or(base.top_k),
        top_p: options.top_p.unwrap_or(base.top_p),
        min_p: options.min_p.unwrap_or(base.min_p),
        repetition_penalty: options
            .repetition_penalty
            .unwrap_or(base.repetition_penalty),
        frequency_penalty: options.frequency_penalty.unwrap_or(base.frequency_penalty),
        presence_penalty: options.presence_penalty.unwrap_or(base.presence_penalty),
        // Without a seed every answer is another one.
        seed: options.seed.unwrap_or_else(random_seed),
    }
}

fn random_seed() -> u64 {
    (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64
}

/// The reader's clock, for templates that tell the model the date.
fn now() -> Now {
    let date = js_sys::Date::new_0();
    // JavaScript counts minutes towards UTC, everybody else away from it.
    let utc_offset_seconds = -(date.get_timezone_offset() * 60.0) as i64;
    Now::from_unix_seconds((date.get_time() / 1000.0) as i64, utc_offset_seconds)
}

fn internal(message: String) -> WireError {
    WireError::new(ErrorKind::Internal, message)
}

/// The engine's sentences are written for the reader; only the kind is added.
fn wire_error_from(error: engine::Error) -> WireError {
    use engine::Error;
    let kind = match &error {
        Error::Malformed { .. }
        | Error::Truncated { .. }
        | Error::Config(_)
        | Error::Tensor { .. }
        | Error::Tokenizer(_) => ErrorKind::BadFile,
        Error::UnsupportedArchitecture { .. } | Error::Unsupported(_) | Error::NoAdapter(_) => {
            ErrorKind::Unsupported
        }
        Error::Template(_) | Error::Request(_) => ErrorKind::BadRequest,
        Error::ContextFull { .. } | Error::NothingToForget { .. } => ErrorKind::ContextFull,
        Error::OutOfMemory(_) => ErrorKind::OutOfMemory,
        Error::DeviceLost(_) => ErrorKind::DeviceLost,
        // The engine's enum may grow; what is new is a bug until it is listed here.
        _ => ErrorKind::Internal,
    };
    WireError::new(kind, error.to_string())
}
