//! The log of a turn: numbered lines in a file, written before anybody sees them. A line reaches the kernel with one
//! `write`, so it survives the death of the process; nothing is synced per token, a power cut may cost the last second.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use airis_domain::Json;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// One numbered event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    pub seq: u64,
    pub event: Json,
}

pub(crate) struct Logs {
    folder: PathBuf,
}

impl Logs {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    pub(crate) fn log(&self, turn: &str) -> TurnLog {
        let safe: String = turn.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        TurnLog {
            path: self.folder.join(format!("{safe}.log")),
            state: Arc::new(Mutex::new(State { file: None, next: None })),
        }
    }

    pub(crate) fn ids(&self) -> io::Result<Vec<String>> {
        let mut ids = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            if let Some(id) = entry?.file_name().to_str().and_then(|name| name.strip_suffix(".log")) {
                ids.push(id.to_owned());
            }
        }
        Ok(ids)
    }
}

struct State {
    file: Option<File>,
    next: Option<u64>,
}

/// The log of one turn; clones write to the same file.
#[derive(Clone)]
pub struct TurnLog {
    path: PathBuf,
    state: Arc<Mutex<State>>,
}

impl TurnLog {
    /// Appends an event and returns its number; numbers start at 1. The event is on its way to disk when this returns.
    pub fn append(&self, event: &Json) -> io::Result<u64> {
        let mut state = self.state.lock();
        let seq = match state.next {
            Some(next) => next,
            None => self.read_from(0)?.last().map_or(0, |last| last.seq) + 1,
        };
        if state.file.is_none() {
            self.drop_torn_line()?;
            state.file = Some(OpenOptions::new().create(true).append(true).open(&self.path)?);
        }
        let mut line = serde_json::to_vec(&serde_json::json!({ "seq": seq, "event": event }))?;
        line.push(b'\n');
        if let Some(file) = state.file.as_mut() {
            file.write_all(&line)?;
        }
        state.next = Some(seq + 1);
        Ok(seq)
    }

    /// Events numbered above `after`, in order. A line cut off by a crash is left out.
    pub fn read_from(&self, after: u64) -> io::Result<Vec<LogEntry>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut entries = Vec::new();
        for line in BufReader::new(file).split(b'\n') {
            let Ok(entry) = serde_json::from_slice::<LogEntry>(&line?) else { break };
            if entry.seq > after {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// Forgets the log; called when the turn's outcome is in the store.
    pub fn remove(&self) -> io::Result<()> {
        self.state.lock().file = None;
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Cuts a half-written last line, so that the next line starts on its own.
    fn drop_torn_line(&self) -> io::Result<()> {
        let Ok(bytes) = std::fs::read(&self.path) else { return Ok(()) };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole < bytes.len() {
            OpenOptions::new().write(true).open(&self.path)?.set_len(whole as u64)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_after_a_restart_and_a_torn_line_is_cut() -> Result<(), Box<dyn std::error::Error>> {
        let folder = std::env::temp_dir().join(format!("airis-log-{}", std::process::id()));
        let logs = Logs::open(&folder)?;
        let log = logs.log("turn-1");
        assert_eq!(log.append(&serde_json::json!({"a": 1}))?, 1);
        assert_eq!(log.append(&serde_json::json!({"a": 2}))?, 2);
        OpenOptions::new().append(true).open(&log.path)?.write_all(b"{\"seq\":3,\"ev")?;
        let again = logs.log("turn-1");
        assert_eq!(again.append(&serde_json::json!({"a": 3}))?, 3);
        assert_eq!(again.read_from(1)?.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(logs.ids()?, ["turn-1"]);
        again.remove()?;
        assert!(again.read_from(0)?.is_empty());
        std::fs::remove_dir_all(folder)?;
        Ok(())
    }
}
