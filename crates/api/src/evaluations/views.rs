//! Feedback on the wire.

use airis_domain::{Feedback, Json, JsonMap, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Result;
use crate::extract::{FreeForm, Invalid, invalid};

/// A judgement as it is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "checked, then kept as it was sent")]
pub struct FeedbackForm {
    #[serde(rename = "type")]
    kind: String,
    data: Option<RatingData>,
    meta: Option<FreeForm>,
    snapshot: Option<SnapshotData>,
}

/// What is said of which model; other keys are kept.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "checked, then kept as it was sent")]
pub struct RatingData {
    rating: Option<Rating>,
    model_id: Option<String>,
    sibling_model_ids: Option<Vec<String>>,
    reason: Option<String>,
    comment: Option<String>,
}

/// 1 for, -1 against.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "checked, then kept as it was sent")]
pub enum Rating {
    Text(String),
    Number(i64),
}

/// The chat at the time; other keys are kept.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "checked, then kept as it was sent")]
pub struct SnapshotData {
    chat: Option<FreeForm>,
}

/// Lays the parts of a checked form into a feedback; null or missing parts leave it as it is.
pub fn apply(feedback: &mut Feedback, mut form: JsonMap) -> Result<()> {
    const DATA: [&str; 5] = ["rating", "model_id", "sibling_model_ids", "reason", "comment"];
    // Readers of structs take lists as well, field by field; the contract does not.
    for name in ["data", "snapshot"] {
        if let Some(list @ Json::Array(_)) = form.get(name) {
            let message = "Input should be a valid dictionary";
            let finding = Invalid::new("dict_type", vec!["body".into(), name.into()], message, list.clone());
            return Err(invalid(&[finding]));
        }
    }
    if let Some(Json::String(kind)) = form.remove("type") {
        feedback.kind = kind;
    }
    if let Some(Json::Object(data)) = form.remove("data") {
        feedback.data = Some(complete(data, &DATA));
    }
    if let Some(meta @ Json::Object(_)) = form.remove("meta") {
        feedback.meta = Some(meta);
    }
    if let Some(Json::Object(snapshot)) = form.remove("snapshot") {
        feedback.snapshot = Some(complete(snapshot, &["chat"]));
    }
    Ok(())
}

/// The declared keys first, null where they were not sent; then whatever else was sent.
fn complete(mut sent: JsonMap, declared: &[&str]) -> Json {
    let mut whole: JsonMap =
        declared.iter().map(|name| ((*name).to_owned(), sent.shift_remove(*name).unwrap_or_default())).collect();
    whole.extend(sent);
    Json::Object(whole)
}

/// A judgement with the chat at the time.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedbackModel {
    id: String,
    user_id: String,
    version: i64,
    #[serde(rename = "type")]
    kind: String,
    #[schema(value_type = Option<Object>, required = false)]
    data: Option<Json>,
    #[schema(value_type = Option<Object>, required = false)]
    meta: Option<Json>,
    #[schema(value_type = Option<Object>, required = false)]
    snapshot: Option<Json>,
    /// Seconds, as the next.
    created_at: i64,
    updated_at: i64,
}

impl From<Feedback> for FeedbackModel {
    fn from(feedback: Feedback) -> Self {
        Self {
            id: feedback.id,
            user_id: feedback.user_id.0,
            version: feedback.version,
            kind: feedback.kind,
            data: feedback.data,
            meta: feedback.meta,
            snapshot: feedback.snapshot,
            created_at: feedback.created_at,
            updated_at: feedback.updated_at,
        }
    }
}

/// A judgement and who made it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedbackUserResponse {
    id: String,
    user_id: String,
    version: i64,
    #[serde(rename = "type")]
    kind: String,
    #[schema(value_type = Option<Object>, required = false)]
    data: Option<Json>,
    #[schema(value_type = Option<Object>, required = false)]
    meta: Option<Json>,
    /// Seconds, as the next.
    created_at: i64,
    updated_at: i64,
    #[schema(required = false)]
    user: Option<FeedbackAuthor>,
}

impl FeedbackUserResponse {
    pub fn of(feedback: Feedback, user: Option<&User>) -> Self {
        Self {
            id: feedback.id,
            user_id: feedback.user_id.0,
            version: feedback.version,
            kind: feedback.kind,
            data: feedback.data,
            meta: feedback.meta,
            created_at: feedback.created_at,
            updated_at: feedback.updated_at,
            user: user.map(FeedbackAuthor::from),
        }
    }
}

/// Somebody who judged.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedbackAuthor {
    id: String,
    name: String,
    email: String,
    #[schema(required = false)]
    role: String,
    /// Seconds, as the next two.
    last_active_at: i64,
    updated_at: i64,
    created_at: i64,
}

impl From<&User> for FeedbackAuthor {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role.as_str().to_owned(),
            last_active_at: user.last_active_at,
            updated_at: user.updated_at,
            created_at: user.created_at,
        }
    }
}

/// A page of judgements.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedbackListResponse {
    pub items: Vec<FeedbackUserResponse>,
    /// How many there are in all.
    pub total: i64,
}

/// That there is a judgement.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedbackIdResponse {
    pub id: String,
    pub user_id: String,
    /// Seconds, as the next.
    pub created_at: i64,
    pub updated_at: i64,
}
