//! The files of a model folder, and of a hub's repository that holds GGUF files instead.

use super::find::Known;
use super::{FileId, Format, SHARD_INDEX, Source};
use crate::address::{FileAddress, FolderAddress, shards_from_index};
use crate::hub::choose_gguf;
use crate::wire::{ErrorKind, WireError};

/// The files of a model folder that are read whole, and whether a model needs them.
const SMALL_FILES: [(&str, bool); 6] = [
    ("config.json", true),
    ("tokenizer.json", true),
    ("generation_config.json", false),
    ("quantize_config.json", false),
    ("tokenizer_config.json", false),
    ("chat_template.jinja", false),
];

impl Source<'_> {
    pub(super) async fn add_folder(
        &mut self,
        base: &FolderAddress,
        known: &Known<'_>,
    ) -> Result<(), WireError> {
        let error = match self.add_weights_and_small_files(base, known).await {
            Err(error) if error.kind == ErrorKind::NotFound => error,
            outcome => return outcome,
        };
        // Many repositories hold the same model in several GGUF files and no folder of tensors.
        let listed = known.listing.files.as_deref().unwrap_or_default();
        let Some(names) = choose_gguf(listed) else {
            return Err(error);
        };
        for file in self.files.drain(..) {
            if let Some(store) = &self.store {
                store.delete_file(&self.key, &file.name).await?;
            }
        }
        self.format = Format::Gguf;
        let parts: Vec<FileAddress> = names.iter().filter_map(|name| base.file(name)).collect();
        self.add_parts(parts, known).await
    }

    async fn add_weights_and_small_files(
        &mut self,
        base: &FolderAddress,
        known: &Known<'_>,
    ) -> Result<(), WireError> {
        for (name, is_needed) in SMALL_FILES {
            if !self.add_if_there(base, name, known).await? && is_needed {
                return Err(self.missing(name));
            }
        }
        if self.add_if_there(base, "model.safetensors", known).await? {
            return Ok(());
        }
        if !self.add_if_there(base, SHARD_INDEX, known).await? {
            return Err(self.missing("model.safetensors"));
        }
        let index = self
            .find(SHARD_INDEX)
            .ok_or_else(|| self.missing(SHARD_INDEX))?;
        for shard in shards_from_index(&self.read_whole(index).await?)? {
            if !self.add_if_there(base, &shard, known).await? {
                return Err(self.missing(&shard));
            }
        }
        Ok(())
    }

    /// Adds a file of a folder and reads its first chunk, which shows whether it exists.
    async fn add_if_there(
        &mut self,
        base: &FolderAddress,
        name: &str,
        known: &Known<'_>,
    ) -> Result<bool, WireError> {
        if known.listing.lacks(name) {
            return Ok(false);
        }
        let Some(address) = base.file(name) else {
            return Ok(false);
        };
        match self.add(address, known).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        }
        let file = FileId(self.files.len() - 1);
        let outcome = match self.chunk(file, 0).await {
            Ok(Some(bytes)) => self.keep_for_later(file, 0, &bytes).map(|()| true),
            // It is there and empty: whoever reads it says what is wrong with that.
            Ok(None) => {
                if let Some(entry) = self.files.last() {
                    entry.facts.borrow_mut().len_bytes.get_or_insert(0);
                }
                Ok(true)
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        };
        if !matches!(outcome, Ok(true)) {
            self.files.pop();
        }
        outcome
    }

    fn missing(&self, name: &str) -> WireError {
        let place = &self.key;
        let advice = if name == "config.json" {
            "give the address of a .gguf file (for Hugging Face: org/name:file.gguf) or of a folder that has it"
        } else {
            "the model cannot be loaded without it"
        };
        WireError::new(
            ErrorKind::NotFound,
            format!("there is no {name} at {place}; {advice}"),
        )
    }
}
