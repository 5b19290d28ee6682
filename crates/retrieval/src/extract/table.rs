//! Tables as text: one section a row, each value with the name of its column.

use super::{Bounds, ExtractError, Section};

/// Rows that are sections of their own; a longer table is cut into pieces like any text.
const ROWS: usize = 5_000;

pub fn read(text: &str, separator: char, bounds: &mut Bounds) -> Result<Vec<Section>, ExtractError> {
    let separator = if separator == ',' { guessed(text) } else { separator };
    let mut rows = rows(text, separator, bounds)?.into_iter();
    let Some(names) = rows.next() else { return Err(ExtractError::Empty) };
    let lines: Vec<String> = rows.map(|row| line(&names, &row)).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        // Nothing but names, or no table at all.
        return Ok(vec![Section::plain(text)]);
    }
    if lines.len() > ROWS {
        return Ok(vec![Section::plain(lines.join("\n\n"))]);
    }
    Ok(lines.into_iter().map(Section::plain).collect())
}

/// Where people write decimals with a comma, values stand between semicolons.
fn guessed(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: char| first.matches(sign).count();
    [',', ';', '\t'].into_iter().rev().max_by_key(|sign| count(*sign)).filter(|sign| count(*sign) > 0).unwrap_or(',')
}

fn line(names: &[String], row: &[String]) -> String {
    let value = |(at, value): (usize, &String)| {
        let value = value.trim();
        let name = names.get(at).map_or("", |name| name.trim());
        match (name.is_empty(), value.is_empty()) {
            (_, true) => None,
            (true, false) => Some(value.to_owned()),
            (false, false) => Some(format!("{name}: {value}")),
        }
    };
    row.iter().enumerate().filter_map(value).collect::<Vec<_>>().join("\n")
}

/// Rows of values; inside of quotes a separator or a line's end is a sign like any other.
fn rows(text: &str, separator: char, bounds: &mut Bounds) -> Result<Vec<Vec<String>>, ExtractError> {
    let (mut rows, mut row, mut value) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                value.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if value.is_empty() => quoted = true,
            sign if sign == separator && !quoted => row.push(std::mem::take(&mut value)),
            '\n' if !quoted => {
                bounds.step()?;
                row.push(std::mem::take(&mut value));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            sign => value.push(sign),
        }
    }
    if !value.is_empty() || !row.is_empty() {
        row.push(value);
        rows.push(row);
    }
    rows.retain(|row| row.iter().any(|value| !value.trim().is_empty()));
    Ok(rows)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn texts(table: &str) -> Vec<String> {
        let sections = read(table, ',', &mut Bounds::usual(table.len())).unwrap();
        sections.into_iter().map(|section| section.text).collect()
    }

    #[test]
    fn every_row_says_what_its_values_are() {
        assert_eq!(
            texts("name,price\nApple,1\r\n\"Pear, green\",\"say \"\"2\"\"\n\"\n"),
            ["name: Apple\nprice: 1", "name: Pear, green\nprice: say \"2\""]
        );
        assert_eq!(texts("a;b\n1,5;2"), ["a: 1,5\nb: 2"]);
        assert_eq!(texts("a,b\n1"), ["a: 1"]);
        assert_eq!(texts("a,b\n1,2,3"), ["a: 1\nb: 2\n3"]);
        assert_eq!(texts("only,names"), ["only,names"]);
        assert_eq!(texts("a\n\"never ends"), ["a: never ends"]);
    }

    #[test]
    fn a_long_table_is_one_text() {
        let table = format!("n\n{}", "x\n".repeat(ROWS + 1));
        assert_eq!(texts(&table).len(), 1);
    }
}
