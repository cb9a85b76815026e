//! GPT-2's alphabet: the printable characters that stand for bytes in a byte-level vocabulary.
//!
//! Knows single tokens and bytes; which tokens there are is not its business.

/// The byte that a character of GPT-2's alphabet stands for.
///
/// Printable Latin-1 stands for itself; the 68 other bytes were given the characters from U+0100 on, in order.
fn byte_of_character(character: char) -> Option<u8> {
    let code = u32::from(character);
    match code {
        0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF => u8::try_from(code).ok(),
        0x100..=0x120 => u8::try_from(code - 0x100).ok(),
        0x121..=0x142 => u8::try_from(code - 0x121 + 0x7F).ok(),
        0x143 => Some(0xAD),
        _ => None,
    }
}

pub(super) fn push_byte_level(token: &str, bytes: &mut Vec<u8>) {
    let before = bytes.len();
    for character in token.chars() {
        let Some(byte) = byte_of_character(character) else {
            // An added token in plain text: it stands for its own bytes.
            bytes.truncate(before);
            bytes.extend_from_slice(token.as_bytes());
            return;
        };
        bytes.push(byte);
    }
}

/// Moves all complete characters from `bytes` to `out`, broken ones as U+FFFD, and keeps an unfinished one.
pub(super) fn show_complete_characters(bytes: &mut Vec<u8>, out: &mut String) {
    let mut shown = 0;
    loop {
        let rest = bytes.get(shown..).unwrap_or_default();
        match std::str::from_utf8(rest) {
            Ok(text) => {
                out.push_str(text);
                bytes.clear();
                return;
            }
            Err(error) => {
                let valid = rest.get(..error.valid_up_to()).unwrap_or_default();
                out.push_str(&String::from_utf8_lossy(valid));
                shown += valid.len();
                match error.error_len() {
                    Some(len) => {
                        out.push('\u{FFFD}');
                        shown += len;
                    }
                    None => {
                        bytes.drain(..shown);
                        return;
                    }
                }
            }
        }
    }
}
