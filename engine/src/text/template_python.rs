//! What templates expect from Python and minijinja does not bring: methods of strings and maps, and `strftime`.

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, State, Value};

use super::template::Now;

/// Python's methods on strings, lists and maps.
pub(super) fn python_method(
    state: &mut State,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    match (value.kind(), method) {
        // Jinja's undefined has no methods, and neither has none; the library would say "unknown method", which
        // hides from the author what is wrong.
        (ValueKind::Undefined | ValueKind::None, _) => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("{method}() is called on {}", value.kind()),
        )),
        (ValueKind::String, _) => {
            match string_method(value.as_str().unwrap_or_default(), method, args) {
                Some(result) => Ok(result),
                None => {
                    minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args)
                }
            }
        }
        // Values do not change, so a copy is the value.
        (ValueKind::Map | ValueKind::Seq, "copy") if args.is_empty() => Ok(value.clone()),
        _ => minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args),
    }
}

/// The methods of Python's `str` that the library lacks; `None` for all others and for arguments they do not take.
fn string_method(text: &str, method: &str, args: &[Value]) -> Option<Value> {
    let argument = args.first().and_then(Value::as_str);
    let parts = |parts: Option<(&str, &str)>, separator: &str, at_end: bool| match (parts, at_end) {
        (Some((before, after)), _) => [before, separator, after].map(Value::from),
        (None, false) => [text, "", ""].map(Value::from),
        (None, true) => ["", "", text].map(Value::from),
    };
    match (method, argument, args.len()) {
        ("removeprefix", Some(prefix), 1) => Some(text.strip_prefix(prefix).unwrap_or(text).into()),
        ("removesuffix", Some(suffix), 1) => Some(text.strip_suffix(suffix).unwrap_or(text).into()),
        ("partition", Some(separator), 1) if !separator.is_empty() => Some(
            parts(text.split_once(separator), separator, false)
                .into_iter()
                .collect(),
        ),
        ("rpartition", Some(separator), 1) if !separator.is_empty() => Some(
            parts(text.rsplit_once(separator), separator, true)
                .into_iter()
                .collect(),
        ),
        ("rsplit", Some(separator), 1 | 2) if !separator.is_empty() => {
            let most = match args.get(1) {
                Some(most) => usize::try_from(most.clone()).map_or(usize::MAX, |most| most + 1),
                None => usize::MAX,
            };
            let mut parts: Vec<_> = text.rsplitn(most, separator).map(Value::from).collect();
            parts.reverse();
            Some(parts.into())
        }
        _ => None,
    }
}

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Now {
    /// Seconds since 1970, plus how far the local clock is ahead of UTC.
    pub fn from_unix_seconds(seconds: i64, utc_offset_seconds: i64) -> Self {
        let local = seconds.saturating_add(utc_offset_seconds);
        let (days, in_day) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let part =
            |divisor: i64, modulus: i64| u8::try_from(in_day / divisor % modulus).unwrap_or(0);
        Self {
            year,
            month,
            day,
            hour: part(3600, 24),
            minute: part(60, 60),
            second: part(1, 60),
        }
    }

    /// Reads `2025-03-14T09:26:53`; a blank may stand for the `T`, the time may be left out, and a fraction or zone
    /// is ignored (the time is taken as local).
    pub fn from_iso8601(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once(['T', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut date = date.splitn(3, '-');
        let year = date.next()?.parse().ok()?;
        let month = date
            .next()?
            .parse()
            .ok()
            .filter(|month| (1..=12).contains(month))?;
        let day = date
            .next()?
            .parse()
            .ok()
            .filter(|day| (1..=31).contains(day))?;
        let mut clock = [0u8; 3];
        if let Some(time) = time {
            let time: &str = time.split(['Z', '+', '-', '.']).next()?;
            let mut parts = time.split(':');
            for (part, limit) in clock.iter_mut().zip([24, 60, 60]) {
                *part = match parts.next() {
                    Some(text) => text.parse().ok().filter(|&part| part < limit)?,
                    None => 0,
                };
            }
        }
        let [hour, minute, second] = clock;
        Some(Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        })
    }

    /// Python's `strftime`, in the C locale.
    pub(super) fn format(self, format: &str) -> String {
        let mut out = String::new();
        let mut characters = format.chars();
        while let Some(character) = characters.next() {
            if character != '%' {
                out.push(character);
                continue;
            }
            let Some(mut code) = characters.next() else {
                out.push('%');
                break;
            };
            let unpadded = code == '-';
            if unpadded {
                code = characters.next().unwrap_or('-');
            }
            let field = self.field(code);
            out.push_str(if unpadded {
                field.trim_start_matches(['0', ' '])
            } else {
                &field
            });
            if unpadded && field.chars().all(|digit| digit == '0') {
                out.push('0');
            }
        }
        out
    }

    fn field(self, code: char) -> String {
        let days = days_from_civil(self.year, self.month, self.day);
        // 1970-01-01 was a Thursday.
        let weekday = (days + 3).rem_euclid(7);
        let year_day = days - days_from_civil(self.year, 1, 1) + 1;
        let name =
            |names: &[&'static str], index: usize| names.get(index).copied().unwrap_or_default();
        let weekday_name = name(&WEEKDAYS, usize::try_from(weekday).unwrap_or(0));
        let month_name = name(&MONTHS, usize::from(self.month.saturating_sub(1)));
        let hour12 = (self.hour + 11) % 12 + 1;
        match code {
            'Y' => self.year.to_string(),
            'y' => format!("{:02}", self.year.rem_euclid(100)),
            'm' => format!("{:02}", self.month),
            'B' => month_name.into(),
            'b' | 'h' => month_name.chars().take(3).collect(),
            'd' => format!("{:02}", self.day),
            'e' => format!("{:2}", self.day),
            'j' => format!("{year_day:03}"),
            'A' => weekday_name.into(),
            'a' => weekday_name.chars().take(3).collect(),
            'w' => ((weekday + 1) % 7).to_string(),
            'u' => (weekday + 1).to_string(),
            'H' => format!("{:02}", self.hour),
            'I' => format!("{hour12:02}"),
            'p' => if self.hour < 12 { "AM" } else { "PM" }.into(),
            'M' => format!("{:02}", self.minute),
            'S' => format!("{:02}", self.second),
            'f' => "000000".into(),
            'F' => self.format("%Y-%m-%d"),
            'T' | 'X' => self.format("%H:%M:%S"),
            'R' => self.format("%H:%M"),
            'D' | 'x' => self.format("%m/%d/%y"),
            'c' => self.format("%a %b %e %H:%M:%S %Y"),
            'n' => "\n".into(),
            't' => "\t".into(),
            '%' => "%".into(),
            'Z' | 'z' => String::new(),
            other => format!("%{other}"),
        }
    }
}

/// Days since 1970-01-01 in the Gregorian calendar; years are counted from March, so that leap days come last.
fn days_from_civil(year: i32, month: u8, day: u8) -> i64 {
    let month = i64::from(month);
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i32, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (
        i32::try_from(year).unwrap_or(1970),
        u8::try_from(month).unwrap_or(1),
        u8::try_from(day).unwrap_or(1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PI_DAY: Now = Now {
        year: 2025,
        month: 3,
        day: 14,
        hour: 9,
        minute: 26,
        second: 53,
    };

    #[test]
    fn formats_as_python_does() {
        assert_eq!(PI_DAY.format("%d %b %Y"), "14 Mar 2025");
        assert_eq!(
            PI_DAY.format("%A, %B %-d, %Y %I:%M %p %j %a%%"),
            "Friday, March 14, 2025 09:26 AM 073 Fri%"
        );
        assert_eq!(PI_DAY.format("%-H"), "9");
        assert_eq!(Now { hour: 0, ..PI_DAY }.format("%-H %I"), "0 12");
    }

    #[test]
    fn reads_iso_8601_and_unix_time() {
        assert_eq!(Now::from_iso8601("2025-03-14T09:26:53Z"), Some(PI_DAY));
        assert_eq!(Now::from_iso8601("2025-03-14 09:26:53.5"), Some(PI_DAY));
        assert_eq!(Now::from_unix_seconds(1_741_944_413, 0), PI_DAY);
        assert_eq!(Now::from_unix_seconds(1_741_944_413 - 3600, 3600), PI_DAY);
        assert_eq!(
            Now::from_unix_seconds(951_782_400, 0).format("%F"),
            "2000-02-29"
        );
        for bad in ["", "2025", "2025-13-01", "2025-01-01T25:00", "x-y-z"] {
            assert_eq!(Now::from_iso8601(bad), None, "{bad}");
        }
    }
}
