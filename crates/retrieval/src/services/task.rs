//! A file on its way through a service: what it is set up with, its bytes as they come, and the calls.

use std::time::Duration;

use airis_domain::{File, Json, User};
use airis_outbound::{Answer, Body, Call, OutboundError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep};
use tokio_util::io::ReaderStream;

use super::form::Form;
use crate::state::Inner;
use crate::{Result, RetrievalError};

/// Seconds that a file may take at a service, with everything that is asked of it.
const SECONDS: u64 = 900;
/// Bytes of the largest answer.
const ANSWER: usize = 64 * 1024 * 1024;
/// Bytes of the largest file that is sent inside of JSON, where it must be in memory.
const INSIDE: u64 = 64 * 1024 * 1024;
/// Between two looks at work that goes on elsewhere: soon at first, less often later.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);
/// Failures in a row after which a service counts as gone.
const FAILURES: u32 = 5;

/// One file at one service.
pub struct Task<'a> {
    inner: &'a Inner,
    file: &'a File,
    path: &'a str,
    size: u64,
    /// Kind of the content without its parameters.
    pub kind: &'a str,
    /// Whose file it is.
    pub owner: Option<&'a User>,
    end: Instant,
}

/// What a look at work elsewhere tells.
pub enum Look<T> {
    Done(T),
    NotYet,
}

impl<'a> Task<'a> {
    pub fn new(
        inner: &'a Inner,
        file: &'a File,
        path: &'a str,
        size: u64,
        kind: &'a str,
        owner: Option<&'a User>,
    ) -> Self {
        Self { inner, file, path, size, kind, owner, end: Instant::now() + Duration::from_secs(SECONDS) }
    }

    /// The same with another end.
    pub fn within(&self, seconds: u64) -> Self {
        let end = Instant::now() + Duration::from_secs(seconds.clamp(1, SECONDS));
        Self { inner: self.inner, owner: self.owner, end, ..*self }
    }

    pub fn name(&self) -> &str {
        &self.file.filename
    }

    pub fn text(&self, key: &str) -> String {
        self.inner.config.text(key).trim().to_owned()
    }

    pub fn flag(&self, key: &str) -> bool {
        self.inner.config.flag(key)
    }

    pub fn json(&self, key: &str) -> Json {
        self.inner.config.get(key)
    }

    /// A setting that the service cannot do without.
    pub fn needed(&self, key: &str) -> Result<String> {
        let text = self.text(key);
        if text.is_empty() {
            return Err(RetrievalError::Refused(format!("The extraction engine is not set up: {key} is missing")));
        }
        Ok(text)
    }

    /// An address below one that is set up.
    pub fn under(&self, key: &str, path: &str) -> Result<String> {
        Ok(format!("{}/{path}", self.needed(key)?.trim_end_matches('/')))
    }

    /// Who asks, where the operator forwards that.
    pub fn with_owner(&self, call: Call) -> Call {
        let (Some(names), Some(owner)) = (&self.inner.config.settings().forwarded, self.owner) else { return call };
        names.user(owner, airis_domain::now()).iter().fold(call, |call, (name, value)| call.header(name, value))
    }

    /// The bytes as they are read.
    pub async fn bytes(&self) -> Result<Body> {
        let reader = self.inner.files.read(self.path, 0, self.size).await?;
        Ok(Body::wrap_stream(ReaderStream::new(reader)))
    }

    /// All bytes, written so that JSON can hold them.
    pub async fn base64(&self) -> Result<String> {
        let bytes = self.inner.files.whole(self.path, INSIDE).await?;
        Ok(STANDARD.encode(bytes))
    }

    /// Sends the bytes as they are.
    pub async fn send_bytes(&self, call: Call) -> Result<Json> {
        let call = self.bounded(call)?.header("content-length", &self.size.to_string());
        told(self.inner.outbound.upload(call, self.bytes().await?).await)
    }

    /// The same to somebody whose answer says nothing.
    pub async fn put_bytes(&self, call: Call) -> Result<()> {
        let call = self.bounded(call)?.header("content-length", &self.size.to_string());
        let answer = self.inner.outbound.upload(call, self.bytes().await?).await;
        answer.and_then(Answer::ok).map(|_| ()).map_err(refused)
    }

    /// Sends the bytes to somebody who says where the work can be asked about.
    pub async fn place_after(&self, call: Call) -> Result<String> {
        let call = self.bounded(call)?.header("content-length", &self.size.to_string());
        let answer = self.inner.outbound.upload(call, self.bytes().await?).await;
        let answer = answer.and_then(Answer::ok).map_err(refused)?;
        let place = answer.headers.get("operation-location").and_then(|place| place.to_str().ok());
        place.map(str::to_owned).ok_or_else(|| failed("it does not say where the work can be asked about"))
    }

    /// Sends a form with the file as its last part.
    pub async fn send_form(&self, call: Call, form: Form, field: &str) -> Result<Json> {
        let (head, tail, boundary) = form.around(field, self.name(), self.kind);
        let length = self.size + (head.len() + tail.len()) as u64;
        let reader = self.inner.files.read(self.path, 0, self.size).await?;
        let whole = std::io::Cursor::new(head).chain(reader).chain(std::io::Cursor::new(tail));
        let call = self
            .bounded(call)?
            .header("content-type", &format!("multipart/form-data; boundary={boundary}"))
            .header("content-length", &length.to_string());
        told(self.inner.outbound.upload(call, Body::wrap_stream(ReaderStream::new(whole))).await)
    }

    pub async fn ask(&self, call: Call) -> Result<Json> {
        told(self.inner.outbound.fetch(self.bounded(call)?).await)
    }

    /// The whole answer, whatever it is.
    pub async fn fetch(&self, call: Call) -> Result<Answer> {
        self.inner.outbound.fetch(self.bounded(call)?).await.and_then(Answer::ok).map_err(refused)
    }

    /// Looks at work elsewhere until it is done. A look that fails is repeated, unless the service says that it is ours to
    /// change.
    pub async fn poll<T>(&self, call: impl Fn() -> Call, read: impl Fn(&Json) -> Result<Look<T>>) -> Result<T> {
        let (mut pause, mut failures) = (FIRST, 0);
        loop {
            sleep(pause.min(self.end.saturating_duration_since(Instant::now()))).await;
            pause = (pause * 3 / 2).min(LONGEST);
            let answer = self.inner.outbound.fetch(self.bounded(call())?).await;
            let passing = match &answer {
                Ok(answer) => answer.status == 429 || answer.status >= 500,
                Err(OutboundError::Unreachable(..) | OutboundError::Late(..)) => true,
                Err(_) => false,
            };
            if passing && failures < FAILURES {
                failures += 1;
                continue;
            }
            failures = 0;
            if let Look::Done(done) = read(&told(answer)?)? {
                return Ok(done);
            }
        }
    }

    /// No call outlasts the file's time.
    fn bounded(&self, call: Call) -> Result<Call> {
        let left = self.end.saturating_duration_since(Instant::now()).as_secs();
        if left == 0 {
            return Err(RetrievalError::Refused("The extraction engine took too long".to_owned()));
        }
        Ok(call.within(left).at_most(ANSWER))
    }
}

fn told(answer: std::result::Result<Answer, OutboundError>) -> Result<Json> {
    answer.and_then(Answer::ok).and_then(|answer| answer.json()).map_err(refused)
}

fn refused(error: OutboundError) -> RetrievalError {
    RetrievalError::Refused(format!("The extraction engine gave no text: {error}"))
}

/// A service said that it failed, and perhaps why.
pub fn failed(why: &str) -> RetrievalError {
    let why: String = why.trim().chars().take(300).collect();
    let why = if why.is_empty() { "it does not say why" } else { &why };
    RetrievalError::Refused(format!("The extraction engine gave no text: {why}"))
}

/// Text as a header can hold it: percent signs for everything that is not plain.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// A setting as a field of a form.
pub fn written(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
