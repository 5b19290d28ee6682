//! What the page shows.

use crate::variable::{Variable, flag, json, text};

pub(super) const VARIABLES: &[Variable] = &[
    text("WEBUI_NAME", "airis").doc("Name shown on every page"),
    text("WEBUI_URL", "").key("webui.url").doc("Public base URL"),
    text("DEFAULT_LOCALE", "").key("ui.default_locale").doc("Default UI language tag"),
    text("DEFAULT_MODELS", "").key("ui.default_models").nullable().doc("Comma list of preselected models"),
    text("DEFAULT_PINNED_MODELS", "").key("ui.default_pinned_models").nullable().doc("Comma list of pinned models"),
    json("DEFAULT_INTERFACE_SETTINGS", "{}")
        .key("ui.default_interface_settings")
        .doc("JSON defaults for user interface settings"),
    json("UI_VISIBILITY", "{}").key("ui.visibility").doc("JSON map hiding UI parts"),
    json("UI_I18N", "{}").key("ui.i18n").doc("Own translations of names and texts, by locale"),
    json("DEFAULT_PROMPT_SUGGESTIONS", "").key("ui.prompt_suggestions").doc("JSON list of start-page suggestions"),
    json("DEFAULT_PROMPT_SUGGESTIONS_I18N", "{}")
        .key("ui.prompt_suggestions_i18n")
        .doc("Translations of the prompt suggestions, by locale"),
    json("MODEL_ORDER_LIST", "[]").key("ui.model_order_list").doc("JSON list of model ids in display order"),
    text("PENDING_USER_OVERLAY_TITLE", "").key("ui.pending_user_overlay_title").doc("Title shown to pending users"),
    text("PENDING_USER_OVERLAY_CONTENT", "").key("ui.pending_user_overlay_content").doc("Body shown to pending users"),
    text("RESPONSE_WATERMARK", "").key("ui.watermark").doc("Text appended when copying replies"),
    flag("ENABLE_COMMUNITY_SHARING", true).key("ui.enable_community_sharing").doc("Switch: community sharing"),
    flag("ENABLE_MESSAGE_RATING", true).key("ui.enable_message_rating").doc("Switch: message rating"),
    flag("ENABLE_USER_WEBHOOKS", false).key("ui.enable_user_webhooks").doc("Switch: user webhooks"),
    json("WEBUI_BANNERS", "[]").key("ui.banners").doc("JSON list of banner objects"),
    flag("ENABLE_USER_STATUS", true).key("users.enable_status").doc("Switch: user status"),
    flag("ENABLE_PUBLIC_ACTIVE_USERS_COUNT", true).doc("Non-admins may read usage counts"),
    flag("ENABLE_EASTER_EGGS", true).doc("Switch: easter eggs"),
    flag("ENABLE_VERSION_UPDATE_CHECK", true).doc("Query for new releases"),
    text("IFRAME_CSP", "").doc("CSP placed on rendered HTML iframes"),
    text("DEPLOYMENT_ID", "").doc("Opaque id returned by /api/version; change makes web clients reload"),
];
