//! Numbers and names as people read them, in the language that the page speaks.

use inkling_host::wire::{FinishReason, ModelReport, ModelSource, Phase, Progress, Usage};

use super::language;
use crate::{messages, say};

/// `1.23 GB`: decimal, as download managers and file browsers show it.
pub fn bytes(num_bytes: u64) -> String {
    if num_bytes < 1000 {
        return say!("unit-bytes", number = decimal(num_bytes as f64, 0));
    }
    let mut value = num_bytes as f64 / 1000.0;
    let mut thousands = 1;
    // 999.95 would be printed as 1000.0.
    while value >= 999.5 && thousands < 4 {
        value /= 1000.0;
        thousands += 1;
    }
    let number = if value < 9.995 {
        decimal(value, 2)
    } else if value < 99.95 {
        decimal(value, 1)
    } else {
        decimal(value, 0)
    };
    match thousands {
        1 => say!("unit-kilobytes", number = number),
        2 => say!("unit-megabytes", number = number),
        3 => say!("unit-gigabytes", number = number),
        _ => say!("unit-terabytes", number = number),
    }
}

/// `48.2 MB/s`.
pub fn bytes_per_second(rate: f64) -> String {
    say!("unit-per-second", size = bytes(rate.max(0.0) as u64))
}

/// `12 s`, `3 min 20 s`, `2 h 5 min`.
pub fn seconds_left(seconds: f64) -> String {
    let whole = seconds.max(0.0).ceil() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, s) => say!("time-seconds", seconds = s),
        (0, min, s) => say!("time-minutes", minutes = min, seconds = s),
        (h, min, _) => say!("time-hours", hours = h, minutes = min),
    }
}

/// `4.2 s`, `1 min 5 s`.
pub fn elapsed(milliseconds: f64) -> String {
    if milliseconds < 59_950.0 {
        say!(
            "time-seconds",
            seconds = decimal(milliseconds.max(0.0) / 1000.0, 1)
        )
    } else {
        seconds_left((milliseconds / 1000.0).round())
    }
}

/// `12,345`.
pub fn grouped(number: u64) -> String {
    language::written(&number.to_string(), messages::numerals())
}

/// `12.3`: a number below a thousand, with so many decimals.
fn decimal(value: f64, num_decimals: usize) -> String {
    format!("{value:.num_decimals$}").replace('.', messages::numerals().decimal)
}

/// `1.2 B`, `135 M`, `260 k`.
pub fn parameters(number: u64) -> String {
    let value = number as f64;
    if number >= 1_000_000_000 {
        say!("unit-billions", number = decimal(value / 1e9, 1))
    } else if number >= 1_000_000 {
        say!("unit-millions", number = decimal(value / 1e6, 0))
    } else {
        say!("unit-thousands", number = decimal(value / 1e3, 0))
    }
}

/// The last telling part of an address: a file name, or a repository.
pub fn title_from_address(address: &str) -> String {
    let path = address
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim()
        .trim_end_matches('/');
    let repository = path.split("/resolve/").next().unwrap_or_default();
    let is_file = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.to_ascii_lowercase().ends_with(".gguf"));
    let telling = if is_file { path } else { repository };
    let title = telling.rsplit('/').next().unwrap_or_default();
    if title.is_empty() {
        say!("files-unnamed")
    } else {
        title.to_owned()
    }
}

pub fn title_from_source(source: &ModelSource) -> String {
    match source {
        ModelSource::Url { url } => title_from_address(url),
        ModelSource::Files { names } => match names.as_slice() {
            [name] => name.clone(),
            names => names
                .iter()
                .find(|name| name.ends_with(".gguf"))
                .cloned()
                .unwrap_or_else(|| say!("count-files", count = names.len())),
        },
        ModelSource::Stored { key } => key
            .strip_prefix("local:")
            .map_or_else(|| title_from_address(key), str::to_owned),
    }
}

pub fn phase(phase: Phase) -> String {
    match phase {
        Phase::OtherTab => say!("load-other-tab"),
        Phase::ReadingHeader => say!("load-header"),
        Phase::Weights => say!("load-weights"),
        Phase::Warming => say!("load-warming"),
    }
}

/// 0 to 1, where the size is known.
pub fn fraction(progress: &Progress) -> Option<f64> {
    match progress.bytes_total {
        Some(total) if total > 0 => Some((progress.bytes_done as f64 / total as f64).min(1.0)),
        Some(_) | None => None,
    }
}

/// `412 MB of 1.23 GB`.
pub fn amount(progress: &Progress) -> String {
    match progress.bytes_total {
        Some(total) => say!(
            "count-amount",
            done = bytes(progress.bytes_done),
            total = bytes(total)
        ),
        None => bytes(progress.bytes_done),
    }
}

/// `2 of 5 files`, where there are several.
pub fn files(progress: &Progress) -> Option<String> {
    (progress.files_total > 1).then(|| {
        say!(
            "count-files-of",
            done = progress.files_done.min(progress.files_total),
            total = progress.files_total
        )
    })
}

/// That stored parts were not as they had been stored, where there were any.
pub fn repaired(chunks_repaired: u32) -> Option<String> {
    (chunks_repaired > 0).then(|| say!("load-repaired", count = chunks_repaired))
}

/// What checking a stored model found.
pub fn verdict(chunks_checked: u32, chunks_damaged: u32) -> String {
    match (chunks_checked, chunks_damaged) {
        (0, _) => say!("storage-verdict-nothing"),
        (all, 0) => say!("storage-verdict-whole", parts = all),
        (all, damaged) => say!("storage-verdict-damaged", damaged = damaged, parts = all),
    }
}

/// `3 days ago`, for something that was `milliseconds` ago.
pub fn ago(milliseconds: f64) -> String {
    let minutes = (milliseconds / 60_000.0).max(0.0) as u64;
    match minutes {
        0..2 => say!("ago-now"),
        2..120 => say!("ago-minutes", count = minutes),
        120..2880 => say!("ago-hours", count = minutes / 60),
        2880..86_400 => say!("ago-days", count = minutes / 1440),
        86_400..1_051_200 => say!("ago-months", count = minutes / 43_200),
        _ => say!("ago-years", count = minutes / 525_600),
    }
}

/// `about 12 tokens/s`.
pub fn expected_speed(tokens_per_second: f64) -> String {
    if tokens_per_second < 0.1 {
        say!("speed-below", number = decimal(0.1, 1))
    } else if tokens_per_second < 9.95 {
        say!("speed-about", number = decimal(tokens_per_second, 1))
    } else {
        say!(
            "speed-about",
            number = grouped(tokens_per_second.round() as u64)
        )
    }
}

/// An engine's message on its own, begun and ended as a sentence.
pub fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let end = if message.ends_with(['.', '!', '?', ')']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.to_uppercase(), letters.as_str())
}

/// What a model does instead of answering, where it was not made for conversations.
pub fn mode(model: &ModelReport) -> Option<String> {
    (!model.has_chat_template).then(|| say!("load-base-model"))
}

/// Said once, when a conversation outgrows the context.
pub fn forgetting() -> String {
    say!("announce-forgetting")
}

/// How an answer ended, where that is worth saying.
pub fn finish(reason: FinishReason) -> Option<String> {
    match reason {
        FinishReason::EndOfTurn | FinishReason::StopText => None,
        FinishReason::Length => Some(say!("chat-ended-at-limit")),
        FinishReason::ContextFull => Some(say!("chat-context-full")),
        FinishReason::Stopped => Some(say!("chat-stopped")),
    }
}

/// Tokens written per second of writing, the reading of the prompt left out.
pub fn tokens_per_second(usage: &Usage) -> Option<f64> {
    (usage.decode_ms > 0.0 && usage.completion_tokens > 0)
        .then(|| f64::from(usage.completion_tokens) * 1000.0 / usage.decode_ms)
}

/// `24.1 tok/s`.
pub fn speed(usage: &Usage) -> Option<String> {
    tokens_per_second(usage).map(rate)
}

/// `24.1 tok/s`.
pub fn rate(tokens_per_second: f64) -> String {
    say!(
        "unit-tokens-per-second",
        number = decimal(tokens_per_second, 1)
    )
}

/// Stands below the last message that the model no longer knows whole.
pub fn memory_begins() -> String {
    say!("chat-memory-begins")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_three_digits() {
        for (number, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (12_340_000, "12.3 MB"),
            (1_230_000_000, "1.23 GB"),
            (123_400_000_000, "123 GB"),
            (5_000_000_000_000_000, "5000 TB"),
        ] {
            assert_eq!(bytes(number), text);
        }
    }

    #[test]
    fn durations_name_two_units() {
        assert_eq!(seconds_left(0.2), "1 s");
        assert_eq!(seconds_left(200.0), "3 min 20 s");
        assert_eq!(seconds_left(7500.0), "2 h 5 min");
        assert_eq!(seconds_left(-3.0), "0 s");
        assert_eq!(elapsed(4210.0), "4.2 s");
        assert_eq!(elapsed(65_000.0), "1 min 5 s");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(say!("count-tokens", count = 1), "1 token");
        assert_eq!(say!("count-tokens", count = 4096), "4,096 tokens");
    }

    #[test]
    fn titles_come_from_the_telling_part() {
        for (address, title) in [
            (
                "https://h.co/a/b/resolve/main/x-Q4_0.gguf?download=true",
                "x-Q4_0.gguf",
            ),
            ("https://huggingface.co/org/name/resolve/main/", "name"),
            ("org/name", "name"),
            ("http://localhost:8000/models/tiny/", "tiny"),
            ("", "the model"),
        ] {
            assert_eq!(title_from_address(address), title);
        }
        let files = |names: &[&str]| ModelSource::Files {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        assert_eq!(title_from_source(&files(&["a.gguf"])), "a.gguf");
        assert_eq!(
            title_from_source(&files(&["config.json", "model.safetensors"])),
            "2 files"
        );
        assert_eq!(
            title_from_source(&ModelSource::Stored {
                key: "local:a".to_owned()
            }),
            "a"
        );
    }

    #[test]
    fn times_ago_are_told_in_one_unit() {
        const HOUR: f64 = 3_600_000.0;
        for (hours, text) in [
            (-1.0, "just now"),
            (0.01, "just now"),
            (0.1, "6 minutes ago"),
            (1.9, "114 minutes ago"),
            (30.0, "30 hours ago"),
            (72.0, "3 days ago"),
            (24.0 * 61.0, "2 months ago"),
            (24.0 * 800.0, "2 years ago"),
        ] {
            assert_eq!(ago(hours * HOUR), text);
        }
    }

    #[test]
    fn what_a_check_found_names_the_parts() {
        assert_eq!(verdict(12, 0), "All 12 parts are whole.");
        assert_eq!(
            verdict(12, 1),
            "1 of 12 parts was damaged and will be fetched again."
        );
        assert!(verdict(12, 3).starts_with("3 of 12 parts were"));
        assert_eq!(verdict(1, 0), "Its only part is whole.");
        assert_eq!(repaired(0), None);
        assert!(repaired(2).is_some_and(|text| text.starts_with("2 stored parts")));
    }

    #[test]
    fn expected_speeds_are_round() {
        assert_eq!(expected_speed(0.03), "less than 0.1 tokens/s");
        assert_eq!(expected_speed(0.42), "about 0.4 tokens/s");
        assert_eq!(expected_speed(12.4), "about 12 tokens/s");
        assert_eq!(expected_speed(1234.0), "about 1,234 tokens/s");
    }

    #[test]
    fn a_message_becomes_a_sentence() {
        assert_eq!(sentence("the disk is full"), "The disk is full.");
        assert_eq!(sentence("It (really) failed (x)"), "It (really) failed (x)");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn a_rate_needs_time() {
        let usage = Usage {
            prompt_tokens: 10,
            completion_tokens: 50,
            prefill_ms: 100.0,
            decode_ms: 2000.0,
            context_tokens: 60,
            wasm_heap_bytes: 0,
        };
        assert_eq!(speed(&usage).as_deref(), Some("25.0 tok/s"));
        assert_eq!(
            speed(&Usage {
                decode_ms: 0.0,
                ..usage
            }),
            None
        );
    }

    #[test]
    fn other_languages_have_their_own_units_and_decimals() {
        let german = include_str!("../../../public/languages/de.ftl");
        messages::speak("de", german);
        let written = [
            bytes(1_230_000_000),
            seconds_left(200.0),
            elapsed(4210.0),
            parameters(1_235_814_432),
            expected_speed(1234.0),
            ago(3.0 * 86_400_000.0),
            grouped(1_234_567),
        ];
        messages::speak_english();
        assert_eq!(
            written,
            [
                "1,23 GB",
                "3 min 20 s",
                "4,2 s",
                "1,2 Mrd.",
                "etwa 1.234 Token/s",
                "vor 3 Tagen",
                "1.234.567"
            ]
        );
    }
}
