//! Numbers and names as people read them.

use inkling_host::wire::{FinishReason, ModelReport, ModelSource, Phase, Progress, Usage};

/// `1.23 GB`: decimal, as download managers and file browsers show it.
pub fn bytes(num_bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if num_bytes < 1000 {
        return format!("{num_bytes} B");
    }
    let mut value = num_bytes as f64 / 1000.0;
    let mut unit = UNITS[0];
    for next in &UNITS[1..] {
        // 999.95 would be printed as 1000.0.
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if value < 9.995 {
        format!("{value:.2} {unit}")
    } else if value < 99.95 {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}

/// `12 s`, `3 min 20 s`, `2 h 5 min`.
pub fn seconds_left(seconds: f64) -> String {
    let whole = seconds.max(0.0).ceil() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, min, s) => format!("{min} min {s} s"),
        (h, min, _) => format!("{h} h {min} min"),
    }
}

/// `4.2 s`, `1 min 5 s`.
pub fn elapsed(milliseconds: f64) -> String {
    if milliseconds < 59_950.0 {
        format!("{:.1} s", milliseconds.max(0.0) / 1000.0)
    } else {
        seconds_left((milliseconds / 1000.0).round())
    }
}

/// `1 token`, `12 tokens`.
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.2 B`, `135 M`, `260 k`.
pub fn parameters(number: u64) -> String {
    let value = number as f64;
    if number >= 1_000_000_000 {
        format!("{:.1} B", value / 1e9)
    } else if number >= 1_000_000 {
        format!("{:.0} M", value / 1e6)
    } else {
        format!("{:.0} k", value / 1e3)
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
        "the model".to_owned()
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
                .unwrap_or_else(|| count(names.len() as u64, "file")),
        },
        ModelSource::Stored { key } => key
            .strip_prefix("local:")
            .map_or_else(|| title_from_address(key), str::to_owned),
    }
}

pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::ReadingHeader => "Reading the header",
        Phase::Weights => "Loading the weights",
        Phase::Warming => "Warming up the GPU",
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
        Some(total) => format!("{} of {}", bytes(progress.bytes_done), bytes(total)),
        None => bytes(progress.bytes_done),
    }
}

/// What a model does instead of answering, where it was not made for conversations.
pub fn mode(model: &ModelReport) -> Option<&'static str> {
    (!model.has_chat_template)
        .then_some("This is a base model: it does not answer, it continues the text.")
}

/// Stands above the first turn that the model still knows whole.
pub const MEMORY_BEGINS: &str = "The model’s memory begins here";

/// Said once, when a conversation outgrows the context.
pub const FORGETTING: &str = "The conversation is longer than the model’s memory: what stands above the line is no longer wholly known to it.";

/// How an answer ended, where that is worth saying.
pub fn finish(reason: FinishReason) -> Option<&'static str> {
    match reason {
        FinishReason::EndOfTurn | FinishReason::StopText => None,
        FinishReason::Length => Some("Ended at the length limit"),
        FinishReason::ContextFull => Some("The context is full: start a new chat"),
        FinishReason::Stopped => Some("Stopped"),
    }
}

/// Tokens written per second of writing, the reading of the prompt left out.
pub fn tokens_per_second(usage: &Usage) -> Option<f64> {
    (usage.decode_ms > 0.0 && usage.completion_tokens > 0)
        .then(|| f64::from(usage.completion_tokens) * 1000.0 / usage.decode_ms)
}

/// `24.1 tok/s`.
pub fn speed(usage: &Usage) -> Option<String> {
    tokens_per_second(usage).map(|rate| format!("{rate:.1} tok/s"))
}

/// `213 of 4,096 tokens`.
pub fn context(usage: &Usage, model: &ModelReport) -> String {
    format!(
        "{} of {} tokens",
        grouped(u64::from(usage.context_tokens)),
        grouped(u64::from(model.context_length))
    )
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
        assert_eq!(count(1, "token"), "1 token");
        assert_eq!(count(2, "token"), "2 tokens");
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
}
