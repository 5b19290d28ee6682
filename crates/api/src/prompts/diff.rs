//! Which lines of a text changed, as a unified difference.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// Texts that share hardly anything are compared for so long; what is left then counts as replaced.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is different between two texts.
#[derive(Debug, PartialEq)]
pub struct Difference {
    /// Two lines that name the texts, then hunks with three unchanged lines around; none when no line differs.
    pub lines: Vec<String>,
    /// Whether the texts differ in how their lines end, and in nothing else.
    pub line_endings_only: bool,
}

impl Difference {
    /// From the first to the second; each a name and a text.
    pub fn between(from: (&str, &str), to: (&str, &str)) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) = (from.1.lines().collect(), to.1.lines().collect());
        let diff = TextDiff::configure().timeout(PATIENCE).diff_slices(&old, &new);
        let mut lines = Vec::new();
        for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
            if lines.is_empty() {
                lines = vec![format!("--- {}", from.0), format!("+++ {}", to.0)];
            }
            lines.push(hunk.header().to_string());
            lines.extend(hunk.iter_changes().map(|change| {
                let sign = match change.tag() {
                    ChangeTag::Equal => ' ',
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                };
                format!("{sign}{}", change.value())
            }));
        }
        Self { line_endings_only: lines.is_empty() && from.1 != to.1, lines }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(old: &str, new: &str) -> Difference {
        Difference::between(("a", old), ("b", new))
    }

    #[test]
    fn changed_lines_are_shown_with_their_surroundings() {
        let found = between("Say WORD twice.", "Say it thrice.");
        assert_eq!(found.lines, ["--- a", "+++ b", "@@ -1 +1 @@", "-Say WORD twice.", "+Say it thrice."]);
        assert!(!found.line_endings_only);
        let found = between("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\nsix\n7\n");
        assert_eq!(found.lines[2..], ["@@ -3,4 +3,5 @@", " 3", " 4", " 5", "-6", "+six", "+7"]);
        assert_eq!(between("", "x").lines[2..], ["@@ -0,0 +1 @@", "+x"]);
    }

    #[test]
    fn line_endings_alone_are_told_apart_from_words() {
        assert_eq!(between("a\nb", "a\r\nb\r\n"), Difference { lines: Vec::new(), line_endings_only: true });
        assert_eq!(between("a\nb", "a\nb"), Difference { lines: Vec::new(), line_endings_only: false });
        assert!(!between("a\n", "b\r\n").line_endings_only);
    }
}
