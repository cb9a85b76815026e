//! Conversations under the days on which they were last added to, as a person counts days.
//!
//! Pure: the moment and the time zone come from the caller. Must not know what the groups are called in any language.

use inkling_host::chats::ChatRecord;

const MINUTE_MS: f64 = 60_000.0;
const DAY_MS: f64 = 86_400_000.0;

/// A moment, and how far local clocks are ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalTime {
    pub now_ms: f64,
    pub minutes_east: i32,
}

impl LocalTime {
    /// The local day of a moment, counted from the beginning of 1970. Days around a change to summer time may begin an hour
    /// off: only today's distance from UTC is known.
    pub fn day_of(self, moment_ms: f64) -> i64 {
        let local_ms = moment_ms + f64::from(self.minutes_east) * MINUTE_MS;
        (local_ms / DAY_MS).floor() as i64
    }

    pub fn today(self) -> i64 {
        self.day_of(self.now_ms)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    Pinned,
    Today,
    Yesterday,
    SevenDays,
    ThirtyDays,
    /// 1 is January.
    Month {
        year: i64,
        month: u32,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Group<'chats> {
    pub period: Period,
    pub chats: Vec<&'chats ChatRecord>,
}

/// Groups conversations that come the newest first. No group is empty.
pub fn groups_by_day(chats: Vec<&ChatRecord>, time: LocalTime) -> Vec<Group<'_>> {
    let (pinned, others): (Vec<_>, Vec<_>) = chats.into_iter().partition(|chat| chat.is_pinned);
    let mut groups: Vec<Group<'_>> = Vec::new();
    if !pinned.is_empty() {
        groups.push(Group {
            period: Period::Pinned,
            chats: pinned,
        });
    }
    for chat in others {
        let period = period_of(chat.updated_ms, time);
        match groups.last_mut() {
            Some(group) if group.period == period => group.chats.push(chat),
            Some(_) | None => groups.push(Group {
                period,
                chats: vec![chat],
            }),
        }
    }
    groups
}

fn period_of(moment_ms: f64, time: LocalTime) -> Period {
    let day = time.day_of(moment_ms);
    // A clock that was set back makes tomorrows, which are today as well as anything.
    match time.today() - day {
        ..=0 => Period::Today,
        1 => Period::Yesterday,
        2..=7 => Period::SevenDays,
        8..=30 => Period::ThirtyDays,
        _ => {
            let (year, month) = month_of_day(day);
            Period::Month { year, month }
        }
    }
}

/// The month of a day counted from 1970, by Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>): years begin in March there, so that leap days come last.
fn month_of_day(day: i64) -> (i64, u32) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let day_of_era = day.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let (month, years) = match month_from_march {
        0..=9 => (month_from_march + 3, 0),
        _ => (month_from_march - 9, 1),
    };
    (year_of_era + era * 400 + years, month as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: f64 = 3_600_000.0;
    /// Noon in UTC on 21 November 2026.
    const NOON_MS: f64 = 1_795_262_400_000.0;

    fn chat(id: u64, updated_ms: f64) -> ChatRecord {
        ChatRecord {
            id,
            updated_ms,
            ..ChatRecord::default()
        }
    }

    fn periods(hours_ago: &[f64], minutes_east: i32) -> Vec<Period> {
        let time = LocalTime {
            now_ms: NOON_MS,
            minutes_east,
        };
        let moments = hours_ago.iter().map(|hours| NOON_MS - hours * HOUR_MS);
        moments.map(|moment| period_of(moment, time)).collect()
    }

    #[test]
    fn days_begin_at_local_midnight() {
        use Period::{Today, Yesterday};
        assert_eq!(
            periods(&[0.0, 11.9, 12.1, 35.9], 0),
            [Today, Today, Yesterday, Yesterday]
        );
        // In Auckland it is past midnight already; in Los Angeles it is early in the morning.
        assert_eq!(periods(&[0.9, 1.1], 13 * 60), [Today, Yesterday]);
        assert_eq!(periods(&[3.9, 4.1], -8 * 60), [Today, Yesterday]);
        assert_eq!(periods(&[-30.0], 0), [Today]);
    }

    #[test]
    fn older_ones_stand_under_weeks_and_months() {
        let days = [2.0, 7.0, 8.0, 30.0, 31.0, 325.0, 326.0].map(|days| days * 24.0);
        assert_eq!(
            periods(&days, 0),
            [
                Period::SevenDays,
                Period::SevenDays,
                Period::ThirtyDays,
                Period::ThirtyDays,
                Period::Month {
                    year: 2026,
                    month: 10
                },
                // 31 December.
                Period::Month {
                    year: 2025,
                    month: 12
                },
                Period::Month {
                    year: 2025,
                    month: 12
                },
            ]
        );
    }

    #[test]
    fn months_are_the_calendars() {
        for (day, year, month) in [
            (0, 1970, 1),
            (58, 1970, 2),
            (59, 1970, 3),
            (-1, 1969, 12),
            // 29 February 2024 and the day after.
            (19_782, 2024, 2),
            (19_783, 2024, 3),
        ] {
            assert_eq!(month_of_day(day), (year, month), "day {day}");
        }
    }

    #[test]
    fn the_pinned_stand_apart_and_nothing_is_lost() {
        let mut chats: Vec<_> = (0..40)
            .map(|age| chat(age, NOON_MS - age as f64 * 24.0 * HOUR_MS))
            .collect();
        chats[5].is_pinned = true;
        let time = LocalTime {
            now_ms: NOON_MS,
            minutes_east: 0,
        };
        let groups = groups_by_day(chats.iter().collect(), time);
        assert_eq!(groups[0].period, Period::Pinned);
        assert_eq!(groups[0].chats[0].id, 5);
        assert_eq!(groups.len(), 6);
        let total: usize = groups.iter().map(|group| group.chats.len()).sum();
        assert_eq!(total, 40);
    }
}
