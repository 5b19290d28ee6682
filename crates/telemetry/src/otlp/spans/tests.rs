#![expect(clippy::unwrap_used, reason = "tests")]

use tokio::sync::mpsc::{self, Receiver};
use tracing::field::Empty;
use tracing::{info_span, subscriber};
use tracing_subscriber::layer::SubscriberExt;

use super::*;

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Does something with traces on; returns the spans that were kept, in the order of their ends.
fn kept(room: usize, work: impl FnOnce()) -> Vec<Span> {
    let (sender, mut receiver): (_, Receiver<Box<Span>>) = mpsc::channel(room);
    let queue = Queue { sender, signal: "tests" };
    let spans = Spans::new(Sampler { parent_based: true, ratio: 1.0 }, queue);
    subscriber::with_default(tracing_subscriber::registry().with(spans), work);
    std::iter::from_fn(|| receiver.try_recv().ok().map(|span| *span)).collect()
}

#[test]
fn spans_hang_below_each_other_and_below_the_caller() {
    let spans = kept(8, || {
        let request = info_span!(target: SPANS, "request", otel.kind = "server", otel.parent = CALLER);
        request.in_scope(|| {
            assert!(trace::header().unwrap().starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
            info_span!(target: SPANS, "store").in_scope(|| ());
        });
        assert_eq!(trace::current(), None);
    });
    let [store, request] = spans.try_into().ok().unwrap();
    let caller = Context::read(CALLER).unwrap();
    assert_eq!((request.context.trace, request.parent, request.kind), (caller.trace, Some(caller.span), 2));
    assert_eq!((store.context.trace, store.parent, store.kind), (caller.trace, Some(request.context.span), 1));
    assert!(request.begun_ns <= store.begun_ns && store.ended_ns <= request.ended_ns);
}

#[test]
fn a_trace_that_the_caller_does_not_keep_is_not_kept_and_goes_on() {
    let spans = kept(8, || {
        let caller = CALLER.replace("-01", "-00");
        info_span!(target: SPANS, "request", otel.parent = caller).in_scope(|| {
            info_span!(target: SPANS, "store").in_scope(|| {
                let header = trace::header().unwrap();
                assert!(header.starts_with(&caller[..36]) && header.ends_with("-00"), "{header}");
            });
        });
    });
    assert!(spans.is_empty());
}

#[test]
fn what_is_known_later_replaces_what_was_said_before() {
    let mut spans = kept(8, || {
        let model = format!("m{}", 1);
        let span = info_span!(target: SPANS, "chat", otel.name = %format_args!("chat {model}"), gen_ai.request.model = model,
            gen_ai.usage.input_tokens = Empty, "error.type" = Empty, otel.failed = false);
        span.record("gen_ai.usage.input_tokens", 3);
        span.record("gen_ai.usage.input_tokens", 7_u64);
        span.record("error.type", "429");
        span.record("otel.failed", true);
    });
    let span = spans.pop().unwrap();
    assert_eq!(span.name, "chat m1");
    assert!(span.failed && span.ended_ns >= span.begun_ns);
    let text = |text: &str| Value::Text(text.to_owned());
    let expected = [
        ("gen_ai.request.model", text("m1")),
        ("gen_ai.usage.input_tokens", Value::Int(7)),
        ("error.type", text("429")),
    ];
    assert_eq!(span.attributes, expected);
}

#[test]
fn a_span_ends_when_it_was_left_and_not_when_the_last_below_it_is() {
    let spans = kept(8, || {
        let above = info_span!(target: SPANS, "above");
        let below = above.in_scope(|| info_span!(target: SPANS, "below"));
        drop(above);
        std::thread::sleep(std::time::Duration::from_millis(5));
        below.in_scope(|| ());
    });
    let [below, above] = spans.try_into().ok().unwrap();
    assert_eq!((above.name.as_ref(), below.parent), ("above", Some(above.context.span)));
    assert!(above.ended_ns < below.ended_ns);
}

#[test]
fn spans_of_others_are_none_of_ours_and_a_full_queue_drops() {
    let spans = kept(2, || {
        info_span!("of a library").in_scope(|| {
            for _ in 0..5 {
                info_span!(target: SPANS, "ours").in_scope(|| ());
            }
        });
    });
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| span.parent.is_none()));
    let told = crate::metrics::text(&[], "1").unwrap();
    assert!(told.contains("airis_telemetry_dropped_total{signal=\"tests\"} 3"), "{told}");
}

#[test]
fn a_span_costs_nothing_where_traces_are_off() {
    // As in a process without telemetry: the macro makes no span, and what its fields are is not even asked.
    let asked = std::cell::Cell::new(false);
    let ask = || {
        asked.set(true);
        1
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::sink);
    let quiet = tracing_subscriber::registry().with(lines).with(tracing_subscriber::EnvFilter::new("WARN,airis=TRACE"));
    subscriber::with_default(quiet, || {
        let span = info_span!(target: SPANS, "chat", tokens = ask());
        assert!(span.is_disabled());
        span.in_scope(|| assert_eq!(trace::header(), None));
    });
    assert!(!asked.get());
}
