//! The log of a turn as a file: numbered lines, written before anybody sees them. A line reaches the kernel with one
//! `write`, so it survives the death of the process; nothing is synced per token, a power cut may cost the last second.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use airis_domain::Json;
use parking_lot::Mutex;

use crate::turn_log::{Line, LogEntry};

pub(crate) struct Logs {
    folder: PathBuf,
}

impl Logs {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    pub(crate) fn log(&self, turn: &str) -> FileLog {
        let safe: String = turn.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        FileLog { path: Some(self.folder.join(format!("{safe}.log"))), state: Arc::default() }
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

#[derive(Default)]
struct State {
    file: Option<File>,
    next: Option<u64>,
    /// Bytes in the file.
    size: u64,
    /// The line being written; kept so that appending allocates nothing.
    line: Vec<u8>,
}

/// The log of one turn; clones write to the same file.
#[derive(Clone)]
pub(crate) struct FileLog {
    /// `None`: numbers are given, nothing is kept.
    path: Option<PathBuf>,
    state: Arc<Mutex<State>>,
}

impl FileLog {
    /// A log that only numbers events.
    pub(crate) fn unkept() -> Self {
        Self { path: None, state: Arc::default() }
    }

    /// Appends an event and returns its number; numbers start at 1. The event is on its way to disk when this returns.
    pub(crate) fn append(&self, event: &Json) -> io::Result<u64> {
        let mut state = self.state.lock();
        let seq = self.newest(&state)? + 1;
        self.write(&mut state, seq, event)?;
        state.next = Some(seq + 1);
        Ok(seq)
    }

    /// Appends what no viewer is told: it takes no number of its own, so that viewers see no gap.
    pub(crate) fn note(&self, event: &Json) -> io::Result<()> {
        let mut state = self.state.lock();
        let seq = self.newest(&state)?;
        self.write(&mut state, seq, event)?;
        state.next = Some(seq + 1);
        Ok(())
    }

    /// Number of the newest event.
    fn newest(&self, state: &State) -> io::Result<u64> {
        match state.next {
            Some(next) => Ok(next - 1),
            None => Ok(self.read()?.last().map_or(0, |last| last.seq)),
        }
    }

    fn write(&self, state: &mut State, seq: u64, event: &Json) -> io::Result<()> {
        if let Some(path) = &self.path {
            let file = match &mut state.file {
                Some(file) => file,
                none => {
                    state.size = drop_torn_line(path)?;
                    none.insert(OpenOptions::new().create(true).append(true).open(path)?)
                }
            };
            state.line.clear();
            serde_json::to_writer(&mut state.line, &Line { seq, event })?;
            state.line.push(b'\n');
            if let Err(error) = file.write_all(&state.line) {
                // Half a line may be there: it is cut off before the next one.
                state.file = None;
                return Err(error);
            }
            state.size += state.line.len() as u64;
        }
        Ok(())
    }

    /// Bytes on disk.
    pub(crate) fn size(&self) -> u64 {
        self.state.lock().size
    }

    /// Replaces everything by one event that says the same; it takes the number of the newest. Whoever reads meanwhile,
    /// or after a crash in the middle, finds either the old log or the new one.
    pub(crate) fn compact(&self, snapshot: &Json) -> io::Result<()> {
        let mut state = self.state.lock();
        let (Some(path), Some(next)) = (&self.path, state.next) else { return Ok(()) };
        let mut line = serde_json::to_vec(&Line { seq: next.saturating_sub(1).max(1), event: snapshot })?;
        line.push(b'\n');
        let beside = path.with_extension("new");
        std::fs::write(&beside, &line)?;
        std::fs::rename(&beside, path)?;
        state.size = line.len() as u64;
        // The old file is gone: the next line opens the new one.
        state.file = None;
        Ok(())
    }

    /// Everything in order. A line cut off by a crash is left out.
    pub(crate) fn read(&self) -> io::Result<Vec<LogEntry>> {
        let Some(path) = &self.path else { return Ok(Vec::new()) };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut entries = Vec::new();
        for line in BufReader::new(file).split(b'\n') {
            let Ok(entry) = serde_json::from_slice::<LogEntry>(&line?) else { break };
            entries.push(entry);
        }
        Ok(entries)
    }

    /// Forgets the log; called when the turn's outcome is in the store.
    pub(crate) fn remove(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        state.file = None;
        let Some(path) = &self.path else { return Ok(()) };
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Cuts a half-written last line, so that the next line starts on its own; returns the bytes that stay.
fn drop_torn_line(path: &Path) -> io::Result<u64> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < bytes.len() {
        OpenOptions::new().write(true).open(path)?.set_len(whole as u64)?;
    }
    Ok(whole as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn logs(name: &str) -> io::Result<(Logs, PathBuf)> {
        let folder = std::env::temp_dir().join(format!("airis-log-{name}-{}", std::process::id()));
        Ok((Logs::open(&folder)?, folder))
    }

    fn numbers(log: &FileLog) -> io::Result<Vec<u64>> {
        Ok(log.read()?.iter().map(|entry| entry.seq).collect())
    }

    #[test]
    fn numbers_go_on_after_a_restart_and_a_torn_line_is_cut() -> Outcome {
        let (logs, folder) = logs("torn")?;
        let log = logs.log("turn-1");
        assert_eq!(log.append(&json!({"a": 1}))?, 1);
        assert_eq!(log.append(&json!({"a": 2}))?, 2);
        OpenOptions::new().append(true).open(folder.join("turn-1.log"))?.write_all(b"{\"seq\":3,\"ev")?;
        let again = logs.log("turn-1");
        assert_eq!(again.append(&json!({"a": 3}))?, 3);
        assert_eq!(numbers(&again)?, [1, 2, 3]);
        assert_eq!(again.size(), std::fs::metadata(folder.join("turn-1.log"))?.len());
        assert_eq!(logs.ids()?, ["turn-1"]);
        again.remove()?;
        assert!(again.read()?.is_empty());
        std::fs::remove_dir_all(folder)?;
        Ok(())
    }

    #[test]
    fn a_compacted_log_keeps_its_number_and_goes_on() -> Outcome {
        let (logs, folder) = logs("compact")?;
        let log = logs.log("turn-2");
        for word in 0..100 {
            log.append(&json!({"word": word}))?;
        }
        let before = log.size();
        log.compact(&json!({"words": 100}))?;
        assert!(log.size() < before / 10);
        assert_eq!(log.append(&json!({"word": 100}))?, 101);
        let entries = logs.log("turn-2").read()?;
        assert_eq!(entries[0], LogEntry { seq: 100, event: json!({"words": 100}) });
        assert_eq!(numbers(&log)?, [100, 101]);
        assert_eq!(log.size(), std::fs::metadata(folder.join("turn-2.log"))?.len());
        std::fs::remove_dir_all(folder)?;
        Ok(())
    }

    #[test]
    fn a_note_takes_no_number() -> Outcome {
        let (logs, folder) = logs("note")?;
        let log = logs.log("turn-3");
        log.note(&json!("before anything"))?;
        assert_eq!(log.append(&json!(1))?, 1);
        log.note(&json!("in between"))?;
        assert_eq!(logs.log("turn-3").append(&json!(2))?, 2);
        assert_eq!(numbers(&log)?, [0, 1, 1, 2]);
        Ok(std::fs::remove_dir_all(folder)?)
    }

    #[test]
    fn an_unkept_log_numbers_and_keeps_nothing() -> Outcome {
        let log = FileLog::unkept();
        assert_eq!((log.append(&json!(1))?, log.append(&json!(2))?), (1, 2));
        log.compact(&json!(0))?;
        assert!(log.read()?.is_empty());
        Ok(log.remove()?)
    }
}
