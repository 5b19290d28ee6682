//! What instances write to each other: one JSON text per line, several lines to a letter.

use airis_domain::{Json, RoomEvent};
use serde::{Deserialize, Serialize};

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Letter {
    /// For the sockets of a room.
    #[serde(rename = "r")]
    Room(RoomEvent),
    #[serde(rename = "t")]
    Topic { topic: String, payload: Json },
    /// Somebody wants an answer.
    #[serde(rename = "q")]
    Question { id: u64, from: String, kind: String, payload: Json },
    /// Nobody wants it any more.
    #[serde(rename = "n")]
    NeverMind { id: u64, from: String },
    /// `None`: nobody here answers questions of that kind.
    #[serde(rename = "a")]
    Answer { id: u64, payload: Option<Json> },
    /// From an instance to itself: letters arrive.
    #[serde(rename = "e")]
    Echo,
}

/// The same as [`Letter::Room`], without a copy.
#[derive(Serialize)]
pub(crate) enum Borrowed<'a> {
    #[serde(rename = "r")]
    Room(&'a RoomEvent),
    #[serde(rename = "t")]
    Topic { topic: &'a str, payload: &'a Json },
}

/// Lines to each instance, packed into letters of at most about `most` bytes.
pub(crate) struct Packing {
    most: usize,
    /// The open letter of each instance.
    open: Vec<(String, String)>,
    closed: Vec<(String, String)>,
}

impl Packing {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, open: Vec::new(), closed: Vec::new() }
    }

    pub(crate) fn add(&mut self, to: &str, line: &str) {
        let at = match self.open.iter().position(|(instance, _)| instance == to) {
            Some(at) => at,
            None => {
                self.open.push((to.to_owned(), String::new()));
                self.open.len() - 1
            }
        };
        let letter = &mut self.open[at].1;
        if !letter.is_empty() && letter.len() + 1 + line.len() > self.most {
            self.closed.push((to.to_owned(), std::mem::take(letter)));
        }
        if !letter.is_empty() {
            letter.push('\n');
        }
        letter.push_str(line);
    }

    /// Every letter; those to one instance in the order of their lines.
    pub(crate) fn finish(mut self) -> Vec<(String, String)> {
        self.closed.append(&mut self.open);
        self.closed
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_packed_in_order_and_never_above_the_size() {
        let mut packing = Packing::new(10);
        for line in ["1234", "5678", "9", "a line longer than a letter", "z"] {
            packing.add("a", line);
        }
        packing.add("b", "x");
        let to = |name: &str, body: &str| (name.to_owned(), body.to_owned());
        let expected =
            [to("a", "1234\n5678"), to("a", "9"), to("a", "a line longer than a letter"), to("a", "z"), to("b", "x")];
        assert_eq!(packing.finish(), expected);
    }

    #[test]
    fn a_borrowed_line_reads_as_its_letter() -> serde_json::Result<()> {
        let (room, trace) = ("r".into(), Some("00-trace-span-01".to_owned()));
        let event = RoomEvent { room, event: "e".into(), payload: json!({"a": "ä\n"}), except: None, trace };
        let line = serde_json::to_string(&Borrowed::Room(&event))?;
        assert!(!line.contains('\n'));
        assert_eq!(serde_json::from_str::<Letter>(&line)?, Letter::Room(event));
        let line = serde_json::to_string(&Borrowed::Topic { topic: "config", payload: &json!(1) })?;
        assert_eq!(serde_json::from_str::<Letter>(&line)?, Letter::Topic { topic: "config".into(), payload: json!(1) });
        Ok(())
    }
}
