//! Calendar days in the server's time zone.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::app::App;

/// The longest row of days: ten years.
const LONGEST: i64 = 3653;
/// Moments that a calendar can name: from 1970 up to the year 9987.
const LATEST: i64 = 253_000_000_000;

/// The zone that the operator named; UTC without one, or where the machine does not know it.
pub fn zone(app: &App) -> TimeZone {
    let name = app.config.settings().timezone.as_deref().unwrap_or("UTC").trim_start_matches(':');
    TimeZone::get(name).or_else(|_| TimeZone::posix(name)).unwrap_or(TimeZone::UTC)
}

/// A moment (seconds) as clocks of the zone show it.
pub fn local(at: i64, zone: &TimeZone) -> DateTime {
    Timestamp::from_second(at.clamp(0, LATEST)).unwrap_or_default().to_zoned(zone.clone()).datetime()
}

/// The moment (seconds) when clocks of the zone show this.
pub fn moment(shown: DateTime, zone: &TimeZone) -> i64 {
    shown.to_zoned(zone.clone()).map_or(0, |zoned| zoned.timestamp().as_second())
}

/// Days without a gap.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    first: Date,
    last: Date,
}

impl Days {
    /// So many days up to today; without a sensible number the longest row.
    pub fn last(count: i64, now: i64, zone: &TimeZone) -> Self {
        let last = local(now, zone).date();
        let count = if count < 1 { LONGEST } else { count.min(LONGEST) };
        Self { first: last.saturating_sub((count - 1).days()), last }
    }

    /// Begins with the day of a moment instead.
    pub fn start_at(&mut self, at: i64, zone: &TimeZone) {
        self.first = local(at, zone).date();
    }

    /// The first second.
    pub fn begin(&self, zone: &TimeZone) -> i64 {
        moment(self.first.at(0, 0, 0, 0), zone)
    }

    pub fn dates(self) -> impl Iterator<Item = Date> {
        self.first.series(1.day()).take_while(move |date| *date <= self.last)
    }

    /// Which of the days a moment is on.
    pub fn index(&self, at: i64, zone: &TimeZone) -> Option<usize> {
        usize::try_from((local(at, zone).date() - self.first).get_days()).ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz;

    use super::*;

    #[test]
    fn the_last_days_end_with_today_where_the_server_is() {
        // 2026-03-01 23:30 UTC is already the second in Tokyo.
        let (now, tokyo) = (1_772_407_800, TimeZone::fixed(tz::offset(9)));
        let shown = |days: Days| days.dates().map(|date| date.to_string()).collect::<Vec<_>>();
        assert_eq!(shown(Days::last(2, now, &TimeZone::UTC)), ["2026-02-28", "2026-03-01"]);
        let days = Days::last(2, now, &tokyo);
        assert_eq!(shown(days), ["2026-03-01", "2026-03-02"]);
        assert_eq!(days.begin(&tokyo), 1_772_290_800);
        assert_eq!((days.index(now, &tokyo), days.index(days.begin(&tokyo) - 1, &tokyo)), (Some(1), None));
    }

    #[test]
    fn any_number_is_a_number_of_days() {
        for count in [i64::MIN, 0, i64::MAX] {
            assert_eq!(Days::last(count, i64::MAX, &TimeZone::UTC).dates().count(), 3653, "{count}");
        }
    }
}
