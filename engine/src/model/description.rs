//! A model before it is loaded: its configuration and where its tensors lie, checked against each other.
//!
//! Whatever passes here can be planned and loaded without asking again whether a tensor exists or has the right
//! shape. It reads headers only and never the weights.

use std::collections::HashMap;

use super::config::Config;
use super::from_gguf;
use super::from_hf;
use super::tensor_names::{
    Biases, Expected, LayerRole, Naming, Role, layer_tensors, names, outer_tensors,
};
use crate::error::{Error, Result};
use crate::weights::TensorInfo;
use crate::weights::gguf::GgufHeader;
use crate::weights::metadata::Metadata;
use crate::weights::safetensors::SafetensorsHeader;

/// The tensor that plays a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    index: usize,
    transposed: bool,
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
    roles: HashMap<Role, Found>,
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
        Self::checked(config, biases, Naming::Gguf, files, name, Some(metadata))
    }

    /// From a Hugging Face folder's configuration and the headers of its weight files.
    pub fn from_hf(
        config_json: &[u8],
        generation_config: Option<&[u8]>,
        shards: Vec<(String, SafetensorsHeader)>,
    ) -> Result<Self> {
        let mut files = Files::default();
        for (name, header) in shards {
            files.add(name, header.tensors)?;
        }
        let has_lm_head = files.by_name.contains_key("lm_head.weight");
        let parsed = from_hf::config_from_json(config_json, generation_config, has_lm_head)?;
        Self::checked(
            parsed.config,
            parsed.biases,
            Naming::HuggingFace,
            files,
            None,
            None,
        )
    }

    fn checked(
        config: Config,
        biases: Biases,
        naming: Naming,
        files: Files,
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
            let found = names
                .iter()
                .find_map(|name| self.by_name.get(name).copied());
            let Some((index, tensor)) = found.and_then(|i| Some((i, self.tensors.get(i)?))) else {
                if want.required {
                    return Err(self.missing(names.into_iter().next().unwrap_or_default()));
                }
                continue;
            };
            let mut shape = want.shape.clone();
            if want.transposed {
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
            if !tensor.dtype.is_weight() || (shape.len() == 1 && !tensor.dtype.is_float()) {
                return wrong(format!(
                    "is stored as {}, which cannot be used for it",
                    tensor.dtype
                ));
            }
            let transposed = want.transposed;
            self.roles.insert(want.role, Found { index, transposed });
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

    /// The tensor of a role, if the model has it.
    #[must_use]
    pub fn tensor(&self, role: Role) -> Option<&TensorInfo> {
        self.tensors.get(self.roles.get(&role)?.index)
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

    /// The tensor of this role is stored as `[inputs, outputs]`, the other way round than its rows are used.
    #[must_use]
    pub fn is_transposed(&self, role: Role) -> bool {
        self.roles.get(&role).is_some_and(|found| found.transposed)
    }

    /// Roles that have a tensor, in no particular order.
    pub fn roles(&self) -> impl Iterator<Item = (Role, &TensorInfo)> {
        self.roles
            .iter()
            .filter_map(|(&role, found)| Some((role, self.tensors.get(found.index)?)))
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
