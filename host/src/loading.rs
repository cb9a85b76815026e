//! Loading a model: headers, plan, then every weight byte once, from wherever it is, into the engine.
//!
//! Joins source and engine; must not know how either works inside.

use web_sys::File;

use crate::clock::wasm_heap_bytes;
use crate::engine_port::{
    Described, Device, FolderFiles, Loader, Model, Parsed, check_shards, gguf_header,
    safetensors_header,
};
use crate::fetch::Abort;
use crate::opening::{Surroundings, open_source};
use crate::reporter::Reporter;
use crate::source::{FileId, Format, Purpose, SHARD_INDEX, Source};
use crate::wire::{ErrorKind, LoadOptions, ModelReport, ModelSource, Phase, WireError};

/// What the WASM heap holds of the weights at a time; the rest of a chunk stays in JavaScript's memory.
const PIECE_BYTES: u32 = 1024 * 1024;
/// Asked for first; most headers without a vocabulary end within it.
const FIRST_HEADER_BYTES: u64 = 4096;

/// Why a load failed.
pub struct LoadFailure {
    pub error: WireError,
    /// A file was not what its publisher announces and is forgotten: fetched again, it may be.
    pub is_worth_repeating: bool,
}

impl From<WireError> for LoadFailure {
    fn from(error: WireError) -> Self {
        Self {
            error,
            is_worth_repeating: false,
        }
    }
}

/// Loads a model and reports what was loaded. A device is asked for when the model's headers are known to be sound.
pub async fn load(
    request: &ModelSource,
    files: &[File],
    options: &LoadOptions,
    device: impl AsyncFnOnce() -> Result<Device, WireError>,
    surroundings: &Surroundings<'_>,
) -> Result<(Model, ModelReport), LoadFailure> {
    let reporter = Reporter::new(surroundings.on_progress);
    let purpose = Purpose::Run;
    let source = open_source(request, files, options, purpose, surroundings, &reporter).await?;
    reporter.tell();
    let abort = &surroundings.network.abort;
    let model = match read_into(&source, device, options, abort, &reporter).await {
        Ok(model) => model,
        Err(error) => {
            let is_worth_repeating = source.is_worth_another_load();
            if !is_worth_repeating {
                source.tidy_after(&error).await;
            }
            return Err(LoadFailure {
                error,
                is_worth_repeating,
            });
        }
    };
    let meter = reporter.meter();
    let report = ModelReport {
        key: source.key.clone(),
        name: source.name.clone(),
        bytes_fetched: meter.bytes_fetched(),
        bytes_from_storage: meter.bytes_from_storage(),
        not_stored: source.not_stored(),
        chunks_repaired: source.chunks_repaired(),
        wasm_heap_bytes: wasm_heap_bytes(),
        ..model.report()
    };
    Ok((model, report))
}

/// Reads the headers, plans, and streams the weights through the engine.
async fn read_into(
    source: &Source<'_>,
    device: impl AsyncFnOnce() -> Result<Device, WireError>,
    options: &LoadOptions,
    abort: &Abort,
    reporter: &Reporter<'_>,
) -> Result<Model, WireError> {
    let weights = source.weight_files();
    let described = describe(source, &weights).await?;
    // The lengths of all files are known once their headers are read.
    source.record_start().await?;
    source.check_space().await?;
    let mut loader = Loader::begin(device().await?, described, options).await?;

    reporter.meter().set_total(source.total_bytes());
    reporter.enter(Phase::Weights);
    let mut piece = vec![0; PIECE_BYTES as usize];
    for (index, file) in weights.iter().enumerate() {
        source
            .read_all(*file, |offset_bytes, chunk| {
                let mut start = 0;
                while start < chunk.length() {
                    let end = chunk.length().min(start + PIECE_BYTES);
                    let Some(target) = piece.get_mut(..(end - start) as usize) else {
                        break;
                    };
                    chunk.subarray(start, end).copy_to(target);
                    loader.push(index, offset_bytes + u64::from(start), target)?;
                    start = end;
                }
                Ok(())
            })
            .await?;
    }
    abort.check()?;
    // Before the GPU has its say: what was downloaded is worth keeping even if it does not fit today.
    source.record_end().await?;
    reporter.turn().end();
    reporter.enter(Phase::Warming);
    loader.finish().await
}

/// Reads the headers and small files of a model.
pub(crate) async fn describe(
    source: &Source<'_>,
    weights: &[FileId],
) -> Result<Described, WireError> {
    match source.format {
        Format::Gguf => {
            let headers = read_headers(source, weights, gguf_header).await?;
            Described::from_gguf(headers)
        }
        Format::Folder => {
            let files = FolderFiles {
                config: required(source, "config.json").await?,
                generation_config: optional(source, "generation_config.json").await?,
                quantize_config: optional(source, "quantize_config.json").await?,
                tokenizer: required(source, "tokenizer.json").await?,
                tokenizer_config: optional(source, "tokenizer_config.json").await?,
                chat_template: optional(source, "chat_template.jinja").await?,
            };
            let headers = read_headers(source, weights, safetensors_header).await?;
            if let Some(index) = optional(source, SHARD_INDEX).await? {
                check_shards(&index, &headers)?;
            }
            Described::from_folder(files, headers)
        }
    }
}

/// Reads as much of each weight file as its header takes.
async fn read_headers<H>(
    source: &Source<'_>,
    weights: &[FileId],
    parse: impl Fn(&[u8], Option<u64>) -> Result<Parsed<H>, WireError>,
) -> Result<Vec<(String, H)>, WireError> {
    let mut headers = Vec::new();
    for file in weights {
        let mut prefix = Vec::new();
        let mut needed_bytes = FIRST_HEADER_BYTES;
        let name = source.file_name(*file);
        let header = loop {
            source.read_prefix(*file, &mut prefix, needed_bytes).await?;
            let has_bytes = prefix.len() as u64;
            // Less than was asked for is all there is, whether or not the server told the length.
            let is_whole = has_bytes < needed_bytes;
            let len_bytes = if is_whole {
                Some(has_bytes)
            } else {
                source.len_bytes(*file)
            };
            match parse(&prefix, len_bytes).map_err(|error| in_file(name, error))? {
                Parsed::Done(header) => break header,
                Parsed::NeedBytes(bytes) if bytes > has_bytes && !is_whole => needed_bytes = bytes,
                Parsed::NeedBytes(_) => {
                    return Err(WireError::new(
                        ErrorKind::BadFile,
                        format!("{name} ends in the middle of its own header; download it again"),
                    ));
                }
            }
        };
        headers.push((name.to_owned(), header));
    }
    Ok(headers)
}

/// Says which of a model's files is meant: only one of many shards may be damaged.
fn in_file(name: &str, error: WireError) -> WireError {
    WireError::new(error.kind, format!("{name}: {}", error.message))
}

async fn required(source: &Source<'_>, name: &str) -> Result<Vec<u8>, WireError> {
    optional(source, name)
        .await?
        .ok_or_else(|| WireError::new(ErrorKind::NotFound, format!("the model has no {name}")))
}

async fn optional(source: &Source<'_>, name: &str) -> Result<Option<Vec<u8>>, WireError> {
    match source.find(name) {
        Some(file) => source.read_whole(file).await.map(Some),
        None => Ok(None),
    }
}
