//! Which of a repository's GGUF files to take when nobody said: the one that most people want.

use super::TreeFile;
use crate::address::gguf_parts;

/// Best first: four bits with mixed precision keep nearly all of a model at a third of its size; what follows is
/// larger for little gain, then smaller for a loss that shows.
const PREFERRED: [&str; 21] = [
    "Q4_K_M", "Q4_0", "Q4_K_S", "IQ4_NL", "IQ4_XS", "Q4_1", "Q5_K_M", "Q5_K_S", "Q5_0", "Q5_1",
    "Q6_K", "Q8_0", "Q3_K_L", "Q3_K_M", "Q3_K_S", "Q2_K", "BF16", "F16", "FP16", "F32", "FP32",
];

/// The names of the parts to fetch, in order; `None` where no model is among the files.
pub fn choose_gguf(files: &[TreeFile]) -> Option<Vec<String>> {
    let has = |name: &str| files.iter().any(|file| file.name == name);
    files
        .iter()
        .filter(|file| is_model(&file.name))
        .filter_map(|file| {
            let parts = gguf_parts(&file.name).ok()?;
            // Each part names all others: the first stands for them, if all are there.
            let is_first = parts.first() == Some(&file.name);
            (is_first && parts.iter().all(|part| has(part))).then_some(parts)
        })
        .min_by_key(|parts| {
            let name = parts.first().cloned().unwrap_or_default();
            (rank(&name), name.len(), name)
        })
}

/// Picture encoders and calibration data are GGUF files without being a model of text.
fn is_model(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".gguf") && !lower.contains("mmproj") && !lower.contains("imatrix")
}

fn rank(name: &str) -> usize {
    let upper = name.to_ascii_uppercase();
    PREFERRED
        .iter()
        .position(|tag| has_word(&upper, tag))
        .unwrap_or(PREFERRED.len())
}

/// Whether the tag stands by itself: `Q4_0` is not in `IQ4_0` nor in `Q4_0_4_8`, a layout for one kind of processor.
fn has_word(name: &str, tag: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.match_indices(tag).any(|(at, _)| {
        let before = name.get(..at).and_then(|text| text.chars().next_back());
        let after = name
            .get(at + tag.len()..)
            .and_then(|text| text.chars().next());
        // `model_Q4_0.gguf`: an underscore may lead in, but nothing may follow.
        !before.is_some_and(|c| c.is_ascii_alphanumeric()) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Option<Vec<String>> {
        let files: Vec<TreeFile> = names
            .iter()
            .map(|name| TreeFile {
                name: (*name).to_owned(),
                sha256: None,
            })
            .collect();
        choose_gguf(&files)
    }

    fn one(name: &str) -> Option<Vec<String>> {
        Some(vec![name.to_owned()])
    }

    #[test]
    fn four_bits_first() {
        let all = ["m-Q8_0.gguf", "m-Q4_0.gguf", "m-Q2_K.gguf", "m-q4_k_m.gguf"];
        assert_eq!(chosen(&all), one("m-q4_k_m.gguf"));
        assert_eq!(chosen(&all[..3]), one("m-Q4_0.gguf"));
        assert_eq!(
            chosen(&["m-Q8_0.gguf", "m-Q5_K_M.gguf"]),
            one("m-Q5_K_M.gguf")
        );
        assert_eq!(chosen(&["m-f16.gguf", "m-Q2_K.gguf"]), one("m-Q2_K.gguf"));
        // A name that says nothing is the last choice, but one.
        assert_eq!(chosen(&["m.gguf", "README.md"]), one("m.gguf"));
        assert_eq!(chosen(&["m.gguf", "m.f32.gguf"]), one("m.f32.gguf"));
    }

    #[test]
    fn names_that_only_look_alike() {
        assert_eq!(
            chosen(&["m-Q4_0_4_8.gguf", "m-Q8_0.gguf"]),
            one("m-Q8_0.gguf")
        );
        assert_eq!(
            chosen(&["mmproj-Q4_0.gguf", "m-Q8_0.gguf", "m.imatrix.gguf"]),
            one("m-Q8_0.gguf")
        );
        assert_eq!(chosen(&["config.json", "mmproj-f16.gguf"]), None);
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn split_files_are_taken_whole_or_not_at_all() {
        let first = "m-Q4_K_M-00001-of-00002.gguf";
        let second = "m-Q4_K_M-00002-of-00002.gguf";
        assert_eq!(
            chosen(&["m-Q8_0.gguf", second, first]),
            Some(vec![first.to_owned(), second.to_owned()])
        );
        assert_eq!(chosen(&["m-Q8_0.gguf", first]), one("m-Q8_0.gguf"));
        assert_eq!(chosen(&[second]), None);
    }
}
