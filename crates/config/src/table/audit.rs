//! What of requests is written down.

use crate::variable::{Variable, flag, int, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    text("AUDIT_LOG_LEVEL", "NONE").doc("What of requests is written down: `NONE`; `METADATA` for who did what from where; `REQUEST` for what was sent, too; `REQUEST_RESPONSE` for what was answered, too"),
    flag("ENABLE_AUDIT_LOGS_FILE", true).doc("Write it into a file"),
    text("AUDIT_LOGS_FILE_PATH", "").doc("That file; default: `audit.log` in the data folder"),
    text("AUDIT_LOG_FILE_ROTATION_SIZE", "10MB").doc("Size at which it is put aside and a new one is begun; none is ever removed"),
    flag("ENABLE_AUDIT_STDOUT", false).doc("Write it onto standard output, too"),
    flag("ENABLE_AUDIT_GET_REQUESTS", false).doc("Also what only reads"),
    list("AUDIT_EXCLUDED_PATHS", ',', "/chats,/chat,/folders").doc("What addresses begin with, behind `/api` or `/api/v1`, of which nothing is written down; signing in and out always is"),
    list("AUDIT_INCLUDED_PATHS", ',', "").doc("Where given, the only ones that are"),
    int("MAX_BODY_LOG_SIZE", "2048").doc("Bytes of a body that are written down"),
];
