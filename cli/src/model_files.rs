//! A model on disk: a Hugging Face folder or a GGUF file, whole or split.
//!
//! Headers are read by as much of a file as they need, weights in pieces; no file is ever held. What the bytes mean
//! is the engine's to say.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use inkling_engine::model::description::{Description, HfConfigs};
use inkling_engine::model_text::{ModelText, TextFiles};
use inkling_engine::plan::BufferId;
use inkling_engine::weights::gguf::GgufHeader;
use inkling_engine::weights::loader::{LoadReport, Loader};
use inkling_engine::weights::placement::Placement;
use inkling_engine::weights::safetensors::{SafetensorsHeader, ShardIndex};
use inkling_engine::weights::{Parsed, WeightSink, gguf, safetensors};

use crate::failure::Failure;
use crate::json_file;

/// Bytes of a header asked for first: most headers fit, and reading them takes no time.
const FIRST_HEADER_BYTES: u64 = 1 << 20;

/// Bytes of weights handed on at a time.
const PIECE_BYTES: u64 = 8 << 20;

const INDEX: &str = "model.safetensors.index.json";

/// A model whose headers have been read and fit each other.
pub(crate) struct ModelFiles {
    pub description: Description,
    /// Where `description.file_names` are looked for.
    folder: PathBuf,
}

impl ModelFiles {
    pub(crate) fn open(model: &Path) -> Result<Self, Failure> {
        let (folder, mut description) = if model.is_dir() {
            (
                model.to_path_buf(),
                describe_folder(model, safetensors_shards(model)?)?,
            )
        } else if is_gguf(model)? {
            let folder = model.parent().unwrap_or(Path::new("")).to_path_buf();
            (folder, Description::from_gguf(gguf_parts(model)?)?)
        } else {
            return Err(format!(
                "{} is neither a model folder nor a GGUF file",
                model.display()
            )
            .into());
        };
        if let Some(stem) = model.file_stem().and_then(|stem| stem.to_str()) {
            description.name = stem.to_owned();
        }
        Ok(ModelFiles {
            description,
            folder,
        })
    }

    /// The model's tokenizer, chat template and stop ids.
    pub(crate) fn text(&self) -> Result<ModelText, Failure> {
        let config = &self.description.config;
        if let Some(metadata) = &self.description.metadata {
            return Ok(ModelText::from_gguf(metadata, config)?);
        }
        let optional = |name: &str| json_file::bytes_if_present(&self.folder.join(name));
        let tokenizer_config_json = optional("tokenizer_config.json")?;
        let chat_template_jinja = optional("chat_template.jinja")?;
        let files = TextFiles {
            tokenizer_json: &json_file::bytes(&self.folder.join("tokenizer.json"))?,
            tokenizer_config_json: tokenizer_config_json.as_deref(),
            chat_template_jinja: chat_template_jinja.as_deref(),
        };
        Ok(ModelText::from_files(files, config)?)
    }

    /// Reads ranges of the file with this index, in order and in pieces; `push` takes offset and bytes.
    pub(crate) fn read(
        &self,
        file: usize,
        ranges: &[Range<u64>],
        mut push: impl FnMut(u64, &[u8]) -> inkling_engine::Result<()>,
    ) -> Result<(), Failure> {
        let name = self
            .description
            .file_names
            .get(file)
            .ok_or("the model has no such file")?;
        let path = self.folder.join(name);
        let unreadable = |error| read_failure(&path, &error);
        let mut source = File::open(&path).map_err(unreadable)?;
        let mut piece = Vec::new();
        for range in ranges {
            source
                .seek(SeekFrom::Start(range.start))
                .map_err(unreadable)?;
            let mut offset = range.start;
            while offset < range.end {
                let wanted = PIECE_BYTES.min(range.end - offset);
                piece.clear();
                source
                    .by_ref()
                    .take(wanted)
                    .read_to_end(&mut piece)
                    .map_err(unreadable)?;
                if piece.len() as u64 != wanted {
                    return Err(
                        format!("{} became shorter while it was read", path.display()).into(),
                    );
                }
                push(offset, &piece)?;
                offset += wanted;
            }
        }
        Ok(())
    }

    /// Reads and packs all weights as a loading would, and keeps nothing but the report.
    pub(crate) fn read_weights(&self, placements: Vec<Placement>) -> Result<LoadReport, Failure> {
        let mut loader = Loader::new(placements)?;
        for file in 0..self.num_files() {
            let ranges = loader.needed_ranges(file);
            self.read(file, &ranges, |offset_bytes, bytes| {
                loader.push(file, offset_bytes, bytes, &mut Nowhere)
            })?;
        }
        Ok(loader.finish()?)
    }

    pub(crate) fn num_files(&self) -> usize {
        self.description.file_names.len()
    }
}

/// Where weights go that are only looked at.
struct Nowhere;

impl WeightSink for Nowhere {
    fn write(&mut self, _: BufferId, _: u64, _: &[u8]) -> inkling_engine::Result<()> {
        Ok(())
    }
}

/// Checks a folder's configuration against the headers of its weight files.
pub(crate) fn describe_folder(
    folder: &Path,
    shards: Vec<(String, SafetensorsHeader)>,
) -> Result<Description, Failure> {
    let config = json_file::bytes(&folder.join("config.json"))?;
    let generation = json_file::bytes_if_present(&folder.join("generation_config.json"))?;
    let quantize = json_file::bytes_if_present(&folder.join("quantize_config.json"))?;
    let configs = HfConfigs {
        config: &config,
        generation_config: generation.as_deref(),
        quantize_config: quantize.as_deref(),
    };
    Ok(Description::from_hf(configs, shards)?)
}

/// Whether a file is GGUF: by its name, else by its first bytes, since some tools store models without a suffix.
pub(crate) fn is_gguf(path: &Path) -> Result<bool, Failure> {
    if path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"))
    {
        return Ok(true);
    }
    let mut magic = Vec::new();
    let file = File::open(path).map_err(|error| read_failure(path, &error))?;
    file.take(4)
        .read_to_end(&mut magic)
        .map_err(|error| read_failure(path, &error))?;
    Ok(magic == b"GGUF")
}

/// The names and headers of all parts of the model to which a GGUF file belongs.
pub(crate) fn gguf_parts(path: &Path) -> Result<Vec<(String, GgufHeader)>, Failure> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or("the file's name is not UTF-8 text")?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut parts = Vec::new();
    for name in part_names(name) {
        let header = header(&folder.join(&name), gguf::header_from_bytes)?;
        parts.push((name, header));
    }
    Ok(parts)
}

/// The names and headers of a folder's weight files.
pub(crate) fn safetensors_shards(
    folder: &Path,
) -> Result<Vec<(String, SafetensorsHeader)>, Failure> {
    let read = |names: &[String]| -> Result<Vec<_>, Failure> {
        let shard = |name: &String| Ok((name.clone(), safetensors_header(&folder.join(name))?));
        names.iter().map(shard).collect()
    };
    match json_file::bytes_if_present(&folder.join(INDEX))? {
        Some(index) => {
            let index = ShardIndex::from_json(&index)?;
            let shards = read(&index.files)?;
            index.check(&shards)?;
            Ok(shards)
        }
        None if folder.join("model.safetensors").exists() => {
            read(&["model.safetensors".to_owned()])
        }
        None => Err(format!(
            "{} has neither model.safetensors nor {INDEX}",
            folder.display()
        )
        .into()),
    }
}

/// The header of one safetensors file.
pub(crate) fn safetensors_header(path: &Path) -> Result<SafetensorsHeader, Failure> {
    header(path, safetensors::header_from_bytes)
}

/// The names of all parts of a split model (`…-00002-of-00003.gguf`), else the name itself.
fn part_names(name: &str) -> Vec<String> {
    let parsed = || {
        let stem = name.strip_suffix(".gguf")?;
        let (rest, count) = stem.rsplit_once("-of-")?;
        let (base, index) = rest.rsplit_once('-')?;
        let is_number =
            |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
        let count: u32 = count
            .parse()
            .ok()
            .filter(|&count| count > 0 && is_number(index))?;
        Some(
            (1..=count)
                .map(|part| format!("{base}-{part:05}-of-{count:05}.gguf"))
                .collect::<Vec<_>>(),
        )
    };
    // A name that only looks like a part's is left alone.
    parsed()
        .filter(|names| names.iter().any(|part| part == name))
        .unwrap_or_else(|| vec![name.to_owned()])
}

/// Parses a header from as much of a file as the parser asks for.
fn header<T>(
    path: &Path,
    parse: impl Fn(&[u8], Option<u64>) -> inkling_engine::Result<Parsed<T>>,
) -> Result<T, Failure> {
    let unreadable = |error| read_failure(path, &error);
    let mut file = File::open(path).map_err(unreadable)?;
    let len_bytes = file.metadata().map_err(unreadable)?.len();
    let mut prefix = Vec::new();
    let mut wanted = FIRST_HEADER_BYTES;
    loop {
        let missing = wanted.min(len_bytes) - prefix.len() as u64;
        file.by_ref()
            .take(missing)
            .read_to_end(&mut prefix)
            .map_err(unreadable)?;
        let had_bytes = prefix.len() as u64;
        match parse(&prefix, Some(len_bytes))
            .map_err(|error| format!("{}: {error}", path.display()))?
        {
            Parsed::Done(header) => return Ok(header),
            Parsed::NeedBytes(needed)
                if had_bytes < len_bytes && had_bytes >= wanted.min(len_bytes) =>
            {
                // Doubling keeps the parsing linear where a parser asks for little at a time.
                wanted = needed.max(2 * had_bytes);
            }
            Parsed::NeedBytes(_) => {
                return Err(format!("{} ends inside its header", path.display()).into());
            }
        }
    }
}

fn read_failure(path: &Path, error: &std::io::Error) -> Failure {
    format!("{} cannot be read: {error}", path.display()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_split_models() {
        let parts = [
            "m-00001-of-00003.gguf",
            "m-00002-of-00003.gguf",
            "m-00003-of-00003.gguf",
        ];
        assert_eq!(part_names("m-00002-of-00003.gguf"), parts);
        for whole in [
            "m.gguf",
            "m-1-of-3.gguf",
            "m-00004-of-00003.gguf",
            "m-00000-of-00000.gguf",
            "of-3.gguf",
        ] {
            assert_eq!(part_names(whole), [whole]);
        }
    }
}
