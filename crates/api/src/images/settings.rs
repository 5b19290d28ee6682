//! Settings of pictures as clients send and see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::FreeForm;
use crate::settings_form::settings_form;

/// An object, which some clients write as text.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ObjectOrText {
    Object(FreeForm),
    Text(String),
}

settings_form! {
    /// What makes pictures, and what changes them.
    ImagesConfig {
        enable "ENABLE_IMAGE_GENERATION": bool = "image_generation.enable",
        enable_prompt "ENABLE_IMAGE_PROMPT_GENERATION": bool = "image_generation.prompt.enable",
        engine "IMAGE_GENERATION_ENGINE": String = "image_generation.engine",
        model "IMAGE_GENERATION_MODEL": String = "image_generation.model",
        size "IMAGE_SIZE": Option<String> = "image_generation.size" (required),
        steps "IMAGE_STEPS": Option<i64> = "image_generation.steps" (required),
        openai_url "IMAGES_OPENAI_API_BASE_URL": String = "image_generation.openai.api_base_url",
        openai_key "IMAGES_OPENAI_API_KEY": String = "image_generation.openai.api_key",
        openai_version "IMAGES_OPENAI_API_VERSION": String = "image_generation.openai.api_version",
        openai_params "IMAGES_OPENAI_API_PARAMS": Option<ObjectOrText> = "image_generation.openai.params" (required),
        automatic1111_url "AUTOMATIC1111_BASE_URL": String = "image_generation.automatic1111.base_url",
        automatic1111_auth "AUTOMATIC1111_API_AUTH": Option<ObjectOrText> = "image_generation.automatic1111.api_auth" (required),
        automatic1111_params "AUTOMATIC1111_PARAMS": Option<ObjectOrText> = "image_generation.automatic1111.api_params" (required),
        comfyui_url "COMFYUI_BASE_URL": String = "image_generation.comfyui.base_url",
        comfyui_key "COMFYUI_API_KEY": String = "image_generation.comfyui.api_key",
        comfyui_workflow "COMFYUI_WORKFLOW": String = "image_generation.comfyui.workflow",
        comfyui_nodes "COMFYUI_WORKFLOW_NODES": Vec<FreeForm> = "image_generation.comfyui.nodes",
        gemini_url "IMAGES_GEMINI_API_BASE_URL": String = "image_generation.gemini.api_base_url",
        gemini_key "IMAGES_GEMINI_API_KEY": String = "image_generation.gemini.api_key",
        gemini_method "IMAGES_GEMINI_ENDPOINT_METHOD": String = "image_generation.gemini.endpoint_method",
        enable_edit "ENABLE_IMAGE_EDIT": bool = "images.edit.enable",
        edit_engine "IMAGE_EDIT_ENGINE": String = "images.edit.engine",
        edit_model "IMAGE_EDIT_MODEL": String = "images.edit.model",
        edit_size "IMAGE_EDIT_SIZE": Option<String> = "images.edit.size" (required),
        edit_openai_url "IMAGES_EDIT_OPENAI_API_BASE_URL": String = "images.edit.openai.api_base_url",
        edit_openai_key "IMAGES_EDIT_OPENAI_API_KEY": String = "images.edit.openai.api_key",
        edit_openai_version "IMAGES_EDIT_OPENAI_API_VERSION": String = "images.edit.openai.api_version",
        edit_gemini_url "IMAGES_EDIT_GEMINI_API_BASE_URL": String = "images.edit.gemini.api_base_url",
        edit_gemini_key "IMAGES_EDIT_GEMINI_API_KEY": String = "images.edit.gemini.api_key",
        edit_comfyui_url "IMAGES_EDIT_COMFYUI_BASE_URL": String = "images.edit.comfyui.base_url",
        edit_comfyui_key "IMAGES_EDIT_COMFYUI_API_KEY": String = "images.edit.comfyui.api_key",
        edit_comfyui_workflow "IMAGES_EDIT_COMFYUI_WORKFLOW": String = "images.edit.comfyui.workflow",
        edit_comfyui_nodes "IMAGES_EDIT_COMFYUI_WORKFLOW_NODES": Vec<FreeForm> = "images.edit.comfyui.nodes",
    }
}
