//! What clients send about stored models.

use airis_domain::{Json as Value, JsonMap};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{ApiError, Result};
use crate::extract::FreeForm;

/// What a model shows and can do; anything else that clients keep stays with it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ModelMeta {
    #[serde(default)]
    pub profile_image_url: Option<String>,
    #[serde(default)]
    pub background_image_url: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub i18n: Option<Value>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub capabilities: Option<Value>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    pub knowledge: Option<Vec<Value>>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub voice: Option<Value>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub voice_avatar: Option<Value>,
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: JsonMap,
}

/// A model to store.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ModelForm {
    /// Why; kept with the version.
    #[serde(default)]
    pub commit_message: Option<String>,
    /// Without spaces.
    pub id: String,
    /// `None`: changes the offered model of the same id.
    #[serde(default)]
    pub base_model_id: Option<String>,
    pub name: String,
    pub meta: ModelMeta,
    pub params: FreeForm,
    #[serde(default)]
    pub access_grants: Option<Vec<FreeForm>>,
    #[serde(default = "yes")]
    #[schema(required = false)]
    pub is_active: bool,
}

fn yes() -> bool {
    true
}

impl ModelForm {
    /// Refuses ids that could not be part of an address.
    pub fn check(&self) -> Result<()> {
        check_id(&self.id)?;
        if self.base_model_id.as_deref() == Some(self.id.as_str()) {
            return Err(ApiError::bad_request("A model cannot be its own base"));
        }
        Ok(())
    }
}

/// Whom a model is shared with.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ModelAccessGrantsForm {
    pub id: String,
    #[serde(default)]
    pub name: Option<String>,
    pub access_grants: Vec<FreeForm>,
}

/// A model by its id.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ModelIdForm {
    pub id: String,
}

/// Models to take over.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ModelsImportForm {
    pub models: Vec<FreeForm>,
}

/// A model as another server has it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ModelModel {
    #[serde(default)]
    #[expect(dead_code, reason = "part of the contract's form; versions of another server mean nothing here")]
    pub version_id: Option<String>,
    pub id: String,
    /// Somebody here, or the administrator who sends it becomes the owner.
    pub user_id: String,
    #[serde(default)]
    pub base_model_id: Option<String>,
    pub name: String,
    pub params: FreeForm,
    pub meta: ModelMeta,
    #[serde(default)]
    #[schema(required = false)]
    pub access_grants: Vec<FreeForm>,
    pub is_active: bool,
    #[expect(dead_code, reason = "part of the contract's form; the change here is what counts")]
    pub updated_at: i64,
    pub created_at: i64,
}

/// All models that there are to be.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SyncModelsForm {
    #[serde(default)]
    #[schema(required = false)]
    pub models: Vec<ModelModel>,
}

/// A version by its id.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ModelVersionForm {
    pub version_id: String,
}

/// An id has no spaces and is not endless.
pub fn check_id(id: &str) -> Result<()> {
    if id.is_empty() || id.len() > 256 || id.chars().any(char::is_whitespace) {
        return Err(ApiError::bad_request("A model id is 1 to 256 signs without spaces"));
    }
    Ok(())
}
