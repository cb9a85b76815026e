//! From a request of the page to the files of a model: whose they are, and whether it is this tab's turn to fetch them.
//!
//! What loading and downloading have in common before they differ. Must not know the engine.

use web_sys::File;

use crate::address::{Site, address_from_file_names, address_from_text};
use crate::fetch::Network;
use crate::reporter::Reporter;
use crate::source::{Means, Purpose, Source};
use crate::store::Store;
use crate::wire::{ErrorKind, LoadOptions, ModelSource, Progress, WireError};

/// What a request needs beside what it asks for.
pub struct Surroundings<'a> {
    pub store: Option<Store>,
    /// Why there is no store.
    pub no_store: Option<WireError>,
    pub network: Network,
    pub page_url: &'a str,
    pub on_progress: &'a dyn Fn(Progress),
}

/// Finds the files of the model that the page asks for. Where some have to be fetched, waits for its turn first.
pub async fn open_source<'a>(
    request: &ModelSource,
    files: &[File],
    options: &LoadOptions,
    purpose: Purpose,
    surroundings: &Surroundings<'_>,
    reporter: &'a Reporter<'a>,
) -> Result<Source<'a>, WireError> {
    let network = &surroundings.network;
    let means = Means {
        store: surroundings.store.clone(),
        not_stored: not_stored(options, surroundings),
        purpose,
        network: network.clone(),
        reporter,
    };
    let address = match request {
        ModelSource::Stored { key } => return Source::open_stored(key, means).await,
        ModelSource::Url { url } if url.starts_with("local:") => {
            return Source::open_stored(url, means).await;
        }
        ModelSource::Url { url } => {
            let site = Site {
                page_url: surroundings.page_url,
                hub: network.hub.base(),
            };
            address_from_text(url, &site)?
        }
        ModelSource::Files { names } => {
            if names.len() != files.len() {
                return Err(WireError::new(
                    ErrorKind::BadRequest,
                    "the files did not come with their names; choose them again",
                ));
            }
            address_from_file_names(names)?
        }
    };
    if let Some(store) = &means.store {
        let is_fetched = files.is_empty() && means.not_stored.is_none();
        if is_fetched && (options.cold || !is_whole(store, &address.key).await?) {
            reporter
                .turn()
                .take(&address.key, &network.abort, surroundings.on_progress)
                .await?;
        }
        if options.cold {
            store.delete(&address.key).await?;
        }
    }
    // What is stored is looked up only now: another tab may just have finished.
    Source::open(address, files, means).await
}

fn not_stored(options: &LoadOptions, surroundings: &Surroundings<'_>) -> Option<WireError> {
    let chosen = options.without_storing.then(|| {
        WireError::new(
            ErrorKind::StorageFull,
            "the model was loaded without storing it, as it was asked for",
        )
    });
    surroundings.no_store.clone().or(chosen)
}

async fn is_whole(store: &Store, key: &str) -> Result<bool, WireError> {
    Ok(store
        .record(key)
        .await?
        .is_some_and(|record| record.complete))
}
