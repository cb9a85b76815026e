//! Storing a model without running it: every file, chunk by chunk, until all of it is there.
//!
//! Needs no engine and no graphics device, so it goes on beside whatever the engine does. Headers are not looked at: what
//! a file holds is found out when it is loaded.

use web_sys::File;

use crate::opening::{Surroundings, open_source};
use crate::reporter::Reporter;
use crate::source::{Purpose, Source};
use crate::wire::{ErrorKind, FromWorker, LoadOptions, ModelSource, Phase, RequestId, WireError};

/// Downloads a model and answers with `Downloaded`.
pub async fn download(
    id: RequestId,
    request: &ModelSource,
    files: &[File],
    surroundings: &Surroundings<'_>,
) -> Result<FromWorker, WireError> {
    if let Some(error) = &surroundings.no_store {
        return Err(error.clone());
    }
    let reporter = Reporter::new(surroundings.on_progress);
    let options = LoadOptions::default();
    let purpose = Purpose::Keep;
    let source = open_source(request, files, &options, purpose, surroundings, &reporter).await?;
    if let Err(error) = keep_all(&source, surroundings, &reporter).await {
        source.tidy_after(&error).await;
        return Err(error);
    }
    Ok(FromWorker::Downloaded {
        id,
        key: source.key.clone(),
        name: source.name.clone(),
        bytes_fetched: reporter.meter().bytes_fetched(),
        chunks_repaired: source.chunks_repaired(),
    })
}

async fn keep_all(
    source: &Source<'_>,
    surroundings: &Surroundings<'_>,
    reporter: &Reporter<'_>,
) -> Result<(), WireError> {
    let files = source.all_files();
    source.learn_lengths().await?;
    source.record_start().await?;
    source.check_space().await?;
    let tell_total = || {
        reporter.meter().set_total(source.total_bytes());
        reporter.enter(Phase::Weights);
    };
    reporter.meter().set_files(0, files.len() as u32);
    tell_total();
    for file in files {
        source.keep(file).await?;
        // A length may have become known with the last byte.
        tell_total();
    }
    surroundings.network.abort.check()?;
    if source.record_end().await? {
        return Ok(());
    }
    Err(WireError::new(
        ErrorKind::Network,
        format!(
            "not all of {} arrived; download it again to get the rest",
            source.name
        ),
    ))
}
