//! How long to wait before asking a server again. Pure: the caller brings the chance and does the waiting.
//!
//! The wait doubles, so that a server in trouble gets room, and varies, so that a thousand pages that lost it at the
//! same moment do not come back at the same moment.

/// Attempts after the first: together they wait about a quarter of a minute.
pub const MOST_RETRIES: u32 = 5;

/// No server is waited for longer than this at a time, whatever it asks for.
pub const LONGEST_DELAY_MS: u32 = 30_000;

const FIRST_DELAY_MS: u32 = 500;

/// The wait before the retry with this number (0 is the first). `chance` is between 0 and 1; `asked_ms` is what the
/// server asked for, which is never undercut.
pub fn delay_ms(retry: u32, chance: f64, asked_ms: Option<u32>) -> u32 {
    let doubled = FIRST_DELAY_MS.saturating_mul(1_u32.checked_shl(retry).unwrap_or(u32::MAX));
    let most = f64::from(doubled.min(LONGEST_DELAY_MS));
    // Between half of the wait and all of it.
    let varied = most * (0.5 + 0.5 * chance.clamp(0.0, 1.0));
    (varied as u32)
        .max(asked_ms.unwrap_or(0))
        .min(LONGEST_DELAY_MS)
}

/// Milliseconds of a `Retry-After` header that counts seconds; a date is not worth a calendar here.
pub fn asked_ms_from_header(header: &str) -> Option<u32> {
    let seconds: u32 = header.trim().parse().ok()?;
    Some(seconds.saturating_mul(1000).min(LONGEST_DELAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        let waits: Vec<u32> = (0..MOST_RETRIES).map(|n| delay_ms(n, 1.0, None)).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000]);
        assert_eq!(delay_ms(40, 1.0, None), LONGEST_DELAY_MS);
        assert_eq!(delay_ms(u32::MAX, 0.0, None), LONGEST_DELAY_MS / 2);
    }

    #[test]
    fn chance_takes_away_at_most_half() {
        assert_eq!(delay_ms(2, 0.0, None), 1000);
        assert_eq!(delay_ms(2, 0.5, None), 1500);
        assert_eq!(delay_ms(2, -3.0, None), 1000);
        assert_eq!(delay_ms(2, f64::NAN, None), 0);
    }

    #[test]
    fn a_server_is_never_asked_sooner_than_it_wants_nor_waited_for_without_end() {
        assert_eq!(delay_ms(0, 1.0, Some(3000)), 3000);
        assert_eq!(delay_ms(4, 1.0, Some(3000)), 8000);
        assert_eq!(delay_ms(0, 1.0, Some(u32::MAX)), LONGEST_DELAY_MS);
        assert_eq!(asked_ms_from_header(" 2 "), Some(2000));
        assert_eq!(asked_ms_from_header("99999999"), Some(LONGEST_DELAY_MS));
        assert_eq!(asked_ms_from_header("Wed, 21 Oct 2015 07:28:00 GMT"), None);
    }
}
