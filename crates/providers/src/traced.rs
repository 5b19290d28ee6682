//! The spans of requests to models, with the names that OpenTelemetry has for those of generative models. Their texts are
//! in none.

use std::time::Instant;

use airis_domain::Json;
use airis_telemetry::SPANS;
use futures::StreamExt;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use crate::catalog::Route;
use crate::metered::Lines;
use crate::{ChatStream, Part, ProviderError, RawBody, RawReply};

/// Names of what a request and its reply took, as providers call them.
const INPUT: [&str; 3] = ["prompt_tokens", "input_tokens", "prompt_eval_count"];
const OUTPUT: [&str; 3] = ["completion_tokens", "output_tokens", "eval_count"];

/// A request under way.
pub struct Asked {
    span: Span,
    begun: Instant,
}

/// A span that ends with what holds it.
struct Held(Span);

impl Drop for Held {
    fn drop(&mut self) {
        // A span ends when it was left for the last time.
        self.0.in_scope(|| ());
    }
}

impl Asked {
    /// `operation`: `chat` or `embeddings`.
    pub fn new(operation: &'static str, model: &str, chat: Option<&str>) -> Self {
        let span = info_span!(
            target: SPANS,
            "gen_ai",
            otel.name = %format_args!("{operation} {model}"),
            otel.kind = "client",
            gen_ai.operation.name = operation,
            gen_ai.request.model = model,
            gen_ai.conversation.id = chat,
            gen_ai.provider.name = Empty,
            server.address = Empty,
            gen_ai.response.model = Empty,
            gen_ai.response.time_to_first_chunk = Empty,
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            "error.type" = Empty,
            otel.failed = Empty,
        );
        Self { span, begun: Instant::now() }
    }

    /// Waits for what is asked inside the span.
    pub async fn wait<T>(&self, asking: impl Future<Output = T>) -> T {
        asking.instrument(self.span.clone()).await
    }

    /// A stream whose end is the span's, too.
    pub fn stream(self, opened: Result<ChatStream, ProviderError>) -> Result<ChatStream, ProviderError> {
        if self.span.is_disabled() {
            return opened;
        }
        let mut chunks = opened.inspect_err(|error| fail(&self.span, error))?;
        Ok(Box::pin(async_stream::stream! {
            let (held, mut begun) = (Held(self.span), Some(self.begun));
            while let Some(chunk) = chunks.next().await {
                match &chunk {
                    Ok(chunk) => {
                        if let Some(begun) = begun.take() {
                            held.0.record("gen_ai.response.time_to_first_chunk", begun.elapsed().as_secs_f64());
                            model(&held.0, &chunk.raw);
                        }
                        for part in &chunk.parts {
                            match part {
                                Part::Usage(counts) => usage(&held.0, counts),
                                Part::Error(_) => fail_as(&held.0, "stream"),
                                _ => {}
                            }
                        }
                    }
                    Err(error) => fail(&held.0, error),
                }
                yield chunk;
            }
        }))
    }

    /// A whole reply.
    pub fn whole(self, answer: Result<Json, ProviderError>) -> Result<Json, ProviderError> {
        answer.inspect(|answer| self.read(answer)).inspect_err(|error| fail(&self.span, error))
    }

    /// An answer that is handed on as it is; of a stream the span ends with it.
    pub fn raw(self, answer: Result<RawReply, ProviderError>) -> Result<RawReply, ProviderError> {
        if self.span.is_disabled() {
            return answer;
        }
        let mut reply = answer.inspect_err(|error| fail(&self.span, error))?;
        if reply.status >= 400 {
            fail_as(&self.span, &reply.status.to_string());
        }
        reply.body = match reply.body {
            RawBody::Json(answer) => {
                self.read(&answer);
                RawBody::Json(answer)
            }
            RawBody::Stream(mut pieces) => RawBody::Stream(Box::pin(async_stream::stream! {
                let (held, mut lines) = (Held(self.span), Lines::default());
                while let Some(piece) = pieces.next().await {
                    match &piece {
                        Ok(bytes) => lines.take(bytes, |event| read(&held.0, &event)),
                        Err(error) => fail(&held.0, error),
                    }
                    yield piece;
                }
            })),
        };
        Ok(reply)
    }

    fn read(&self, answer: &Json) {
        read(&self.span, answer);
    }
}

/// Says on the span of a request where it goes.
pub fn to(route: &Route) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    let (name, place) = match route {
        Route::OpenAi(connection) if connection.is_azure() => ("azure.ai.openai", Some(connection.place())),
        Route::OpenAi(connection) => ("openai", Some(connection.place())),
        Route::Ollama(hosts) => ("ollama", hosts.first().map(|connection| connection.place())),
        Route::Local => ("airis", None),
    };
    span.record("gen_ai.provider.name", name);
    if let Some(url) = place.and_then(|place| reqwest::Url::parse(&place).ok()) {
        span.record("server.address", url.host_str());
    }
}

fn read(span: &Span, event: &Json) {
    if event.get("model").is_some() {
        model(span, event);
    }
    for place in ["/usage", "/response/usage", "/message/usage"] {
        if let Some(counts) = event.pointer(place).filter(|counts| counts.is_object()) {
            usage(span, counts);
        }
    }
    if event.get("eval_count").is_some() {
        usage(span, event);
    }
}

fn model(span: &Span, event: &Json) {
    span.record("gen_ai.response.model", event.get("model").and_then(Json::as_str));
}

fn usage(span: &Span, counts: &Json) {
    let first = |names: [&str; 3]| names.iter().find_map(|name| counts.get(name)?.as_u64());
    span.record("gen_ai.usage.input_tokens", first(INPUT));
    span.record("gen_ai.usage.output_tokens", first(OUTPUT));
}

/// The kind of a failure alone: a provider's words may repeat what it was asked.
fn fail(span: &Span, error: &ProviderError) {
    match error {
        ProviderError::Answer { status, .. } => fail_as(span, &status.to_string()),
        ProviderError::UnknownModel(_) => fail_as(span, "unknown_model"),
        ProviderError::Unreachable(_) => fail_as(span, "unreachable"),
        ProviderError::Stalled(_) => fail_as(span, "timeout"),
        ProviderError::Broken(_) => fail_as(span, "broken"),
        ProviderError::Local(_) => fail_as(span, "local"),
        ProviderError::OverBudget(_) => fail_as(span, "over_budget"),
        ProviderError::Budgets(_) => fail_as(span, "budgets"),
    }
}

fn fail_as(span: &Span, kind: &str) {
    span.record("error.type", kind);
    span.record("otel.failed", true);
}
