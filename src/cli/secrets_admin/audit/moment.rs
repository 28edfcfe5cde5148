//! Points in time, as they are typed: a date, a time, or how long ago.

use std::ffi::OsStr;

use crate::cli::Failure;
use crate::clock::Timestamp;

/// Reads `text`; the answer has the form of a line of the log, whose order is that of time.
pub fn parse(flag: &str, text: &OsStr, now: Timestamp) -> Result<String, Failure> {
    let time = text.to_str().and_then(|text| {
        ago(text, now)
            .or_else(|| text.parse().ok())
            .or_else(|| format!("{text}T00:00:00Z").parse::<jiff::Timestamp>().ok())
    });
    time.map(|time| format!("{time:.9}")).ok_or_else(|| {
        Failure::usage(format!(
            "{flag} takes a time such as 2026-11-22, 2026-11-22T03:00:00Z, or 24h for a day ago"
        ))
    })
}

fn ago(text: &str, now: Timestamp) -> Option<jiff::Timestamp> {
    let seconds = seconds(text)?;
    let at = i64::try_from(now.as_unix().checked_sub(seconds)?).ok()?;
    jiff::Timestamp::from_second(at).ok()
}

/// Seconds of `90s`, `15m`, `24h`, `7d`.
pub fn seconds(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    let unit: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    count.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_in_three_forms() {
        let now = Timestamp::from_unix(1_790_000_000);
        for (text, time) in [
            ("2026-01-24T09:30:00Z", "2026-01-24T09:30:00.000000000Z"),
            ("2026-01-24T10:30:00.5+01:00", "2026-01-24T09:30:00.500000000Z"),
            ("2026-01-24", "2026-01-24T00:00:00.000000000Z"),
            ("20s", "2026-09-21T14:13:00.000000000Z"),
            ("1d", "2026-09-20T14:13:20.000000000Z"),
        ] {
            assert_eq!(parse("--since", text.as_ref(), now).unwrap(), time, "{text}");
        }
        for text in ["", "yesterday", "d", "1w", "-1d", "2026-13-01", "99999999999999999999d"] {
            assert!(parse("--since", text.as_ref(), now).is_err(), "{text}");
        }
    }
}
