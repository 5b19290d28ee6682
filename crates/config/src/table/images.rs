//! Pictures that other services make and change.

use crate::variable::{Variable, flag, int, json, text};

pub(super) const VARIABLES: &[Variable] = &[
    flag("ENABLE_IMAGE_GENERATION", false).key("image_generation.enable").doc("Switch: image generation"),
    text("IMAGE_GENERATION_ENGINE", "openai")
        .key("image_generation.engine")
        .doc("What makes pictures: openai, gemini, automatic1111 or comfyui"),
    text("IMAGE_GENERATION_MODEL", "")
        .key("image_generation.model")
        .doc("Model that makes pictures; empty: what the engine has"),
    text("IMAGE_SIZE", "512x512")
        .key("image_generation.size")
        .doc("Width and height of pictures (512x512), or auto where the model may choose"),
    int("IMAGE_STEPS", "50").key("image_generation.steps").doc("Steps that automatic1111 and comfyui take"),
    flag("ENABLE_IMAGE_PROMPT_GENERATION", true)
        .key("image_generation.prompt.enable")
        .doc("The task model describes the picture that a chat asks for"),
    text("IMAGE_AUTO_SIZE_MODELS_REGEX_PATTERN", "^gpt-image")
        .doc("Pattern of the image models that may choose the size of their pictures (auto)"),
    text("IMAGE_URL_RESPONSE_MODELS_REGEX_PATTERN", "^gpt-image")
        .doc("Pattern of the image models that are not asked to send pictures inside their answer"),
    text("IMAGES_OPENAI_API_BASE_URL", "https://api.openai.com/v1")
        .or("OPENAI_API_BASE_URL")
        .key("image_generation.openai.api_base_url")
        .doc("API root URL of the OpenAI-compatible server that makes pictures"),
    text("IMAGES_OPENAI_API_VERSION", "")
        .key("image_generation.openai.api_version")
        .doc("Version in the address, for Azure"),
    text("IMAGES_OPENAI_API_KEY", "")
        .or("OPENAI_API_KEY")
        .key("image_generation.openai.api_key")
        .doc("API key for that server"),
    json("IMAGES_OPENAI_PARAMS", "{}")
        .key("image_generation.openai.params")
        .doc("Extra parameters (JSON) of its requests"),
    text("IMAGES_GEMINI_API_BASE_URL", "")
        .or("GEMINI_API_BASE_URL")
        .key("image_generation.gemini.api_base_url")
        .doc("API root URL of Gemini; empty: Google's own"),
    text("IMAGES_GEMINI_API_KEY", "")
        .or("GEMINI_API_KEY")
        .key("image_generation.gemini.api_key")
        .doc("API key for Gemini"),
    text("IMAGES_GEMINI_ENDPOINT_METHOD", "")
        .key("image_generation.gemini.endpoint_method")
        .doc("How Gemini is asked: predict or generateContent; empty: as the model wants it"),
    text("AUTOMATIC1111_BASE_URL", "").key("image_generation.automatic1111.base_url").doc("Root URL for automatic1111"),
    text("AUTOMATIC1111_API_AUTH", "")
        .key("image_generation.automatic1111.api_auth")
        .doc("Name and password for automatic1111, with a colon between"),
    json("AUTOMATIC1111_PARAMS", "{}")
        .key("image_generation.automatic1111.api_params")
        .doc("Extra parameters (JSON) for automatic1111"),
    text("COMFYUI_BASE_URL", "").key("image_generation.comfyui.base_url").doc("Root URL for comfyui"),
    text("COMFYUI_API_KEY", "").key("image_generation.comfyui.api_key").doc("API key for comfyui"),
    text("COMFYUI_WORKFLOW", "")
        .key("image_generation.comfyui.workflow")
        .doc("Workflow in comfyui's API format (JSON); empty: a plain one from text to picture"),
    json("COMFYUI_WORKFLOW_NODES", "[]")
        .key("image_generation.comfyui.nodes")
        .doc("Which node takes what: a JSON list of {type, key, node_ids}; empty: as the workflow tells"),
    flag("ENABLE_IMAGE_EDIT", false).key("images.edit.enable").doc("Switch: changing of pictures"),
    text("IMAGE_EDIT_ENGINE", "openai")
        .key("images.edit.engine")
        .doc("What changes pictures: openai, gemini or comfyui"),
    text("IMAGE_EDIT_MODEL", "").key("images.edit.model").doc("Model that changes pictures"),
    text("IMAGE_EDIT_SIZE", "")
        .key("images.edit.size")
        .doc("Width and height of changed pictures; empty: as they come"),
    text("IMAGES_EDIT_OPENAI_API_BASE_URL", "https://api.openai.com/v1")
        .or("OPENAI_API_BASE_URL")
        .key("images.edit.openai.api_base_url")
        .doc("API root URL of the OpenAI-compatible server that changes pictures"),
    text("IMAGES_EDIT_OPENAI_API_VERSION", "")
        .key("images.edit.openai.api_version")
        .doc("Version in the address, for Azure"),
    text("IMAGES_EDIT_OPENAI_API_KEY", "")
        .or("OPENAI_API_KEY")
        .key("images.edit.openai.api_key")
        .doc("API key for that server"),
    text("IMAGES_EDIT_GEMINI_API_BASE_URL", "")
        .or("GEMINI_API_BASE_URL")
        .key("images.edit.gemini.api_base_url")
        .doc("API root URL of Gemini; empty: Google's own"),
    text("IMAGES_EDIT_GEMINI_API_KEY", "")
        .or("GEMINI_API_KEY")
        .key("images.edit.gemini.api_key")
        .doc("API key for Gemini"),
    text("IMAGES_EDIT_COMFYUI_BASE_URL", "").key("images.edit.comfyui.base_url").doc("Root URL for comfyui"),
    text("IMAGES_EDIT_COMFYUI_API_KEY", "").key("images.edit.comfyui.api_key").doc("API key for comfyui"),
    text("IMAGES_EDIT_COMFYUI_WORKFLOW", "")
        .key("images.edit.comfyui.workflow")
        .doc("Workflow in comfyui's API format (JSON) that begins with a picture"),
    json("IMAGES_EDIT_COMFYUI_WORKFLOW_NODES", "[]")
        .key("images.edit.comfyui.nodes")
        .doc("Which node takes what, as above"),
];
