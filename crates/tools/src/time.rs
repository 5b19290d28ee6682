//! What time it is, and what time it was.

use airis_domain::{Json, JsonMap};
use jiff::{Span, Timestamp, tz::TimeZone};
use serde_json::json;

use crate::function;

const UNITS: [&str; 4] = ["days_ago", "weeks_ago", "months_ago", "years_ago"];

pub fn specs() -> Vec<Json> {
    let units: JsonMap =
        UNITS.iter().map(|unit| ((*unit).to_owned(), json!({"type": "integer", "default": 0}))).collect();
    vec![
        function(
            "get_current_timestamp",
            "Tells the present time (UTC).",
            &json!({"type": "object", "properties": {}}),
        ),
        function(
            "calculate_timestamp",
            "Tells the time (UTC) that many days, weeks, months and years before now.",
            &json!({"type": "object", "properties": units}),
        ),
    ]
}

pub fn call(name: &str, arguments: &JsonMap) -> Option<Result<String, String>> {
    match name {
        "get_current_timestamp" => {
            let now = Timestamp::now();
            Some(Ok(json!({"current_timestamp": now.as_second(), "current_iso": iso(now)}).to_string()))
        }
        "calculate_timestamp" => Some(before(Timestamp::now(), arguments)),
        _ => None,
    }
}

fn before(now: Timestamp, arguments: &JsonMap) -> Result<String, String> {
    let mut counts = [0; UNITS.len()];
    for (count, unit) in counts.iter_mut().zip(UNITS) {
        *count = match arguments.get(unit) {
            None | Some(Json::Null) => 0,
            Some(value) => value.as_i64().ok_or_else(|| format!("{unit} must be a whole number, not {value}"))?,
        };
    }
    let [days, weeks, months, years] = counts;
    let then = Span::new()
        .try_days(days)
        .and_then(|span| span.try_weeks(weeks))
        .and_then(|span| span.try_months(months))
        .and_then(|span| span.try_years(years))
        .and_then(|span| now.to_zoned(TimeZone::UTC).checked_sub(span))
        .map_err(|error| error.to_string())?
        .timestamp();
    let answer = json!({"current_timestamp": now.as_second(), "current_iso": iso(now),
        "calculated_timestamp": then.as_second(), "calculated_iso": iso(then)});
    Ok(answer.to_string())
}

/// `2026-11-21T01:36:09.174345+00:00`
fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ago(arguments: Json) -> Result<Json, String> {
        let now: Timestamp = "2024-03-31T12:00:00Z".parse().map_err(|error: jiff::Error| error.to_string())?;
        let answer = before(now, arguments.as_object().unwrap_or(&JsonMap::new()))?;
        serde_json::from_str(&answer).map_err(|error| error.to_string())
    }

    #[test]
    fn months_end_where_the_calendar_ends_them() {
        let answer = ago(json!({"months_ago": 1}));
        assert_eq!(
            answer.map(|answer| answer["calculated_iso"].clone()),
            Ok(json!("2024-02-29T12:00:00.000000+00:00"))
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        assert!(ago(json!({"days_ago": "two"})).is_err_and(|error| error.contains("days_ago")));
        assert!(ago(json!({"years_ago": 1_000_000})).is_err());
        assert!(ago(json!({"days_ago": i64::MIN})).is_err());
    }
}
