//! Time cut into pieces of a calendar, and counts laid into them.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::ToSchema;

use super::days::local;

/// Longer rows leave out the pieces in which nothing happened.
const LONGEST: i64 = 20_000;

/// How long a piece is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum Granularity {
    #[serde(rename = "10m")]
    TenMinutes,
    #[serde(rename = "hourly")]
    Hourly,
    #[serde(rename = "3h")]
    ThreeHours,
    #[serde(rename = "6h")]
    SixHours,
    #[default]
    #[serde(rename = "daily")]
    Daily,
}

/// Counts by model.
pub type Counts = BTreeMap<String, i64>;

impl Granularity {
    fn minutes(self) -> i64 {
        match self {
            Self::TenMinutes => 10,
            Self::Hourly => 60,
            Self::ThreeHours => 180,
            Self::SixHours => 360,
            Self::Daily => 1440,
        }
    }

    /// Where the piece begins that holds this time.
    pub fn begin(self, time: DateTime) -> DateTime {
        let day = time.date().at(0, 0, 0, 0);
        let minute = i64::from(time.hour()) * 60 + i64::from(time.minute());
        day.saturating_add(SignedDuration::from_mins(minute - minute % self.minutes()))
    }

    /// Where the piece begins that is so many pieces later, or earlier.
    pub fn step(self, begin: DateTime, pieces: i64) -> DateTime {
        begin.saturating_add(SignedDuration::from_mins(pieces.saturating_mul(self.minutes())))
    }

    /// The name of a piece: its day, with its time where days are cut.
    pub fn name(self, begin: DateTime) -> String {
        let pattern = if self == Self::Daily { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" };
        begin.strftime(pattern).to_string()
    }

    /// Lays counts (model, second, count) into pieces.
    pub fn lay(self, counts: Vec<(String, i64, i64)>, zone: &TimeZone) -> BTreeMap<DateTime, Counts> {
        let mut pieces: BTreeMap<DateTime, Counts> = BTreeMap::new();
        for (model, at, count) in counts {
            let sum = pieces.entry(self.begin(local(at, zone))).or_default().entry(model).or_default();
            *sum = sum.saturating_add(count);
        }
        pieces
    }

    /// Every piece from one time to another, empty ones included; `None` when they are too many.
    pub fn row(self, from: DateTime, to: DateTime) -> Option<Vec<DateTime>> {
        let (first, last) = (self.begin(from), self.begin(to));
        let apart = last.duration_since(first).as_mins() / self.minutes();
        (apart < LONGEST).then(|| (0..=apart).map(|pieces| self.step(first, pieces)).collect())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz;

    use super::*;

    #[test]
    fn pieces_begin_where_clocks_do() {
        let time = date(2026, 1, 31).at(20, 59, 30, 0);
        let named = |piece: Granularity| piece.name(piece.begin(time));
        assert_eq!(named(Granularity::TenMinutes), "2026-01-31 20:50");
        assert_eq!(named(Granularity::Hourly), "2026-01-31 20:00");
        assert_eq!(named(Granularity::ThreeHours), "2026-01-31 18:00");
        assert_eq!(named(Granularity::SixHours), "2026-01-31 18:00");
        assert_eq!(named(Granularity::Daily), "2026-01-31");
    }

    #[test]
    fn a_row_has_no_gaps_and_does_not_grow_without_end() {
        let (from, to) = (date(2026, 2, 27).at(23, 0, 0, 0), date(2026, 3, 1).at(1, 0, 0, 0));
        let row = Granularity::Daily.row(from, to).unwrap_or_default();
        let names: Vec<String> = row.into_iter().map(|begin| Granularity::Daily.name(begin)).collect();
        assert_eq!(names, ["2026-02-27", "2026-02-28", "2026-03-01"]);
        assert_eq!(Granularity::Daily.row(to, from), Some(Vec::new()));
        assert_eq!(Granularity::TenMinutes.row(date(1970, 1, 1).at(0, 0, 0, 0), to), None);
    }

    #[test]
    fn counts_of_a_piece_are_added_up_by_model() {
        let nepal = TimeZone::fixed(tz::Offset::from_seconds(5 * 3600 + 45 * 60).unwrap_or(tz::Offset::UTC));
        // 18:10 and 18:20 UTC are 23:55 and 00:05 there.
        let counts = [("a", 65_400, 1), ("a", 66_000, 2), ("b", 66_000, 3), ("a", 66_300, i64::MAX)];
        let counts = counts.map(|(model, at, count)| (model.to_owned(), at, count)).to_vec();
        let laid = Granularity::Daily.lay(counts, &nepal);
        let shown: Vec<_> =
            laid.iter().map(|(begin, counts)| (Granularity::Daily.name(*begin), counts.clone())).collect();
        let of = |pairs: &[(&str, i64)]| {
            pairs.iter().map(|(model, count)| ((*model).to_owned(), *count)).collect::<Counts>()
        };
        let (first, second) = (of(&[("a", 1)]), of(&[("a", i64::MAX), ("b", 3)]));
        assert_eq!(shown, [("1970-01-01".to_owned(), first), ("1970-01-02".to_owned(), second)]);
    }
}
