//! Durations as operators write them: `4w`, `1h30m`, `-1` for ever.

/// Seconds of a duration, `None` for one without end (`-1` or `0`). Units ms, s, m, h, d, w; pairs add up.
/// Fails with a sentence when the text is no duration.
pub fn parse_lifetime(text: &str) -> Result<Option<f64>, String> {
    let text = text.trim();
    if text == "-1" || text == "0" {
        return Ok(None);
    }
    let mut seconds = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let number: f64 = number.parse().map_err(|_| wrong(text))?;
        seconds += number
            * match unit {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3_600.0,
                "d" => 86_400.0,
                "w" => 604_800.0,
                _ => return Err(wrong(text)),
            };
        rest = after;
    }
    if text.is_empty() { Err(wrong(text)) } else { Ok(Some(seconds)) }
}

/// Whole seconds of a duration; a text that is none counts as four weeks, the built-in default.
pub fn lifetime_seconds(text: &str) -> Option<i64> {
    const FOUR_WEEKS: f64 = 2_419_200.0;
    #[expect(clippy::cast_possible_truncation, reason = "lifetimes are far below the limits of i64")]
    parse_lifetime(text).unwrap_or(Some(FOUR_WEEKS)).map(|seconds| seconds as i64)
}

fn wrong(text: &str) -> String {
    format!("\"{text}\" is no duration: write numbers with units such as 4w, 12h or 1h30m, or -1 for no end")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_numbers_and_units_add_up() {
        assert_eq!(parse_lifetime("1h30m"), Ok(Some(5_400.0)));
        assert_eq!(parse_lifetime("4w"), Ok(Some(2_419_200.0)));
        assert_eq!(parse_lifetime("1.5d"), Ok(Some(129_600.0)));
    }

    #[test]
    fn minus_one_and_zero_never_end() {
        assert_eq!(parse_lifetime("-1"), Ok(None));
        assert_eq!(parse_lifetime("0"), Ok(None));
    }

    #[test]
    fn nonsense_is_named() {
        assert!(parse_lifetime("soon").is_err());
        assert!(parse_lifetime("4x").is_err());
        assert!(parse_lifetime("").is_err());
    }
}
