//! Code that somebody wrote: running it, where an administrator has connected a notebook server, and making it tidy.

use airis_domain::Json as Value;
use airis_tools::formatter::{self, Unformatted};
use airis_tools::notebook::{self, Notebook, Outcome, SignIn};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// Runs at once in this process; each holds a kernel elsewhere, or a process here.
const AT_ONCE: usize = 16;
static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);
/// Bytes of code.
const MOST_CODE: usize = 1024 * 1024;

/// Python code.
#[derive(Deserialize, ToSchema)]
pub struct CodeForm {
    pub code: String,
}

/// Runs Python on the notebook server and answers with what it printed and showed.
#[utoipa::path(post, path = "/api/v1/utils/code/execute", tag = "utils", security(("verified" = [])),
    request_body = CodeForm, responses((status = 200, body = Value)))]
pub async fn execute(_person: Verified, State(app): State<App>, Json(form): Json<CodeForm>) -> Result<Json<Value>> {
    let notebook = configured(&app)?;
    let place = place(&form)?;
    let outbound = app.outbound.clone();
    // In a task of its own, which ends with its deadlines: whoever leaves early must not leave a kernel behind.
    let run = tokio::spawn(async move {
        let _place = place;
        notebook::run(&outbound, &notebook, &form.code).await
    });
    // Whoever ran the code looks for the reason where errors of code are.
    let outcome = run.await.map_err(ApiError::internal)?.unwrap_or_else(|error| {
        tracing::warn!(%error, "code could not be run");
        Outcome { stderr: format!("Error: {error}"), ..Outcome::default() }
    });
    Ok(Json(json!({"stdout": outcome.stdout, "stderr": outcome.stderr, "result": outcome.result})))
}

/// Lays code out as Python's formatters do.
#[utoipa::path(post, path = "/api/v1/utils/code/format", tag = "utils", security(("admin" = [])),
    request_body = CodeForm, responses((status = 200, body = Value)))]
pub async fn format(_admin: Admin, Json(form): Json<CodeForm>) -> Result<Json<Value>> {
    let _place = place(&form)?;
    let code = formatter::format(&form.code).await.map_err(|error| match error {
        Unformatted::Refused(_) => ApiError::bad_request(error.to_string()),
        Unformatted::NotInstalled | Unformatted::TooSlow => {
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
        }
        Unformatted::Broken(error) => ApiError::internal(error),
    })?;
    Ok(Json(json!({"code": code})))
}

/// Room for code that is not too large.
fn place(form: &CodeForm) -> Result<SemaphorePermit<'static>> {
    if form.code.len() > MOST_CODE {
        return Err(ApiError::bad_request("The code is larger than 1 MB"));
    }
    let busy = |_| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "Too much code is running; try again");
    PLACES.try_acquire().map_err(busy)
}

fn configured(app: &App) -> Result<Notebook> {
    let config = app.config.as_ref();
    let text = |name: &str| config.text(&format!("code_execution.jupyter.{name}"));
    if !config.flag("code_execution.enable") {
        return Err(ApiError::forbidden("Running code is turned off"));
    }
    if config.text("code_execution.engine") != "jupyter" || text("url").trim().is_empty() {
        return Err(ApiError::bad_request("No notebook server is connected; code runs in the browser"));
    }
    let sign_in = match text("auth").as_str() {
        "token" => SignIn::Token(text("auth_token")),
        "password" => SignIn::Password(text("auth_password")),
        _ => SignIn::Nobody,
    };
    let seconds = config.int("code_execution.jupyter.timeout").and_then(|seconds| u64::try_from(seconds).ok());
    Ok(Notebook { url: text("url"), sign_in, seconds: seconds.unwrap_or(60).clamp(1, 3600) })
}
