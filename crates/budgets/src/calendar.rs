//! Days and months in UTC.

use airis_domain::Period;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The second at which the period around `at` begins.
pub fn begin(period: Period, at: i64) -> i64 {
    match period {
        Period::Day => at - at.rem_euclid(DAY),
        Period::Month => date(at).map_or(0, |date| second(date.first_of_month())),
    }
}

/// The second at which the period that begins at `begin` is over.
pub fn end(period: Period, begin: i64) -> i64 {
    match period {
        Period::Day => begin + DAY,
        Period::Month => date(begin)
            .and_then(|date| date.first_of_month().checked_add(1.month()).ok())
            .map_or(begin + 31 * DAY, second),
    }
}

/// A second as people read it, such as `2026-12-01 00:00 UTC`.
pub fn written(at: i64) -> String {
    Timestamp::from_second(at).map_or_else(|_| at.to_string(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

fn date(at: i64) -> Option<Date> {
    Some(Timestamp::from_second(at).ok()?.to_zoned(TimeZone::UTC).date())
}

fn second(date: Date) -> i64 {
    date.to_zoned(TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_begin_and_end_at_midnight() {
        // 2028-02-29 23:59:59
        let at = 1_835_481_599;
        assert_eq!(written(at), "2028-02-29 23:59 UTC");
        assert_eq!(written(begin(Period::Day, at)), "2028-02-29 00:00 UTC");
        assert_eq!(end(Period::Day, begin(Period::Day, at)), at + 1);
        assert_eq!(written(begin(Period::Month, at)), "2028-02-01 00:00 UTC");
        assert_eq!(end(Period::Month, begin(Period::Month, at)), at + 1);
        assert_eq!(written(end(Period::Month, 1_796_083_200)), "2027-01-01 00:00 UTC");
    }
}
