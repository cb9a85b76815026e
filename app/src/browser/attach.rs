//! Files that a question brings along, read in this browser: text as it is, PDF by a library loaded with the first one.
//!
//! Must not know what a file may be: `state::attachment` decides.

use inkling_host::chats::Attachment;
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, File};

use super::ChosenFile;
use crate::state::attachment::{self, Kind, Refusal};

#[wasm_bindgen(raw_module = "./attach.js")]
extern "C" {
    #[wasm_bindgen(js_name = textOfPdf)]
    fn text_of_pdf(bytes: &ArrayBuffer) -> Promise;
}

/// Reads one file, or says why not.
pub async fn read(chosen: &ChosenFile) -> Result<Attachment, Refusal> {
    let kind = attachment::kind_of(&chosen.path, chosen.file.size() as u64)?;
    let buffer = bytes_of(&chosen.file).await.ok_or(Refusal::Unreadable)?;
    let bytes = Uint8Array::new(&buffer);
    let is_pdf = attachment::is_pdf(&bytes.subarray(0, 8).to_vec());
    let text = match kind {
        Kind::Pdf if !is_pdf => return Err(Refusal::Broken),
        Kind::Pdf | Kind::Text if is_pdf => {
            let read = JsFuture::from(text_of_pdf(&buffer)).await;
            let text = read.ok().and_then(|text| text.as_string());
            attachment::text_of_pdf(text.ok_or(Refusal::Broken)?)?
        }
        Kind::Pdf | Kind::Text => attachment::text_of(&bytes.to_vec())?,
    };
    Ok(attachment::attachment(&chosen.path, text))
}

async fn bytes_of(file: &File) -> Option<ArrayBuffer> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    Some(buffer.unchecked_into())
}

/// What was pasted: its files, and its text.
pub fn pasted(event: &ClipboardEvent) -> (Vec<ChosenFile>, String) {
    let Some(data) = event.clipboard_data() else {
        return (Vec::new(), String::new());
    };
    let mut chosen = Vec::new();
    if let Some(list) = data.files() {
        let files = (0..list.length()).filter_map(|index| list.get(index));
        chosen.extend(files.map(|file| ChosenFile {
            path: file.name(),
            file,
        }));
    }
    (chosen, data.get_data("text/plain").unwrap_or_default())
}
