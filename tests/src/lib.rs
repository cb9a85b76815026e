//! What tests of several crates share: where the fixtures are, and GPUs to run on.

use std::path::PathBuf;

use inkling_engine::gpu::{Gpu, GpuOptions};

/// The folder of ground truth, or `None` outside CI where it is absent (said on standard error).
///
/// # Panics
/// In CI: there its absence must not pass for success.
#[allow(clippy::panic, reason = "a test that cannot find its truth must fail")]
pub fn fixtures() -> Option<PathBuf> {
    let folder = std::env::var_os("INKLING_FIXTURES").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../shared/fixtures"
            ))
        },
        PathBuf::from,
    );
    if folder.join("manifest.json").exists() {
        return Some(folder);
    }
    if std::env::var_os("CI").is_some() {
        panic!("no fixtures at {}; set INKLING_FIXTURES", folder.display());
    }
    eprintln!("ignored: no fixtures at {}", folder.display());
    None
}

/// A GPU with every optional feature it has, or without any.
///
/// # Panics
/// Where there is no adapter at all: the software adapter is part of the test set-up.
#[allow(clippy::panic, reason = "without an adapter there is nothing to test")]
pub fn gpu(optional_features: bool) -> Gpu {
    let choice = if optional_features { None } else { Some(false) };
    let options = GpuOptions {
        f16: choice,
        subgroups: choice,
        ..GpuOptions::default()
    };
    match pollster::block_on(Gpu::open(&options)) {
        Ok(gpu) => gpu,
        Err(error) => panic!("{error}; on Debian: apt-get install mesa-vulkan-drivers libvulkan1"),
    }
}
