//! Traces, metrics and logs on their way to a collector by OTLP: gathered in bounded queues, sent by one task each, dropped
//! and counted where a queue is full. The messages are written by hand, as the crates of OpenTelemetry would bring twenty
//! more, a second gRPC beside the HTTP/2 that is here, and a minute of the first build.

mod deliver;
mod fields;
mod logs;
mod measures;
mod message;
mod sampler;
mod spans;
mod worker;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use airis_config::{Otel, Receiver};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::metrics;
use deliver::Way;
use logs::Logs;
use message::Resource;
use spans::Spans;

/// Entries that wait for their export; more are dropped.
const WAITING: usize = 4096;

/// The exports of this process.
pub(crate) struct Exports {
    resource: Arc<Resource>,
    metrics: Option<(Receiver, Duration)>,
    begun_ns: u64,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

/// Where entries wait for their export.
struct Queue<T> {
    sender: mpsc::Sender<T>,
    signal: &'static str,
}

impl<T> Queue<T> {
    /// Never waits.
    fn push(&self, entry: T) {
        if self.sender.try_send(entry).is_err() {
            metrics::not_exported(self.signal, 1);
        }
    }
}

impl Exports {
    /// Starts what sends traces and logs; what gathers them belongs to the subscriber of `tracing`. Needs the runtime.
    pub(crate) fn start(otel: &Otel) -> (Self, Option<Spans>, Option<Logs>) {
        let mut exports = Self {
            resource: Arc::new(Resource::new(&otel.resource)),
            metrics: otel.metrics.clone().map(|receiver| (receiver, otel.interval)),
            begun_ns: now_ns(),
            tasks: JoinSet::new(),
            stop: CancellationToken::new(),
        };
        let traces = otel.traces.as_ref().map(|to| exports.gather("traces", to, spans::request));
        let lines = otel.logs.as_ref().map(|to| exports.gather("logs", to, logs::request));
        (exports, traces.map(|queue| Spans::new(otel.sampler, queue)), lines.map(Logs::new))
    }

    fn gather<T: Send + Sync + 'static>(
        &mut self,
        signal: &'static str,
        to: &Receiver,
        write: fn(&Resource, &[T]) -> Vec<u8>,
    ) -> Queue<T> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let resource = self.resource.clone();
        let write = move |entries: &[T]| write(&resource, entries);
        self.tasks.spawn(worker::run(receiver, Way::new(signal, to), write, self.stop.clone()));
        Queue { sender, signal }
    }

    /// Sends from now on what `read` tells in the format of OpenMetrics.
    pub(crate) fn measure(&mut self, read: impl Fn() -> Result<String, std::fmt::Error> + Send + Sync + 'static) {
        let Some((to, every)) = self.metrics.take() else { return };
        let (resource, begun_ns) = (self.resource.clone(), self.begun_ns);
        let write = move || Ok(measures::request(&resource, &read()?, begun_ns, now_ns()));
        self.tasks.spawn(worker::measure(write, every, Way::new("metrics", &to), self.stop.clone()));
    }

    /// Sends what still waits, as far as that goes in this time.
    pub(crate) async fn finish(mut self, within: Duration) {
        self.stop.cancel();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(within, all).await.is_err() {
            tracing::warn!("some telemetry was not delivered before the end");
        }
        self.tasks.shutdown().await;
    }
}

/// Nanoseconds since 1970.
fn now_ns() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
}
