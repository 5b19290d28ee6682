//! The audit log: who did what, when, from where, and how it ended. One JSON object per line; secrets are never in it.

mod entry;
mod writer;

use std::sync::Arc;

use airis_config::{Audit, AuditLevel};
use airis_domain::Json;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, Response, header};
use axum::middleware::Next;

use crate::app::App;
use crate::caller::caller;
use crate::origin;
use entry::Entry;
use writer::Writer;

/// Bodies that are larger go by unread.
const READ: usize = 256 * 1024;
/// What is written down whatever is excluded.
const ALWAYS: [&str; 4] = ["/auths/signin", "/auths/signout", "/auths/signup", "/auths/ldap"];

/// What is written down, and by whom.
pub struct Auditor {
    app: App,
    rules: Audit,
    writer: Writer,
}

impl Auditor {
    /// `None`: the operator wants none.
    pub fn of(app: &App) -> Option<Arc<Self>> {
        let rules = app.config.settings().audit.clone()?;
        let writer = Writer::start(&rules);
        Some(Arc::new(Self { app: app.clone(), rules, writer }))
    }

    /// Passes a request on, and writes down what became of it.
    pub async fn watch(self: Arc<Self>, request: Request, next: Next) -> Response<Body> {
        if !concerns(&self.rules, request.method(), request.uri().path()) {
            return next.run(request).await;
        }
        let (mut parts, body) = request.into_parts();
        // Whoever answers finds the same account without looking for it again.
        let user = caller(&mut parts, &self.app).await.ok().map(|caller| caller.user);
        let mut entry = Entry::new(&parts, user, origin::address(&parts, &self.app));
        let mut body = body;
        if self.rules.level >= AuditLevel::Request {
            (body, entry.request) = read(&parts.headers, body).await;
        }
        let mut response = next.run(Request::from_parts(parts, body)).await;
        entry.status = response.status().as_u16();
        if self.rules.level >= AuditLevel::RequestResponse {
            let (parts, body) = response.into_parts();
            let (body, text) = read(&parts.headers, body).await;
            entry.response = text;
            response = Response::from_parts(parts, body);
        }
        self.writer.write(entry.line(self.rules.level, self.rules.body));
        response
    }
}

/// A small JSON body is read and handed on as it was; anything else goes by.
async fn read(headers: &HeaderMap, body: Body) -> (Body, Option<Json>) {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let small = body.size_hint().exact().is_some_and(|size| size <= READ as u64);
    if !small || !kind.starts_with("application/json") {
        return (body, None);
    }
    match to_bytes(body, READ).await {
        Ok(bytes) => {
            let json = serde_json::from_slice(&bytes).ok();
            (Body::from(bytes), json)
        }
        // Whoever reads on hears the same: the request broke off.
        Err(error) => (Body::from_stream(futures::stream::once(async { Err::<Vec<u8>, _>(error) })), None),
    }
}

fn concerns(rules: &Audit, method: &Method, path: &str) -> bool {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    if reads && !(rules.reads && *method == Method::GET) {
        return false;
    }
    let path = path.strip_prefix("/api/v1").or_else(|| path.strip_prefix("/api")).unwrap_or(path);
    let below = |start: &str| path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if ALWAYS.into_iter().any(below) {
        return true;
    }
    if !rules.included.is_empty() {
        return rules.included.iter().any(|start| below(start));
    }
    !rules.excluded.iter().any(|start| below(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_is_the_operators_choice() {
        let rules = |included: &[&str], reads| Audit {
            level: AuditLevel::Metadata,
            file: None,
            rotation: 1,
            stdout: false,
            reads,
            excluded: vec!["/chats".to_owned()],
            included: included.iter().map(|path| (*path).to_owned()).collect(),
            body: 1,
        };
        let all = rules(&[], false);
        assert!(concerns(&all, &Method::POST, "/api/v1/users/update"));
        assert!(!concerns(&all, &Method::GET, "/api/v1/users/"));
        assert!(concerns(&rules(&[], true), &Method::GET, "/api/v1/users/"));
        assert!(!concerns(&all, &Method::DELETE, "/api/v1/chats/1"));
        assert!(!concerns(&all, &Method::POST, "/api/chats"));
        assert!(concerns(&all, &Method::POST, "/api/v1/chatsome"), "only whole parts of an address are compared");
        let some = rules(&["/users"], false);
        assert!(
            concerns(&some, &Method::POST, "/api/v1/users/1/update")
                && !concerns(&some, &Method::POST, "/ollama/api/pull")
        );
        assert!(concerns(&some, &Method::POST, "/api/v1/auths/signin"), "signing in always is");
    }
}
