//! Every route of the server. This list is the OpenAPI document, too.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::{chats, completions, folders, system, tasks};

/// All areas together.
pub fn all() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(main()).merge(chats()).merge(folders()).merge(tasks()).merge(completions())
}

/// Health, version, page configuration.
fn main() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(system::health::alive))
        .routes(routes!(system::health::database))
        .routes(routes!(system::health::ready))
}

/// Conversations.
fn chats() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(chats::list::list, chats::delete::all))
        .routes(routes!(chats::list::list_alias))
        .routes(routes!(chats::list::pinned))
        .routes(routes!(chats::list::archived))
        .routes(routes!(chats::list::archived_count))
        .routes(routes!(chats::list::by_tag))
        .routes(routes!(chats::list::of_user))
        .routes(routes!(chats::search::search))
        .routes(routes!(chats::create::create))
        .routes(routes!(chats::create::import))
        .routes(routes!(chats::export::all))
        .routes(routes!(chats::export::archived))
        .routes(routes!(chats::export::everybody))
        .routes(routes!(chats::tags::all))
        .routes(routes!(chats::unread::read_all))
        .routes(routes!(chats::delete::archive_all))
        .routes(routes!(chats::delete::unarchive_all))
        .routes(routes!(chats::folder::chats))
        .routes(routes!(chats::folder::list))
        .routes(routes!(chats::read::read, chats::update::update, chats::delete::one))
        .routes(routes!(chats::read::pinned))
        .routes(routes!(chats::update::params))
        .routes(routes!(chats::update::folder))
        .routes(routes!(chats::update::archive))
        .routes(routes!(chats::update::pin))
        .routes(routes!(chats::unread::unread))
        .routes(routes!(chats::copy::clone))
        .routes(routes!(chats::copy::fork))
        .routes(routes!(chats::tags::of_chat, chats::tags::add, chats::tags::remove))
        .routes(routes!(chats::messages::edit, chats::messages::delete))
        .routes(routes!(chats::messages::event))
}

/// Folders of conversations.
fn folders() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(folders::list::list, folders::write::create))
        .routes(routes!(folders::share::shared))
        .routes(routes!(folders::list::read, folders::write::delete))
        .routes(routes!(folders::list::mark_read))
        .routes(routes!(folders::write::update))
        .routes(routes!(folders::write::parent))
        .routes(routes!(folders::write::expanded))
        .routes(routes!(folders::share::grant))
        .routes(routes!(folders::share::chats))
}

/// Running replies, and the settings of the jobs around them.
fn tasks() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(tasks::running::all))
        .routes(routes!(tasks::running::stop))
        .routes(routes!(tasks::running::of_chat))
        .routes(routes!(tasks::running::stop_chat))
        .routes(routes!(tasks::config::read))
        .routes(routes!(tasks::config::write))
}

/// Replies of models.
fn completions() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(completions::chat::complete))
        .routes(routes!(completions::chat::complete_v1))
        .routes(routes!(completions::embeddings::embed))
        .routes(routes!(completions::embeddings::embed_v1))
        .routes(routes!(completions::anthropic::messages))
        .routes(routes!(completions::anthropic::messages_v1))
        .routes(routes!(completions::after::completed))
        .routes(routes!(completions::after::action))
}
