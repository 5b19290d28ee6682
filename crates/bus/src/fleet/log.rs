//! The log of a turn in a fleet: lines gather until the next flush stores them as one numbered part.

use std::io;
use std::sync::Arc;

use airis_domain::Json;
use airis_store::LogPart;
use parking_lot::Mutex;

use super::outbox::Outbox;
use crate::turn_log::{Line, entries};
use crate::{LogEntry, TurnLog, turn_log};

/// The log of one turn that this instance writes.
#[derive(Clone)]
pub(crate) struct FleetLog {
    shared: Arc<SharedLog>,
    outbox: Arc<Outbox>,
}

/// What the writer and the flush both know.
pub(crate) struct SharedLog {
    pub(crate) turn: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Number of the newest event.
    seq: u64,
    /// Number of the newest part that was cut.
    part: i64,
    /// Lines of the next part.
    waiting: Vec<u8>,
    /// The next part replaces all before it.
    whole: bool,
    /// The outbox knows of the lines.
    queued: bool,
    /// Bytes since the last whole part.
    size: u64,
    /// The stored log ends before what was appended: until a whole part heals that, nothing is stored or shown.
    broken: bool,
    /// How many times it broke.
    breaks: u64,
}

/// When something was written, among the breaks of its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written(Option<u64>);

impl FleetLog {
    /// The log of a turn that begins.
    pub(crate) fn begin(turn: &str, outbox: Arc<Outbox>) -> Self {
        Self { shared: Arc::new(SharedLog { turn: turn.to_owned(), state: Mutex::default() }), outbox }
    }

    /// Goes on behind a seal.
    pub(crate) fn go_on(turn: &str, part: i64, seq: u64, outbox: Arc<Outbox>) -> Self {
        let state = State { seq, part, ..State::default() };
        Self { shared: Arc::new(SharedLog { turn: turn.to_owned(), state: Mutex::new(state) }), outbox }
    }

    pub(crate) fn shared(&self) -> &Arc<SharedLog> {
        &self.shared
    }

    pub(crate) fn append(&self, event: &Json) -> io::Result<u64> {
        let mut state = self.shared.state.lock();
        let seq = state.seq + 1;
        self.write(&mut state, seq, event)?;
        state.seq = seq;
        Ok(seq)
    }

    pub(crate) fn note(&self, event: &Json) -> io::Result<()> {
        let mut state = self.shared.state.lock();
        let seq = state.seq;
        self.write(&mut state, seq, event)
    }

    pub(crate) fn size(&self) -> u64 {
        self.shared.state.lock().size
    }

    pub(crate) fn compact(&self, snapshot: &Json) -> io::Result<()> {
        let mut state = self.shared.state.lock();
        state.waiting.clear();
        (state.whole, state.broken, state.size) = (true, false, 0);
        let seq = state.seq.max(1);
        self.write(&mut state, seq, snapshot)
    }

    pub(crate) fn remove(&self) {
        self.shared.state.lock().waiting.clear();
        self.outbox.forget(self.shared.turn.clone());
    }

    fn write(&self, state: &mut State, seq: u64, event: &Json) -> io::Result<()> {
        if state.broken {
            return Ok(());
        }
        let before = state.waiting.len();
        if let Err(error) = serde_json::to_writer(&mut state.waiting, &Line { seq, event }) {
            state.waiting.truncate(before);
            return Err(error.into());
        }
        state.waiting.push(b'\n');
        state.size += (state.waiting.len() - before) as u64;
        if !std::mem::replace(&mut state.queued, true) {
            self.outbox.log(self.shared.clone());
        }
        Ok(())
    }
}

impl SharedLog {
    /// Takes what waits as the next part.
    pub(crate) fn cut(&self) -> Option<LogPart> {
        let mut state = self.state.lock();
        state.queued = false;
        if state.broken || state.waiting.is_empty() {
            return None;
        }
        state.part += 1;
        let lines = String::from_utf8(std::mem::take(&mut state.waiting)).ok()?;
        Some(LogPart { turn: self.turn.clone(), part: state.part, lines, whole: std::mem::take(&mut state.whole) })
    }

    /// What was cut is not stored; true when that is new.
    pub(crate) fn break_off(&self) -> bool {
        let mut state = self.state.lock();
        state.waiting.clear();
        state.breaks += u64::from(!state.broken);
        !std::mem::replace(&mut state.broken, true)
    }

    pub(crate) fn written(&self) -> Written {
        let state = self.state.lock();
        Written((!state.broken).then_some(state.breaks))
    }

    /// Whether what was written then is in the log, as far as it is stored.
    pub(crate) fn has(&self, written: Written) -> bool {
        let state = self.state.lock();
        !state.broken && written.0 == Some(state.breaks)
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.state.lock().broken
    }
}

/// A log that this instance goes on with from now on, and what is in it. Its next event has a number above `floor`.
pub(crate) fn seized(
    turn: &str,
    part: i64,
    lines: &[String],
    floor: u64,
    outbox: Arc<Outbox>,
) -> (TurnLog, Vec<LogEntry>) {
    let entries = entries(lines);
    let seq = entries.last().map_or(0, |last| last.seq).max(floor);
    (TurnLog(turn_log::Kind::Fleet(FleetLog::go_on(turn, part, seq, outbox))), entries)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn log() -> FleetLog {
        FleetLog::begin("t", Arc::default())
    }

    #[test]
    fn what_is_appended_between_two_flushes_is_one_part() -> io::Result<()> {
        let log = log();
        assert_eq!((log.append(&json!(1))?, log.append(&json!(2))?), (1, 2));
        log.note(&json!("end"))?;
        let part = log.shared.cut().unwrap_or_else(|| panic!("nothing waits"));
        assert_eq!((part.part, part.whole), (1, false));
        let seen = entries(&[part.lines]);
        assert_eq!(seen.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 2]);
        assert!(log.shared.cut().is_none());
        assert_eq!(log.append(&json!(3))?, 3);
        assert_eq!(log.shared.cut().map(|part| part.part), Some(2));
        Ok(())
    }

    #[test]
    fn a_broken_log_numbers_on_and_a_whole_part_heals_it() -> io::Result<()> {
        let log = log();
        log.append(&json!(1))?;
        assert!(log.shared.cut().is_some());
        let before = log.shared.written();
        assert!(log.shared.has(before));
        assert!(log.shared.break_off() && !log.shared.break_off());
        assert_eq!(log.append(&json!(2))?, 2);
        let meanwhile = log.shared.written();
        assert!(log.shared.cut().is_none() && log.shared.is_broken());
        log.compact(&json!("all"))?;
        assert!(log.shared.has(log.shared.written()));
        assert!(
            !log.shared.has(before) && !log.shared.has(meanwhile),
            "what was to be shown before is in the whole part alone"
        );
        let part = log.shared.cut().unwrap_or_else(|| panic!("nothing waits"));
        assert!(part.whole && part.part == 2);
        assert_eq!(entries(&[part.lines])[0], LogEntry { seq: 2, event: json!("all") });
        assert_eq!(log.append(&json!(3))?, 3);
        assert_eq!(log.shared.cut().map(|part| (part.part, part.whole)), Some((3, false)));
        Ok(())
    }
}
