//! Switches and values that the page's configuration reports for areas beside the chat.

use crate::variable::{Variable, flag, int, json, text};

pub(super) const VARIABLES: &[Variable] = &[
    flag("ENABLE_PLUGINS", true).doc("Tools, functions and tool servers altogether"),
    flag("ENABLE_TOOLS", true).doc("Tools that models call"),
    flag("ENABLE_FUNCTIONS", true).doc("Functions around replies"),
    flag("ENABLE_TOOL_SERVERS", true).doc("Tool servers"),
    json("TOOL_SERVER_CONNECTIONS", "[]")
        .key("tool_server.connections")
        .doc("Tool servers as a JSON list, in the form that their settings page sends"),
    text("AIOHTTP_CLIENT_SESSION_SSL", "true").doc("Whom encrypted connections to other servers trust: `true`, whom the machine trusts; the path of a file with more certificates (PEM); `false`, anybody, which is for trying things out"),
    text("AIOHTTP_CLIENT_SSL_CERT_FILE", "").doc("File with more certificates (PEM) where the other is `true`"),
    int("AIOHTTP_CLIENT_TIMEOUT_TOOL_SERVER", "300").doc("Seconds that one call of a tool server may take"),
    int("AIOHTTP_CLIENT_TIMEOUT_TOOL_SERVER_DATA", "10")
        .doc("Seconds that a tool server may take to give its document"),
    json("TERMINAL_SERVER_CONNECTIONS", "[]")
        .key("terminal_server.connections")
        .doc("Terminal servers that people may open"),
    flag("ENABLE_LOCAL_WEB_FETCH", false)
        .or("ENABLE_RAG_LOCAL_WEB_FETCH")
        .doc("Addresses that people name may lie in private networks"),
    flag("ENABLE_WEB_SEARCH", false).key("web.search.enable").doc("Switch: web search"),
    flag("ENABLE_WEB_SEARCH_CONFIRMATION", false)
        .key("web.search.confirmation.enable")
        .doc("Switch: web search confirmation"),
    text("WEB_SEARCH_CONFIRMATION_CONTENT", "Your query will be sent to the configured web search provider.")
        .key("web.search.confirmation.content")
        .doc("Text shown before a web search"),
    flag("ENABLE_GOOGLE_DRIVE_INTEGRATION", false).key("google_drive.enable").doc("Switch: google drive integration"),
    text("GOOGLE_DRIVE_CLIENT_ID", "").key("google_drive.client_id").doc("Client id for google drive sign-in"),
    text("GOOGLE_DRIVE_API_KEY", "").key("google_drive.api_key").doc("API key for google drive"),
    flag("ENABLE_ONEDRIVE_INTEGRATION", false).key("onedrive.enable").doc("Switch: onedrive integration"),
    text("ONEDRIVE_SHAREPOINT_URL", "").key("onedrive.sharepoint_url").doc("Address of onedrive sharepoint"),
    text("ONEDRIVE_SHAREPOINT_TENANT_ID", "")
        .key("onedrive.sharepoint_tenant_id")
        .doc("Onedrive sharepoint tenant id setting"),
    text("ONEDRIVE_CLIENT_ID", "").doc("Client id for onedrive sign-in"),
    text("ONEDRIVE_CLIENT_ID_PERSONAL", "").or("ONEDRIVE_CLIENT_ID").doc("Onedrive client id personal setting"),
    text("ONEDRIVE_CLIENT_ID_BUSINESS", "").or("ONEDRIVE_CLIENT_ID").doc("Onedrive client id business setting"),
];
