//! What commands print. Results go to standard output, so that they can be piped; words to people go to standard error.

use std::io::{ErrorKind, Write};

use anyhow::Result;

/// Prints a line of the result.
pub fn line(text: &str) -> Result<()> {
    bytes(format!("{text}\n").as_bytes())
}

/// Prints raw bytes of the result. A reader that has gone (`airis env | head`) is no error.
pub fn bytes(data: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(data).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

/// Says something to the person at the terminal.
pub fn say(text: &str) {
    // Nobody can be told when standard error is gone.
    _ = writeln!(std::io::stderr(), "{text}");
}

/// Says why the command failed, in one sentence.
pub fn problem(error: &anyhow::Error) {
    say(&format!("airis: {error:#}"));
}

/// Columns padded to their widest cell.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let written = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(written).collect::<Vec<_>>().join("\n")
}

/// Bytes as people read them.
#[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned_without_trailing_blanks() {
        let rows = [vec!["a".to_owned(), "bb".to_owned()], vec!["ccc".to_owned(), String::new()]];
        assert_eq!(table(&rows), "a    bb\nccc");
    }

    #[test]
    fn sizes_have_the_unit_people_expect() {
        assert_eq!(
            [size(9), size(1_500), size(93_000_000), size(4_200_000_000)],
            ["9 B", "1.5 KB", "93.0 MB", "4.2 GB"]
        );
    }
}
