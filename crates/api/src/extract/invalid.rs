//! One finding of a 422 answer: `{type, loc, msg, input}`.

use airis_domain::Json;
use axum::http::StatusCode;
use serde_json::json;

use crate::error::ApiError;

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Invalid {
    /// Machine-readable kind, such as `missing` or `string_type`.
    pub kind: &'static str,
    /// Where: `body`, `query` or `path`, then names and indices.
    pub loc: Vec<Json>,
    pub msg: String,
    pub input: Json,
    /// More, such as why JSON could not be read.
    pub ctx: Option<Json>,
}

impl Invalid {
    pub fn new(kind: &'static str, loc: Vec<Json>, msg: impl Into<String>, input: Json) -> Self {
        Self { kind, loc, msg: msg.into(), input, ctx: None }
    }

    /// A field that must be there is not; `input` is the object that lacks it.
    pub fn missing(loc: Vec<Json>, input: Json) -> Self {
        Self::new("missing", loc, "Field required", input)
    }

    fn to_json(&self) -> Json {
        let mut entry = json!({"type": self.kind, "loc": self.loc, "msg": self.msg, "input": self.input});
        if let (Some(ctx), Some(entry)) = (&self.ctx, entry.as_object_mut()) {
            entry.insert("ctx".to_owned(), ctx.clone());
        }
        entry
    }
}

/// The 422 answer that lists these findings.
pub fn invalid(findings: &[Invalid]) -> ApiError {
    let list: Vec<Json> = findings.iter().map(Invalid::to_json).collect();
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, list)
}
