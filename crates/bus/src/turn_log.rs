//! The numbered, durable log of one turn, wherever the bus keeps it.

use std::io;

use airis_domain::Json;
use serde::{Deserialize, Serialize};

use crate::file_log::FileLog;
use crate::fleet::FleetLog;

/// One numbered event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    pub seq: u64,
    pub event: Json,
}

/// The same as it is written, without a copy of the event.
#[derive(Serialize)]
pub(crate) struct Line<'a> {
    pub(crate) seq: u64,
    pub(crate) event: &'a Json,
}

/// Reads lines until one that is not whole.
pub(crate) fn entries(lines: &[String]) -> Vec<LogEntry> {
    let lines = lines.iter().flat_map(|part| part.lines());
    lines.map_while(|line| serde_json::from_str(line).ok()).collect()
}

/// The log of one turn; clones write to the same one.
#[derive(Clone)]
pub struct TurnLog(pub(crate) Kind);

#[derive(Clone)]
pub(crate) enum Kind {
    File(FileLog),
    Fleet(FleetLog),
}

impl TurnLog {
    /// A log that only numbers events, for turns of which nothing may be kept.
    pub fn unkept() -> Self {
        Self(Kind::File(FileLog::unkept()))
    }

    /// Appends an event and returns its number; numbers start at 1. In this process the event is on its way to disk when
    /// this returns; in a fleet it is stored before anything that is emitted behind it is shown.
    pub fn append(&self, event: &Json) -> io::Result<u64> {
        match &self.0 {
            Kind::File(log) => log.append(event),
            Kind::Fleet(log) => log.append(event),
        }
    }

    /// Appends what no viewer is told: it takes no number of its own, so that viewers see no gap.
    pub fn note(&self, event: &Json) -> io::Result<()> {
        match &self.0 {
            Kind::File(log) => log.note(event),
            Kind::Fleet(log) => log.note(event),
        }
    }

    /// Whether everything that was appended is stored, or will be. If not, [`TurnLog::compact`] heals it.
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Kind::File(_) => true,
            Kind::Fleet(log) => !log.shared().is_broken(),
        }
    }

    /// Bytes of the log.
    pub fn size(&self) -> u64 {
        match &self.0 {
            Kind::File(log) => log.size(),
            Kind::Fleet(log) => log.size(),
        }
    }

    /// Replaces everything by one event that says the same; it takes the number of the newest. Whoever reads meanwhile,
    /// or after a crash in the middle, finds either the old log or the new one.
    pub fn compact(&self, snapshot: &Json) -> io::Result<()> {
        match &self.0 {
            Kind::File(log) => log.compact(snapshot),
            Kind::Fleet(log) => log.compact(snapshot),
        }
    }

    /// Forgets the log; called when the turn's outcome is in the store.
    pub fn remove(&self) -> io::Result<()> {
        match &self.0 {
            Kind::File(log) => log.remove(),
            Kind::Fleet(log) => {
                log.remove();
                Ok(())
            }
        }
    }
}
