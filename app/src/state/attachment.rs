//! Files that a question brings along: which can be read, as what, and how the model gets to see them.
//!
//! A file is judged by its name first and then by its bytes, so that nobody waits for what cannot be read. Must not know
//! how files are opened.

use inkling_host::chats::Attachment;

use crate::say;

/// More text than any context here holds.
pub const MOST_TEXT_BYTES: u64 = 2_000_000;

pub const MOST_PDF_BYTES: u64 = 20_000_000;

/// A text of that many characters is better read as a file than in the field one writes in.
const LONG_PASTE_CHARACTERS: usize = 2000;

const PICTURES: [&str; 14] = [
    "avif", "bmp", "gif", "heic", "heif", "ico", "jpeg", "jpg", "png", "psd", "tif", "tiff",
    "webp", "raw",
];

/// What nobody would take for text. The bytes tell of all others.
const NO_TEXTS: [&str; 33] = [
    "7z",
    "aac",
    "avi",
    "bin",
    "bz2",
    "dll",
    "doc",
    "docx",
    "exe",
    "flac",
    "gguf",
    "gz",
    "iso",
    "jar",
    "m4a",
    "mkv",
    "mov",
    "mp3",
    "mp4",
    "odt",
    "ogg",
    "onnx",
    "otf",
    "ppt",
    "pptx",
    "rar",
    "safetensors",
    "tar",
    "ttf",
    "wasm",
    "wav",
    "xlsx",
    "zip",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Pdf,
}

/// Why a file cannot come along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Picture,
    NoText,
    TooLarge {
        most_bytes: u64,
    },
    Empty,
    /// A PDF whose pages are pictures.
    Scanned,
    /// A PDF that its reader could not open: damaged, or locked.
    Broken,
    Unreadable,
}

impl Refusal {
    /// What is wrong and what to do.
    pub fn words(self, name: &str) -> String {
        match self {
            Self::Picture => say!("attach-picture", name = name),
            Self::NoText => say!("attach-no-text", name = name),
            Self::TooLarge { most_bytes } => {
                say!(
                    "attach-too-large",
                    name = name,
                    megabytes = most_bytes / 1_000_000
                )
            }
            Self::Empty => say!("attach-empty", name = name),
            Self::Scanned => say!("attach-scanned", name = name),
            Self::Broken => say!("attach-broken", name = name),
            Self::Unreadable => say!("attach-unreadable", name = name),
        }
    }
}

/// What a file seems to be, before it is read.
pub fn kind_of(name: &str, len_bytes: u64) -> Result<Kind, Refusal> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.unwrap_or_default().to_ascii_lowercase();
    let (kind, most_bytes) = match ending.as_str() {
        "pdf" => (Kind::Pdf, MOST_PDF_BYTES),
        other if PICTURES.contains(&other) => return Err(Refusal::Picture),
        other if NO_TEXTS.contains(&other) => return Err(Refusal::NoText),
        _ => (Kind::Text, MOST_TEXT_BYTES),
    };
    match len_bytes {
        0 => Err(Refusal::Empty),
        len_bytes if len_bytes > most_bytes => Err(Refusal::TooLarge { most_bytes }),
        _ => Ok(kind),
    }
}

/// Whether the bytes are a PDF, whatever their name says.
pub fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

/// The text that a file's bytes are: UTF-8, or UTF-16 that says so.
pub fn text_of(bytes: &[u8]) -> Result<String, Refusal> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => str::from_utf8(rest).ok().map(str::to_owned),
        all => str::from_utf8(all).ok().map(str::to_owned),
    };
    let text = text.ok_or(Refusal::NoText)?;
    if text.contains('\0') {
        return Err(Refusal::NoText);
    }
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    Ok(text.replace("\r\n", "\n"))
}

/// The text of a PDF, as its reader gave it.
pub fn text_of_pdf(text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Scanned);
    }
    if text.len() as u64 > MOST_TEXT_BYTES {
        let most_bytes = MOST_TEXT_BYTES;
        return Err(Refusal::TooLarge { most_bytes });
    }
    Ok(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|_| rest.is_empty())
}

pub fn attachment(name: &str, text: String) -> Attachment {
    Attachment {
        // The last part of a path; the rest is nobody's business.
        name: name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned(),
        text,
        num_tokens: None,
    }
}

/// Whether what was pasted is to come along as a file.
pub fn is_long_paste(text: &str) -> bool {
    text.chars().nth(LONG_PASTE_CHARACTERS).is_some()
}

/// What the model gets to read: each file under its name, between fences, then the question.
pub fn prompt_with_attachments(text: &str, attachments: &[Attachment]) -> String {
    let mut prompt = String::new();
    for attachment in attachments {
        let fence = "`".repeat(longest_run(&attachment.text).max(2) + 1);
        let name: String = attachment
            .name
            .chars()
            .filter(|letter| !letter.is_control() && *letter != '`')
            .collect();
        let ending = if attachment.text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        prompt.push_str(&format!(
            "{name}:\n{fence}\n{}{ending}{fence}\n\n",
            attachment.text
        ));
    }
    prompt.push_str(text);
    prompt
}

/// Of backticks.
fn longest_run(text: &str) -> usize {
    let others = text.split(|letter| letter != '`');
    others.map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_file_is_judged_by_its_name_and_size() {
        assert_eq!(kind_of("notes.md", 10), Ok(Kind::Text));
        assert_eq!(kind_of("Makefile", 10), Ok(Kind::Text));
        assert_eq!(kind_of("Paper.PDF", 3_000_000), Ok(Kind::Pdf));
        assert_eq!(kind_of("me.JPG", 10), Err(Refusal::Picture));
        assert_eq!(kind_of("a.zip", 10), Err(Refusal::NoText));
        assert_eq!(kind_of("a.txt", 0), Err(Refusal::Empty));
        let most_bytes = MOST_TEXT_BYTES;
        assert_eq!(kind_of("a.txt", most_bytes), Ok(Kind::Text));
        assert_eq!(
            kind_of("a.txt", most_bytes + 1),
            Err(Refusal::TooLarge { most_bytes })
        );
    }

    #[test]
    fn bytes_are_text_or_refused() {
        assert_eq!(text_of("é\r\nb".as_bytes()), Ok("é\nb".to_owned()));
        assert_eq!(text_of(b"\xef\xbb\xbfa"), Ok("a".to_owned()));
        assert_eq!(text_of(b"\xff\xfea\0b\0"), Ok("ab".to_owned()));
        assert_eq!(text_of(b"\xfe\xff\0a\0b"), Ok("ab".to_owned()));
        assert_eq!(text_of(b"\xff\xfea"), Err(Refusal::NoText));
        assert_eq!(text_of(b"GIF89a\0"), Err(Refusal::NoText));
        assert_eq!(text_of(b"\x89PNG"), Err(Refusal::NoText));
        assert_eq!(text_of(b" \n"), Err(Refusal::Empty));
        assert!(is_pdf(b"%PDF-1.7\n"));
        assert_eq!(text_of_pdf(" \n".to_owned()), Err(Refusal::Scanned));
        assert_eq!(text_of_pdf("a".to_owned()), Ok("a".to_owned()));
        assert!(text_of_pdf("a".repeat(2_000_001)).is_err());
    }

    #[test]
    fn every_refusal_is_a_sentence_with_the_name() {
        for refusal in [
            Refusal::Picture,
            Refusal::NoText,
            Refusal::TooLarge {
                most_bytes: 2_000_000,
            },
            Refusal::Empty,
            Refusal::Scanned,
            Refusal::Broken,
            Refusal::Unreadable,
        ] {
            let words = refusal.words("a.b");
            assert!(words.contains("a.b") && words.ends_with('.'), "{words}");
        }
    }

    #[test]
    fn the_question_follows_its_files() {
        let files = [
            attachment("folder/a.md", "One\n```\ncode\n```\n".to_owned()),
            attachment("b`.txt\n", "Two".to_owned()),
        ];
        assert_eq!(
            prompt_with_attachments("Why?", &files),
            "a.md:\n````\nOne\n```\ncode\n```\n````\n\nb.txt:\n```\nTwo\n```\n\nWhy?"
        );
        assert_eq!(prompt_with_attachments("Why?", &[]), "Why?");
    }

    #[test]
    fn a_long_paste_is_a_file() {
        assert!(!is_long_paste(&"é".repeat(2000)));
        assert!(is_long_paste(&"é".repeat(2001)));
    }

    proptest! {
        /// Nothing within a file can end it.
        #[test]
        fn a_fence_is_longer_than_any_within(text in "[`a\n]{0,60}") {
            let prompt = prompt_with_attachments("", &[attachment("a", text.clone())]);
            let fence = prompt.lines().nth(1).unwrap_or_default();
            prop_assert!(fence.len() >= 3 && fence.chars().all(|letter| letter == '`'));
            prop_assert!(!text.contains(fence));
        }
    }
}
