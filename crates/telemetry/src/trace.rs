//! Which trace the work of a thread belongs to at the moment, and how servers tell each other: the header `traceparent`
//! of W3C Trace Context.

use std::cell::RefCell;

/// A place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    pub trace: u128,
    pub span: u64,
    /// Whether the trace is kept.
    pub sampled: bool,
}

thread_local! {
    /// What is being worked on, the innermost last.
    static ENTERED: RefCell<Vec<Context>> = const { RefCell::new(Vec::new()) };
}

/// Where this thread is now; nowhere unless traces are exported.
pub fn current() -> Option<Context> {
    ENTERED.with_borrow(|entered| entered.last().copied())
}

/// The same as whoever is called next is told it.
pub fn header() -> Option<String> {
    current().map(|context| context.header())
}

pub(crate) fn enter(context: Context) {
    ENTERED.with_borrow_mut(|entered| entered.push(context));
}

pub(crate) fn leave(context: Context) {
    ENTERED.with_borrow_mut(|entered| {
        if let Some(place) = entered.iter().rposition(|one| *one == context) {
            entered.remove(place);
        }
    });
}

impl Context {
    /// The value of the header: `00-TRACE-SPAN-FLAGS`.
    pub fn header(&self) -> String {
        format!("00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }

    /// Reads the header. Later versions may put more behind it; what is no such header starts a trace of its own.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let mut next = |length: usize| {
            let part = parts.next()?;
            let hex = part.bytes().all(|sign| matches!(sign, b'0'..=b'9' | b'a'..=b'f'));
            (part.len() == length && hex).then_some(part)
        };
        let (version, trace, span, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
        if version == "ff" || (version == "00" && parts.next().is_some()) {
            return None;
        }
        let trace = u128::from_str_radix(trace, 16).ok().filter(|trace| *trace != 0)?;
        let span = u64::from_str_radix(span, 16).ok().filter(|span| *span != 0)?;
        Some(Self { trace, span, sampled: u8::from_str_radix(flags, 16).ok()? & 1 == 1 })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const KNOWN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_header_is_read_as_it_is_written() {
        let context = Context::read(KNOWN).unwrap();
        assert_eq!(context.span, 0x00f0_67aa_0ba9_02b7);
        assert!(context.sampled);
        assert_eq!(context.header(), KNOWN);
        assert!(!Context::read(&KNOWN.replace("-01", "-00")).unwrap().sampled);
        assert!(Context::read(&format!("{}-more", KNOWN.replace("00-4b", "01-4b"))).is_some());
    }

    #[test]
    fn what_is_no_such_header_is_ignored() {
        for wrong in [
            "",
            "nothing",
            &KNOWN.to_uppercase(),
            &KNOWN.replace("00-4b", "ff-4b"),
            &format!("{KNOWN}-more"),
            &KNOWN[..50],
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "ü0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(Context::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_thread_is_where_it_entered_last() {
        let (outer, inner) =
            (Context { trace: 1, span: 2, sampled: true }, Context { trace: 1, span: 3, sampled: true });
        assert_eq!(current(), None);
        enter(outer);
        enter(inner);
        assert_eq!(current(), Some(inner));
        // Guards may be dropped in any order.
        leave(outer);
        assert_eq!(current(), Some(inner));
        leave(inner);
        assert_eq!(current(), None);
    }
}
