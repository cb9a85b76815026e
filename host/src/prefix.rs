//! What is remembered of conversations whose keys and values lie in storage: which serves a prompt, and which goes when there
//! is no more room. Pure.
//!
//! The rows depend on the weights, on how the engine lays them out, and on every token before; all of it is compared before
//! one is used. Must not know how bytes are stored, nor what they mean.

use serde::{Deserialize, Serialize};

use crate::record::Record;
use crate::wire::WeightPolicy;

/// Fewer tokens are sooner read again than fetched.
const LEAST_TOKENS: usize = 32;

/// All that is kept takes no more.
const MOST_BYTES: u64 = 256 << 20;

/// Nor more than this share of what the browser grants.
const QUOTA_SHARE: u64 = 10;

/// The keys and values of one conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrefixRecord {
    pub model_key: String,
    /// The digest of the tokens, under which the pieces lie.
    pub id: String,
    /// Weights and layout that the rows are of.
    pub fits: String,
    pub tokens: Vec<u32>,
    pub num_pieces: usize,
    pub len_bytes: u64,
    pub last_used_ms: f64,
}

/// What rows depend on besides the tokens. `None`: it is not known which files the model is of.
pub fn fits_from(model: &Record, weights: WeightPolicy, rows_name: &str) -> Option<String> {
    let files: Option<Vec<_>> = model
        .files
        .iter()
        .map(|file| Some((&file.name, file.len_bytes?, &file.validator, &file.sha256)))
        .collect();
    serde_json::to_string(&(files?, weights, rows_name)).ok()
}

/// The record that spares a prompt the most, if that is worth fetching. `shared_tokens` of it are at hand.
pub fn best<'a>(
    records: &'a [PrefixRecord],
    prompt: &[u32],
    shared_tokens: usize,
) -> Option<&'a PrefixRecord> {
    records
        .iter()
        .map(|record| (common(&record.tokens, prompt), record))
        .filter(|(num_tokens, _)| *num_tokens >= shared_tokens + LEAST_TOKENS)
        .max_by_key(|(num_tokens, _)| *num_tokens)
        .map(|(_, record)| record)
}

/// Whether what the cache holds should be kept: there is something to it, and none of the records has it.
pub fn is_worth_keeping(records: &[PrefixRecord], tokens: &[u32]) -> bool {
    tokens.len() >= LEAST_TOKENS
        && !records
            .iter()
            .any(|record| common(&record.tokens, tokens) == tokens.len())
}

/// Which records go for a new one: earlier turns of the same conversation, then those that were not used for longest.
/// `None`: the new one is too large by itself.
pub fn replaced_by(
    records: &[PrefixRecord],
    new: &PrefixRecord,
    quota_bytes: Option<u64>,
) -> Option<Vec<PrefixRecord>> {
    let most = quota_bytes.map_or(MOST_BYTES, |quota| MOST_BYTES.min(quota / QUOTA_SHARE));
    // Another one has room beside it.
    if new.len_bytes > most / 2 {
        return None;
    }
    let is_earlier = |record: &&PrefixRecord| {
        record.model_key == new.model_key
            && common(&record.tokens, &new.tokens) == record.tokens.len()
    };
    let (mut replaced, mut others): (Vec<_>, Vec<_>) = records.iter().partition(is_earlier);
    others.sort_by(|a, b| b.last_used_ms.total_cmp(&a.last_used_ms));
    let mut len_bytes = new.len_bytes;
    for record in others {
        len_bytes = len_bytes.saturating_add(record.len_bytes);
        if len_bytes > most {
            replaced.push(record);
        }
    }
    Some(replaced.into_iter().cloned().collect())
}

fn common(a: &[u32], b: &[u32]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::FileRecord;

    fn record(id: &str, tokens: std::ops::Range<u32>, mib: u64, last_used_ms: f64) -> PrefixRecord {
        PrefixRecord {
            model_key: "m".to_owned(),
            id: id.to_owned(),
            fits: "f".to_owned(),
            tokens: tokens.collect(),
            num_pieces: 1,
            len_bytes: mib << 20,
            last_used_ms,
        }
    }

    fn ids(records: Option<Vec<PrefixRecord>>) -> Vec<String> {
        records.unwrap().into_iter().map(|it| it.id).collect()
    }

    #[test]
    fn the_longest_beginning_serves_if_it_is_worth_it() {
        let records = [
            record("short", 0..40, 1, 1.0),
            record("long", 0..80, 1, 1.0),
            record("other", 500..900, 1, 1.0),
        ];
        let prompt: Vec<u32> = (0..200).collect();
        let id = |shared| best(&records, &prompt, shared).map(|it| it.id.as_str());
        assert_eq!(id(0), Some("long"));
        assert_eq!(id(48), Some("long"));
        assert_eq!(id(49), None);
        assert!(best(&records, &[1, 2, 3], 0).is_none());
        assert!(best(&records, &prompt[..31], 0).is_none());
    }

    #[test]
    fn what_is_there_already_is_not_kept_again() {
        let records = [record("a", 0..80, 1, 1.0)];
        let tokens: Vec<u32> = (0..200).collect();
        assert!(is_worth_keeping(&records, &tokens[..81]));
        assert!(!is_worth_keeping(&records, &tokens[..80]));
        assert!(!is_worth_keeping(&records, &tokens[..50]));
        assert!(!is_worth_keeping(&[], &tokens[..31]));
    }

    #[test]
    fn the_oldest_go_first_and_earlier_turns_at_once() {
        let records = [
            record("turn 1", 0..40, 10, 9.0),
            record("old", 100..200, 100, 1.0),
            record("new", 300..400, 100, 5.0),
        ];
        let turn = |mib| record("turn 2", 0..90, mib, 10.0);
        assert_eq!(ids(replaced_by(&records, &turn(56), None)), ["turn 1"]);
        assert_eq!(
            ids(replaced_by(&records, &turn(57), None)),
            ["turn 1", "old"]
        );
        assert!(replaced_by(&records, &turn(128), None).is_some());
        assert!(replaced_by(&records, &turn(129), None).is_none());
        // A tenth of the quota.
        assert!(replaced_by(&records, &turn(29), Some(560 << 20)).is_none());
        let small = replaced_by(&records, &turn(28), Some(560 << 20));
        assert_eq!(ids(small), ["turn 1", "new", "old"]);
        // The same tokens of another model are another conversation.
        let mut elsewhere = turn(56);
        elsewhere.model_key = "n".to_owned();
        assert_eq!(ids(replaced_by(&records, &elsewhere, None)), ["old"]);
    }

    #[test]
    fn other_files_another_rounding_or_another_layout_do_not_fit() {
        let model = Record {
            key: "m".to_owned(),
            name: "m".to_owned(),
            files: vec![FileRecord {
                name: "m.gguf".to_owned(),
                url: None,
                len_bytes: Some(9),
                validator: Some("1".to_owned()),
                sha256: None,
                is_verified: false,
            }],
            last_used_ms: 1.0,
            complete: true,
        };
        let fits = fits_from(&model, WeightPolicy::Q4, "rows").unwrap();
        assert_eq!(
            fits_from(&model, WeightPolicy::Q4, "rows"),
            Some(fits.clone())
        );
        assert_ne!(
            fits_from(&model, WeightPolicy::Keep, "rows"),
            Some(fits.clone())
        );
        assert_ne!(
            fits_from(&model, WeightPolicy::Q4, "sows"),
            Some(fits.clone())
        );
        let mut changed = model.clone();
        changed.files[0].validator = Some("2".to_owned());
        assert_ne!(
            fits_from(&changed, WeightPolicy::Q4, "rows"),
            Some(fits.clone())
        );
        let mut used = model.clone();
        used.last_used_ms = 2.0;
        assert_eq!(fits_from(&used, WeightPolicy::Q4, "rows"), Some(fits));
        let mut partial = model;
        partial.files[0].len_bytes = None;
        assert_eq!(fits_from(&partial, WeightPolicy::Q4, "rows"), None);
    }
}
