//! What came, what was there already, what did not come and why.

use serde::Serialize;

/// Reasons that are written down one by one; all are counted.
const MOST_REASONS: usize = 1_000;

/// What became of one thing.
pub enum Outcome {
    Brought,
    /// It was here already.
    Known,
    /// It stays behind, for this reason.
    Skipped(String),
}

/// One kind of thing, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Kind {
    pub kind: String,
    pub brought: u64,
    pub known: u64,
    pub skipped: u64,
}

/// One thing that stayed behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    pub kind: String,
    pub id: String,
    pub reason: String,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether nothing was written.
    pub dry_run: bool,
    pub kinds: Vec<Kind>,
    /// The first thousand.
    pub skipped: Vec<Skipped>,
    /// Settings that airis does not know or does not take over.
    pub settings_left_out: Vec<String>,
    /// Tables with rows that airis has no use for yet, with how many.
    pub tables_left_out: Vec<(String, u64)>,
    /// What else is good to know.
    pub notes: Vec<String>,
}

impl Report {
    /// Counts one thing.
    pub fn add(&mut self, kind: &str, id: &str, outcome: Outcome) {
        let counts = self.kind_mut(kind);
        match outcome {
            Outcome::Brought => counts.brought += 1,
            Outcome::Known => counts.known += 1,
            Outcome::Skipped(reason) => {
                counts.skipped += 1;
                if self.skipped.len() < MOST_REASONS {
                    self.skipped.push(Skipped { kind: kind.to_owned(), id: id.to_owned(), reason });
                }
            }
        }
    }

    /// The counts of a kind; all zero for one of which there was nothing.
    pub fn kind(&self, kind: &str) -> Kind {
        self.kinds.iter().find(|one| one.kind == kind).cloned().unwrap_or_default()
    }

    fn kind_mut(&mut self, kind: &str) -> &mut Kind {
        let at = match self.kinds.iter().position(|one| one.kind == kind) {
            Some(at) => at,
            None => {
                self.kinds.push(Kind { kind: kind.to_owned(), ..Kind::default() });
                self.kinds.len() - 1
            }
        };
        &mut self.kinds[at]
    }

    /// Says something once.
    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }
}
