//! Everything together.

use std::collections::HashMap;

use airis_store::Span;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{SpanQuery, offered};
use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{Json, Query};

/// Replies, and how many chats, models and people they are of.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryResponse {
    total_messages: i64,
    total_chats: i64,
    total_models: i64,
    total_users: i64,
}

/// Tokens as the providers counted them.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenUsageResponse {
    models: Vec<TokenUsageEntry>,
    total_input_tokens: i64,
    total_output_tokens: i64,
    total_tokens: i64,
}

/// Tokens of one model.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenUsageEntry {
    model_id: String,
    input_tokens: i64,
    output_tokens: i64,
    total_tokens: i64,
    message_count: i64,
}

/// Tokens read and written, and in how many replies.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokens {
    pub input: i64,
    pub output: i64,
    pub replies: i64,
}

impl Tokens {
    pub fn add(&mut self, (input, output): (i64, i64)) {
        self.input = self.input.saturating_add(input);
        self.output = self.output.saturating_add(output);
        self.replies += 1;
    }

    pub fn total(self) -> i64 {
        self.input.saturating_add(self.output)
    }
}

/// How much was asked and answered.
#[utoipa::path(get, path = "/api/v1/analytics/summary", tag = "analytics", security(("admin" = [])),
    params(SpanQuery), responses((status = 200, body = SummaryResponse)))]
pub async fn summary(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<SpanQuery>,
) -> Result<Json<SummaryResponse>> {
    offered(&app)?;
    let totals = app.store.reply_totals(&Span::from(query)).await?;
    Ok(Json(SummaryResponse {
        total_messages: totals.messages,
        total_chats: totals.chats,
        total_models: totals.models,
        total_users: totals.users,
    }))
}

/// Tokens by model; the one with the most comes first.
#[utoipa::path(get, path = "/api/v1/analytics/tokens", tag = "analytics", security(("admin" = [])),
    params(SpanQuery), responses((status = 200, body = TokenUsageResponse)))]
pub async fn tokens(
    _admin: Admin,
    State(app): State<App>,
    Query(query): Query<SpanQuery>,
) -> Result<Json<TokenUsageResponse>> {
    offered(&app)?;
    let mut models: HashMap<String, Tokens> = HashMap::new();
    let mut all = Tokens::default();
    let count = |reply: &airis_store::ReplyUsage| {
        let tokens = reply.tokens();
        models.entry(reply.model.clone()).or_default().add(tokens);
        all.add(tokens);
    };
    app.store.each_reply(&Span::from(query), count).await?;
    let entry = |(model_id, tokens): (String, Tokens)| TokenUsageEntry {
        model_id,
        input_tokens: tokens.input,
        output_tokens: tokens.output,
        total_tokens: tokens.total(),
        message_count: tokens.replies,
    };
    let mut models: Vec<TokenUsageEntry> = models.into_iter().map(entry).collect();
    models.sort_by(|a, b| b.total_tokens.cmp(&a.total_tokens).then_with(|| a.model_id.cmp(&b.model_id)));
    Ok(Json(TokenUsageResponse {
        models,
        total_input_tokens: all.input,
        total_output_tokens: all.output,
        total_tokens: all.total(),
    }))
}
