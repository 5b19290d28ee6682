//! Where code runs.

use airis_domain::JsonMap;
use axum::extract::State;

use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::Json;
use crate::happenings::{Happening, tell};
use crate::settings_form::{Changes, SettingsForm, settings_form};

settings_form! {
    /// Code that people run, and code that models run.
    CodeInterpreterConfigForm {
        enable_execution "ENABLE_CODE_EXECUTION": bool = "code_execution.enable",
        execution_engine "CODE_EXECUTION_ENGINE": String = "code_execution.engine",
        execution_url "CODE_EXECUTION_JUPYTER_URL": Option<String> = "code_execution.jupyter.url" (required),
        execution_auth "CODE_EXECUTION_JUPYTER_AUTH": Option<String> = "code_execution.jupyter.auth" (required),
        execution_token "CODE_EXECUTION_JUPYTER_AUTH_TOKEN": Option<String> = "code_execution.jupyter.auth_token" (required),
        execution_password "CODE_EXECUTION_JUPYTER_AUTH_PASSWORD": Option<String> = "code_execution.jupyter.auth_password" (required),
        execution_timeout "CODE_EXECUTION_JUPYTER_TIMEOUT": Option<i64> = "code_execution.jupyter.timeout" (required),
        enable_interpreter "ENABLE_CODE_INTERPRETER": bool = "code_interpreter.enable",
        interpreter_engine "CODE_INTERPRETER_ENGINE": String = "code_interpreter.engine",
        interpreter_prompt "CODE_INTERPRETER_PROMPT_TEMPLATE": Option<String> = "code_interpreter.prompt_template" (required),
        interpreter_url "CODE_INTERPRETER_JUPYTER_URL": Option<String> = "code_interpreter.jupyter.url" (required),
        interpreter_auth "CODE_INTERPRETER_JUPYTER_AUTH": Option<String> = "code_interpreter.jupyter.auth" (required),
        interpreter_token "CODE_INTERPRETER_JUPYTER_AUTH_TOKEN": Option<String> = "code_interpreter.jupyter.auth_token" (required),
        interpreter_password "CODE_INTERPRETER_JUPYTER_AUTH_PASSWORD": Option<String> = "code_interpreter.jupyter.auth_password" (required),
        interpreter_timeout "CODE_INTERPRETER_JUPYTER_TIMEOUT": Option<i64> = "code_interpreter.jupyter.timeout" (required),
    }
}

/// Shows the settings.
#[utoipa::path(get, path = "/api/v1/configs/code_execution", tag = "configs", security(("admin" = [])),
    responses((status = 200, body = CodeInterpreterConfigForm)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(CodeInterpreterConfigForm::view(&app.config))
}

/// Changes the settings.
#[utoipa::path(post, path = "/api/v1/configs/code_execution", tag = "configs", security(("admin" = [])),
    request_body = CodeInterpreterConfigForm, responses((status = 200, body = CodeInterpreterConfigForm)))]
pub async fn update(
    admin: Admin,
    State(app): State<App>,
    changes: Changes<CodeInterpreterConfigForm>,
) -> Result<Json<JsonMap>> {
    let now = changes.save(&app).await?;
    tell(&app, Happening::new("config.code_execution.updated", ("config", "code_execution")).by(&admin));
    Ok(Json(now))
}
