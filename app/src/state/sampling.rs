//! The numbers by which the next token is chosen, as fields that a person may fill or leave empty.
//!
//! An empty field is the model's own value. Must not know where the fields stand: the settings and a conversation have
//! the same ones.

use inkling_host::chats::Sampling;

use super::language;
use crate::messages;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplingField {
    Temperature,
    TopP,
    TopK,
    MinP,
    RepetitionPenalty,
    MaxTokens,
    Seed,
}

/// What a number may be, both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    pub least: f64,
    pub most: f64,
    pub is_whole: bool,
}

/// The context of a model, in tokens.
pub const CONTEXT: Range = Range::whole(128.0, 1_048_576.0);

/// What was typed is no number of the range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutOfRange(pub Range);

impl Range {
    const fn whole(least: f64, most: f64) -> Self {
        Self {
            least,
            most,
            is_whole: true,
        }
    }

    const fn real(least: f64, most: f64) -> Self {
        Self {
            least,
            most,
            is_whole: false,
        }
    }

    pub fn contains(self, value: f64) -> bool {
        // NaN is in no range.
        (self.least..=self.most).contains(&value) && !(self.is_whole && value.fract() != 0.0)
    }

    /// The ends as people read them.
    pub fn said(self) -> (String, String) {
        let said = |value: f64| language::written(&value.to_string(), messages::numerals());
        (said(self.least), said(self.most))
    }

    /// What was typed: nothing, or a number of this range with either decimal sign.
    pub fn number_from_text(self, typed: &str) -> Result<Option<f64>, OutOfRange> {
        let typed = typed.trim().replace(',', ".");
        if typed.is_empty() {
            return Ok(None);
        }
        // A sign among the digits of a whole number may have been meant for thousands: no guess.
        let is_clear = !self.is_whole || typed.bytes().all(|byte| byte.is_ascii_digit());
        match typed.parse() {
            Ok(value) if is_clear && self.contains(value) => Ok(Some(value)),
            Ok(_) | Err(_) => Err(OutOfRange(self)),
        }
    }
}

/// As it can be typed: the language's decimal sign, and nothing between the thousands.
pub fn text_from_number(value: f64) -> String {
    value.to_string().replace('.', messages::numerals().decimal)
}

impl SamplingField {
    pub const ALL: [Self; 7] = [
        Self::Temperature,
        Self::TopP,
        Self::TopK,
        Self::MinP,
        Self::RepetitionPenalty,
        Self::MaxTokens,
        Self::Seed,
    ];

    pub fn range(self) -> Range {
        match self {
            Self::Temperature => Range::real(0.0, 2.0),
            Self::TopP | Self::MinP => Range::real(0.0, 1.0),
            Self::TopK => Range::whole(0.0, 1000.0),
            Self::RepetitionPenalty => Range::real(0.5, 2.0),
            Self::MaxTokens => Range::whole(1.0, 1_000_000.0),
            // The largest that JavaScript and JSON tell from its neighbours.
            Self::Seed => Range::whole(0.0, 9_007_199_254_740_991.0),
        }
    }

    pub fn value(self, sampling: &Sampling) -> Option<f64> {
        // By way of its text: 0.7 is to be shown as 0.7, whatever its nearest single-precision number is.
        let real = |value: Option<f32>| value.and_then(|value| value.to_string().parse().ok());
        match self {
            Self::Temperature => real(sampling.temperature),
            Self::TopP => real(sampling.top_p),
            Self::TopK => sampling.top_k.map(f64::from),
            Self::MinP => real(sampling.min_p),
            Self::RepetitionPenalty => real(sampling.repetition_penalty),
            Self::MaxTokens => sampling.max_tokens.map(f64::from),
            Self::Seed => sampling.seed.map(|seed| seed as f64),
        }
    }

    /// A value outside the range is the caller's to refuse.
    pub fn set(self, sampling: &mut Sampling, value: Option<f64>) {
        match self {
            Self::Temperature => sampling.temperature = value.map(|value| value as f32),
            Self::TopP => sampling.top_p = value.map(|value| value as f32),
            Self::TopK => sampling.top_k = value.map(|value| value as u32),
            Self::MinP => sampling.min_p = value.map(|value| value as f32),
            Self::RepetitionPenalty => {
                sampling.repetition_penalty = value.map(|value| value as f32);
            }
            Self::MaxTokens => sampling.max_tokens = value.map(|value| value as u32),
            Self::Seed => sampling.seed = value.map(|value| value as u64),
        }
    }

    /// What stands in the field.
    pub fn text(self, sampling: &Sampling) -> String {
        self.value(sampling)
            .map(text_from_number)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_field_is_the_models_own_value() {
        for field in SamplingField::ALL {
            assert_eq!(field.range().number_from_text("  "), Ok(None));
            assert_eq!(field.text(&Sampling::default()), "");
        }
    }

    #[test]
    fn what_is_typed_is_what_is_shown() {
        for (field, typed, shown) in [
            (SamplingField::Temperature, "0,7", "0.7"),
            (SamplingField::TopP, ".95", "0.95"),
            (SamplingField::TopK, " 40 ", "40"),
            (SamplingField::MinP, "0.05", "0.05"),
            (SamplingField::RepetitionPenalty, "1.1", "1.1"),
            (SamplingField::MaxTokens, "2048", "2048"),
            (SamplingField::Seed, "9007199254740991", "9007199254740991"),
        ] {
            let mut sampling = Sampling::default();
            let value = field.range().number_from_text(typed).unwrap();
            field.set(&mut sampling, value);
            assert_eq!(field.text(&sampling), shown);
            let others = SamplingField::ALL
                .into_iter()
                .filter(|other| *other != field);
            assert!(
                others
                    .into_iter()
                    .all(|other| other.value(&sampling).is_none())
            );
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for (field, typed) in [
            (SamplingField::Temperature, "-0.1"),
            (SamplingField::Temperature, "2.1"),
            (SamplingField::Temperature, "warm"),
            (SamplingField::Temperature, "NaN"),
            (SamplingField::TopK, "1.5"),
            (SamplingField::MaxTokens, "0"),
            (SamplingField::MaxTokens, "1.000"),
            (SamplingField::Seed, "1e300"),
        ] {
            let range = field.range();
            assert_eq!(
                range.number_from_text(typed),
                Err(OutOfRange(range)),
                "{typed}"
            );
        }
        assert_eq!(CONTEXT.number_from_text("8192"), Ok(Some(8192.0)));
        assert!(CONTEXT.number_from_text("12").is_err());
    }
}
