//! XLSX: every sheet is a section, row by row; numbers that are shown as dates are dates.

use super::archive::Archive;
use super::markup::{Markup, Token, attribute, local};
use super::{Bounds, ExtractError, Section};

pub fn read(bytes: &[u8], bounds: &mut Bounds) -> Result<Vec<Section>, ExtractError> {
    let mut archive = Archive::open(bytes)?;
    let texts = match archive.text("xl/sharedStrings.xml", bounds)? {
        Some(xml) => texts(&xml, bounds)?,
        None => Vec::new(),
    };
    let dates = archive.text("xl/styles.xml", bounds)?.map(|xml| dates(&xml)).unwrap_or_default();
    let targets = archive.text("xl/_rels/workbook.xml.rels", bounds)?.map(|xml| targets(&xml)).unwrap_or_default();
    let mut sections = Vec::new();
    for (name, id) in sheets(&archive.needed("xl/workbook.xml", bounds)?) {
        let Some((_, target)) = targets.iter().find(|(known, _)| *known == id) else { continue };
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let Some(xml) = archive.text(&path, bounds)? else { continue };
        let text = rows(&xml, &texts, &dates, bounds)?;
        sections.push(Section { text, title: Some(name), ..Section::default() });
    }
    Ok(sections)
}

/// Names of the sheets and the ids of their parts.
fn sheets(workbook: &str) -> Vec<(String, String)> {
    let sheet = |token| match token {
        Token::Start { name, attributes, .. } if local(name) == "sheet" => {
            Some((attribute(attributes, "name")?, attribute(attributes, "id")?))
        }
        _ => None,
    };
    Markup::xml(workbook).filter_map(sheet).collect()
}

/// Ids of parts, and where they are.
fn targets(relations: &str) -> Vec<(String, String)> {
    let target = |token| match token {
        Token::Start { name, attributes, .. } if local(name) == "Relationship" => {
            Some((attribute(attributes, "Id")?, attribute(attributes, "Target")?))
        }
        _ => None,
    };
    Markup::xml(relations).filter_map(target).collect()
}

/// Texts that cells share; how they are read aloud is left out.
fn texts(xml: &str, bounds: &mut Bounds) -> Result<Vec<String>, ExtractError> {
    let (mut texts, mut text) = (Vec::new(), String::new());
    let (mut in_text, mut aloud) = (false, false);
    for token in Markup::xml(xml) {
        match token {
            Token::Start { name, closed, .. } => match local(name) {
                "t" => in_text = !closed,
                "rPh" => aloud = !closed,
                "si" if closed => texts.push(String::new()),
                _ => {}
            },
            Token::End { name } => match local(name) {
                "t" => in_text = false,
                "rPh" => aloud = false,
                "si" => texts.push(std::mem::take(&mut text)),
                _ => {}
            },
            Token::Text(words) if in_text && !aloud => bounds.push(&mut text, &words)?,
            Token::Text(_) => bounds.step()?,
        }
    }
    Ok(texts)
}

/// Which formats of cells show dates.
fn dates(styles: &str) -> Vec<bool> {
    let (mut own, mut dates, mut in_formats) = (Vec::new(), Vec::new(), false);
    for token in Markup::xml(styles) {
        match token {
            Token::Start { name, attributes, .. } => match local(name) {
                "numFmt" => {
                    let id = attribute(attributes, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                    let code = attribute(attributes, "formatCode").unwrap_or_default();
                    own.extend(id.filter(|_| shows_a_date(&code)));
                }
                "cellXfs" => in_formats = true,
                "xf" if in_formats => {
                    let id = attribute(attributes, "numFmtId").and_then(|id| id.parse::<u32>().ok()).unwrap_or(0);
                    dates.push(matches!(id, 14..=22 | 45..=47) || own.contains(&id));
                }
                _ => {}
            },
            Token::End { name } if local(name) == "cellXfs" => in_formats = false,
            _ => {}
        }
    }
    dates
}

/// Whether a format has years, months, days or hours outside of quotes and brackets.
fn shows_a_date(code: &str) -> bool {
    let (mut quoted, mut bracketed) = (false, false);
    code.chars().any(|sign| {
        match sign {
            '"' => quoted = !quoted,
            '[' => bracketed = true,
            ']' => bracketed = false,
            _ => {}
        }
        !quoted && !bracketed && matches!(sign, 'y' | 'Y' | 'd' | 'D' | 'h' | 'H')
    })
}

fn rows(xml: &str, texts: &[String], dates: &[bool], bounds: &mut Bounds) -> Result<String, ExtractError> {
    let (mut text, mut row, mut value) = (String::new(), Vec::new(), String::new());
    let (mut kind, mut style, mut in_value) = (String::new(), 0_usize, false);
    for token in Markup::xml(xml) {
        bounds.step()?;
        match token {
            Token::Start { name, attributes, closed } => match local(name) {
                "c" => {
                    kind = attribute(attributes, "t").unwrap_or_default();
                    style = attribute(attributes, "s").and_then(|style| style.parse().ok()).unwrap_or(0);
                    value.clear();
                    if closed {
                        row.push(String::new());
                    }
                }
                "v" | "t" => in_value = !closed,
                _ => {}
            },
            Token::End { name } => match local(name) {
                "v" | "t" => in_value = false,
                "c" => row.push(cell(&kind, style, &value, texts, dates)),
                "row" => {
                    while row.last().is_some_and(String::is_empty) {
                        row.pop();
                    }
                    if !row.is_empty() {
                        bounds.push(&mut text, &row.join(" | "))?;
                        bounds.push(&mut text, "\n")?;
                    }
                    row.clear();
                }
                _ => {}
            },
            Token::Text(words) if in_value => bounds.push(&mut value, &words)?,
            Token::Text(_) => {}
        }
    }
    Ok(text)
}

fn cell(kind: &str, style: usize, value: &str, texts: &[String], dates: &[bool]) -> String {
    let text = match kind {
        "s" => value.trim().parse::<usize>().ok().and_then(|at| texts.get(at)).cloned().unwrap_or_default(),
        "b" => if value.trim() == "1" { "true" } else { "false" }.to_owned(),
        "" | "n" if dates.get(style) == Some(&true) => date(value).unwrap_or_else(|| value.to_owned()),
        _ => value.to_owned(),
    };
    text.replace(['\r', '\n'], " ").trim().to_owned()
}

/// A number of days since the end of 1899 as a date, with the time of the day where it has one.
fn date(value: &str) -> Option<String> {
    let days: f64 = value.trim().parse().ok()?;
    if !(0.0..2_958_466.0).contains(&days) {
        return None;
    }
    let (whole, seconds) = (days.floor() as i64, (days.fract() * 86_400.0).round().min(86_399.0) as i64);
    let (year, month, day) = calendar(whole - 25_569);
    let time = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(match (whole, time) {
        (0, (hour, minute, second)) => format!("{hour:02}:{minute:02}:{second:02}"),
        (_, (0, 0, 0)) => format!("{year:04}-{month:02}-{day:02}"),
        (_, (hour, minute, second)) => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    })
}

/// Year, month and day of a number of days since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn calendar(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn cells_are_what_people_see() {
        let xml = "<sheetData><row><c t=\"s\"><v>1</v></c><c t=\"inlineStr\"><is><t>in\nline</t></is></c><c s=\"1\"><v>45000</v></c>\
            <c><v>1.5</v></c><c t=\"b\"><v>1</v></c><c/></row><row/><row><c/><c t=\"s\"><v>99</v></c></row></sheetData>";
        let texts = ["zero".to_owned(), "one".to_owned()];
        let text = rows(xml, &texts, &[false, true], &mut Bounds::usual(0)).unwrap();
        assert_eq!(text, "one | in line | 2023-03-15 | 1.5 | true\n");
    }

    #[test]
    fn numbers_become_dates() {
        for (number, shown) in
            [("1", "1899-12-31"), ("45000.5", "2023-03-15 12:00:00"), ("0.25", "06:00:00"), ("36526", "2000-01-01")]
        {
            assert_eq!(date(number).as_deref(), Some(shown));
        }
        assert_eq!((date("-1"), date("x"), date("1e300")), (None, None, None));
        assert!(
            shows_a_date("dd.mm.yyyy")
                && shows_a_date("[$-409]h:mm")
                && !shows_a_date("0.00 \"days\"")
                && !shows_a_date("[Red]0")
        );
    }

    #[test]
    fn a_workbook_names_its_sheets_and_parts() {
        let workbook = "<sheets><sheet name=\"A &amp; B\" sheetId=\"1\" r:id=\"rId3\"/></sheets>";
        assert_eq!(sheets(workbook), [("A & B".to_owned(), "rId3".to_owned())]);
        let relations =
            "<Relationships><Relationship Id=\"rId3\" Type=\"t\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
        assert_eq!(targets(relations), [("rId3".to_owned(), "worksheets/sheet1.xml".to_owned())]);
        let styles = "<numFmts><numFmt numFmtId=\"165\" formatCode=\"yyyy\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>\
            <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"165\"/><xf numFmtId=\"14\"/></cellXfs>";
        assert_eq!(dates(styles), [false, true, true]);
    }

    #[test]
    fn shared_texts_keep_their_places() {
        let xml = "<sst><si><t>a</t></si><si/><si><r><t>b</t></r><r><t>c</t></r><rPh><t>aloud</t></rPh></si></sst>";
        assert_eq!(texts(xml, &mut Bounds::usual(0)).unwrap(), ["a", "", "bc"]);
    }
}
