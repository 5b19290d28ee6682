//! The one list of environment variables, in files by area.

mod areas;
mod audio;
mod audit;
mod auth;
mod chat;
mod directory;
mod extraction;
mod fleet;
mod images;
pub(crate) mod permissions;
mod providers;
mod retrieval;
mod server;
mod single_sign_on;
mod storage;
mod telemetry;
mod ui;
mod vectors;
mod web_search;

use crate::variable::Variable;

/// Every area with its heading, in the order of the documentation.
pub(crate) const AREAS: &[(&str, &[Variable])] = &[
    ("Server", server::VARIABLES),
    ("Other instances", fleet::VARIABLES),
    ("Uploaded files", storage::VARIABLES),
    ("Accounts", auth::VARIABLES),
    ("Audit log", audit::VARIABLES),
    ("Traces, metrics and logs (OpenTelemetry)", telemetry::VARIABLES),
    ("Directory (LDAP)", directory::VARIABLES),
    ("Single sign-on (OAuth)", single_sign_on::VARIABLES),
    ("Page", ui::VARIABLES),
    ("Providers", providers::VARIABLES),
    ("Chats and tasks", chat::VARIABLES),
    ("Documents and retrieval", retrieval::VARIABLES),
    ("Vectors", vectors::VARIABLES),
    ("Text of files", extraction::VARIABLES),
    ("Web search", web_search::VARIABLES),
    ("Pictures", images::VARIABLES),
    ("Speech", audio::VARIABLES),
    ("Other areas", areas::VARIABLES),
];

/// Every variable.
pub(crate) fn all() -> impl Iterator<Item = &'static Variable> {
    AREAS.iter().flat_map(|(_, variables)| variables.iter())
}

/// A variable by name.
pub(crate) fn find(name: &str) -> Option<&'static Variable> {
    all().find(|variable| variable.name == name)
}
