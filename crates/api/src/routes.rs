//! Every route of the server. This list is the OpenAPI document, too.

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::any;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::{
    analytics, auths, budgets, chats, completions, configs, evaluations, file_routes, folders, groups, happenings,
    layers, memories, models, notes, oauth, ollama, openai, prompts, search, system, tasks, terminals, tool_servers,
    users,
};

/// All areas together.
pub fn all() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(main())
        .merge(auth_area())
        .merge(oauth_area())
        .merge(config_area())
        .merge(model_area())
        .merge(openai_area())
        .merge(ollama_area())
        .merge(user_area())
        .merge(group_area())
        .merge(first_page())
        .merge(chats())
        .merge(folders())
        .merge(prompt_area())
        .merge(note_area())
        .merge(search_area())
        .merge(memory_area())
        .merge(file_routes::file_area())
        .merge(tool_area())
        .merge(terminal_area())
        .merge(file_routes::retrieval_area())
        .merge(file_routes::image_area())
        .merge(file_routes::audio_area())
        .merge(file_routes::knowledge_area())
        .merge(tasks())
        .merge(completions())
        .merge(evaluations())
        .merge(analytics())
        .merge(budget_area())
}

/// Health, version, page configuration, models at hand.
fn main() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(system::health::alive))
        .routes(routes!(system::health::alive_too))
        .routes(routes!(system::health::database))
        .routes(routes!(system::health::ready))
        .routes(routes!(system::metrics::read))
        .routes(routes!(system::page_config::read))
        .routes(routes!(system::version::read))
        .routes(routes!(system::version::updates))
        .routes(routes!(system::changelog::read))
        .routes(routes!(system::manifest::read))
        .routes(routes!(system::opensearch::read))
        .routes(routes!(happenings::catalogue::list))
        .routes(routes!(happenings::hooks::list, happenings::hooks::create))
        .routes(routes!(happenings::hooks::update, happenings::hooks::delete))
        .routes(routes!(system::usage::read))
        .routes(routes!(system::cache::read))
        .routes(routes!(system::models::list))
        .routes(routes!(system::models::list_v1))
        .routes(routes!(system::models::base))
        .routes(routes!(system::models::unload))
        .routes(routes!(system::onboarding::read))
        .routes(routes!(system::gravatar::address))
        .routes(routes!(system::backup::download))
        .routes(routes!(system::code::execute))
        .routes(routes!(system::code::format))
}

/// Accounts of oneself. Answers are never stored on the way, forms are small.
fn auth_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(auths::session::current))
        .routes(routes!(auths::signin::sign_in))
        .routes(routes!(auths::signup::sign_up))
        .routes(routes!(auths::signout::sign_out))
        .routes(routes!(auths::profile::update))
        .routes(routes!(auths::profile::timezone))
        .routes(routes!(auths::password::update))
        .routes(routes!(auths::api_key::create, auths::api_key::read, auths::api_key::delete))
        .routes(routes!(auths::add::add))
        .routes(routes!(auths::admin_details::read))
        .routes(routes!(auths::admin_config::read, auths::admin_config::update))
        .routes(routes!(auths::mfa::status))
        .routes(routes!(auths::mfa::challenge))
        .routes(routes!(auths::mfa::enroll))
        .routes(routes!(auths::mfa::confirm))
        .routes(routes!(auths::mfa::verify))
        .routes(routes!(auths::mfa::replace))
        .routes(routes!(auths::mfa::recovery_codes))
        .routes(routes!(auths::mfa::recover))
        .routes(routes!(auths::ldap::sign_in))
        .routes(routes!(auths::ldap_config::read, auths::ldap_config::update))
        .routes(routes!(auths::ldap_config::read_server, auths::ldap_config::update_server))
        .routes(routes!(auths::oauth_config::read, auths::oauth_config::update))
        .routes(routes!(auths::off::exchange))
        .routes(routes!(auths::oauth_sessions::delete))
        .layer(DefaultBodyLimit::max(auths::FORM_LIMIT))
        .layer(from_fn(layers::no_store))
}

/// Accounts of other identity providers.
fn oauth_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(oauth::login::begin))
        .routes(routes!(oauth::callback::end))
        .routes(routes!(oauth::callback::end_old))
        .routes(routes!(oauth::logout::end))
        .layer(DefaultBodyLimit::max(oauth::NOTICE_LIMIT))
        .layer(from_fn(layers::no_store))
}

/// Settings of the whole server.
fn config_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(configs::banners::read, configs::banners::update))
        .routes(routes!(configs::code_execution::read, configs::code_execution::update))
        .routes(routes!(configs::connections::read, configs::connections::update))
        .routes(routes!(configs::models::read, configs::models::update))
        .routes(routes!(configs::models::defaults))
        .routes(routes!(configs::suggestions::update))
        .routes(routes!(configs::visibility::update))
        .routes(routes!(configs::subagents::read, configs::subagents::update))
        .routes(routes!(configs::tool_servers::read, configs::tool_servers::update))
        .routes(routes!(configs::tool_servers::verify))
        .routes(routes!(tool_servers::register::register))
        .routes(routes!(configs::terminal_servers::read, configs::terminal_servers::update))
        .routes(routes!(configs::terminal_control::verify))
        .routes(routes!(configs::terminal_control::policy))
        .routes(routes!(configs::terminal_control::lifecycle))
        .routes(routes!(configs::terminal_control::refresh))
        .routes(routes!(configs::transfer::export))
        .routes(routes!(configs::transfer::import))
        .routes(routes!(configs::transfer::namespace))
}

/// Stored models.
fn model_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(models::listing::all))
        .routes(routes!(models::listing::base))
        .routes(routes!(models::listing::base_tags))
        .routes(routes!(models::listing::custom_tags))
        .routes(routes!(models::listing::list))
        .routes(routes!(models::read::read))
        .routes(routes!(models::read::image))
        .routes(routes!(models::change::create))
        .routes(routes!(models::change::update))
        .routes(routes!(models::change::toggle))
        .routes(routes!(models::change::delete))
        .routes(routes!(models::change::delete_all))
        .routes(routes!(models::share::update))
        .routes(routes!(models::transfer::export))
        .routes(routes!(models::transfer::import))
        .routes(routes!(models::sync::sync))
        .routes(routes!(models::versions::list))
        .routes(routes!(models::versions::read, models::versions::delete))
        .routes(routes!(models::versions::restore))
}

/// OpenAI-compatible connections.
fn openai_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(openai::config::read))
        .routes(routes!(openai::config::update))
        .routes(routes!(openai::verify::verify))
        .routes(routes!(openai::list::all))
        .routes(routes!(openai::list::one, openai::manage::delete))
        .routes(routes!(openai::manage::catalog))
        .routes(routes!(openai::manage::load))
        .routes(routes!(openai::manage::unload))
        .routes(routes!(openai::manage::download))
        .routes(routes!(openai::manage::status))
        .routes(routes!(openai::manage::events))
        .routes(routes!(openai::ask::chat))
        .routes(routes!(openai::ask::responses))
        .routes(routes!(openai::speech::speak))
        .routes(routes!(openai::proxy::get, openai::proxy::post, openai::proxy::put, openai::proxy::delete))
}

/// Ollama connections.
fn ollama_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(ollama::config::status, ollama::config::status_head))
        .routes(routes!(ollama::config::read))
        .routes(routes!(ollama::config::update))
        .routes(routes!(ollama::verify::verify))
        .routes(routes!(ollama::hosts::tags))
        .routes(routes!(ollama::hosts::tags_at))
        .routes(routes!(ollama::hosts::running))
        .routes(routes!(ollama::hosts::version))
        .routes(routes!(ollama::hosts::version_at))
        .routes(routes!(ollama::hosts::openai_list))
        .routes(routes!(ollama::hosts::openai_list_at))
        .routes(routes!(ollama::generate::chat))
        .routes(routes!(ollama::generate::chat_at))
        .routes(routes!(ollama::generate::generate))
        .routes(routes!(ollama::generate::generate_at))
        .routes(routes!(ollama::generate::embed))
        .routes(routes!(ollama::generate::embed_at))
        .routes(routes!(ollama::generate::embeddings))
        .routes(routes!(ollama::generate::embeddings_at))
        .routes(routes!(ollama::generate::show))
        .routes(routes!(ollama::compatible::chat))
        .routes(routes!(ollama::compatible::chat_at))
        .routes(routes!(ollama::compatible::complete))
        .routes(routes!(ollama::compatible::complete_at))
        .routes(routes!(ollama::compatible::embed))
        .routes(routes!(ollama::compatible::embed_at))
        .routes(routes!(ollama::compatible::messages))
        .routes(routes!(ollama::compatible::messages_at))
        .routes(routes!(ollama::compatible::respond))
        .routes(routes!(ollama::compatible::respond_at))
        .routes(routes!(ollama::manage::pull))
        .routes(routes!(ollama::manage::pull_at))
        .routes(routes!(ollama::manage::create))
        .routes(routes!(ollama::manage::create_at))
        .routes(routes!(ollama::manage::push))
        .routes(routes!(ollama::manage::push_at))
        .routes(routes!(ollama::manage::copy))
        .routes(routes!(ollama::manage::copy_at))
        .routes(routes!(ollama::manage::remove))
        .routes(routes!(ollama::manage::remove_at))
        .routes(routes!(ollama::manage::unload))
        .routes(routes!(ollama::transfer::download))
        .routes(routes!(ollama::transfer::download_at))
        // A model goes to the disk as it comes, however large it is.
        .merge(
            OpenApiRouter::new()
                .routes(routes!(ollama::transfer::upload))
                .routes(routes!(ollama::transfer::upload_at))
                .layer(DefaultBodyLimit::disable()),
        )
}

/// People.
fn user_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(users::list::page))
        .routes(routes!(users::list::all))
        .routes(routes!(users::list::search))
        .routes(routes!(users::usage::read))
        .routes(routes!(users::groups::own))
        .routes(routes!(users::own::permissions))
        .routes(routes!(users::own::settings))
        .routes(routes!(users::own::update_settings))
        .routes(routes!(users::own::status))
        .routes(routes!(users::own::update_status))
        .routes(routes!(users::own::info))
        .routes(routes!(users::own::update_info))
        .routes(routes!(users::own::variables))
        .routes(routes!(users::own::update_variables))
        .routes(routes!(users::defaults::read, users::defaults::update))
        .routes(routes!(users::defaults::built_in))
        .routes(routes!(users::one::read, users::change::delete))
        .routes(routes!(users::one::info))
        .routes(routes!(users::one::active))
        .routes(routes!(users::groups::of))
        .routes(routes!(users::one::oauth_sessions))
        .routes(routes!(users::one::image))
        .routes(routes!(users::preview::read))
        .routes(routes!(users::change::update))
        .routes(routes!(users::change::revoke))
}

/// Groups of people.
fn group_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(groups::read::list))
        .routes(routes!(groups::read::read))
        .routes(routes!(groups::read::info))
        .routes(routes!(groups::read::export))
        .routes(routes!(groups::change::create))
        .routes(routes!(groups::change::update))
        .routes(routes!(groups::change::delete))
        .routes(routes!(groups::members::people))
        .routes(routes!(groups::members::add))
        .routes(routes!(groups::members::remove))
        .routes(routes!(groups::members::inspect))
        .routes(routes!(groups::preview::read))
}

/// Tools of other servers, and people's sign-ins there.
fn tool_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(tool_servers::list::list))
        .routes(routes!(tool_servers::visit::leave))
        .routes(routes!(tool_servers::visit::come_back))
}

/// Terminals of other servers.
fn terminal_area() -> OpenApiRouter<App> {
    use terminals::attach;
    use terminals::proxy::{chat, plain};
    OpenApiRouter::new()
        .routes(routes!(terminals::list::list))
        .routes(routes!(plain::get, plain::post, plain::put, plain::patch, plain::delete, plain::head, plain::options))
        .routes(routes!(chat::get, chat::post, chat::put, chat::patch, chat::delete, chat::head, chat::options))
        .route(attach::PATH, any(attach::attach))
}

/// Notes.
fn note_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(notes::list::all))
        .routes(routes!(notes::list::pinned))
        .routes(routes!(notes::search::search))
        .routes(routes!(notes::create::create))
        .routes(routes!(notes::read::read))
        .routes(routes!(notes::chat::last, notes::chat::begin))
        .routes(routes!(notes::chat::all))
        .routes(routes!(notes::update::update))
        .routes(routes!(notes::share::update))
        .routes(routes!(notes::pin::pin))
        .routes(routes!(notes::delete::delete))
}

/// Lists that the first page asks for.
fn first_page() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(system::first_page::functions))
        .routes(routes!(system::first_page::skills))
        .routes(routes!(system::first_page::channels))
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
        .routes(routes!(chats::config::read, chats::config::update))
        .routes(routes!(chats::links::list))
        .routes(routes!(chats::links::read))
        .routes(routes!(chats::links::clone))
        .routes(routes!(chats::share::unshare_all))
        .routes(routes!(chats::share::share, chats::share::unshare))
        .routes(routes!(chats::access::read))
        .routes(routes!(chats::access::update))
        .routes(routes!(chats::stats::usage))
        .routes(routes!(chats::stats::export))
        .routes(routes!(chats::stats::export_one))
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
        .routes(routes!(chats::compact::compact))
        .routes(routes!(chats::tags::of_chat, chats::tags::add, chats::tags::remove))
        .routes(routes!(chats::messages::edit, chats::messages::delete))
        .routes(routes!(chats::messages::event))
        .routes(routes!(chats::resolve::resolve))
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

/// Prompts that people keep and share.
fn prompt_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(prompts::listing::all))
        .routes(routes!(prompts::listing::tags))
        .routes(routes!(prompts::listing::list))
        .routes(routes!(prompts::change::create))
        .routes(routes!(prompts::read::read))
        .routes(routes!(prompts::change::update))
        .routes(routes!(prompts::change::meta))
        .routes(routes!(prompts::change::version))
        .routes(routes!(prompts::share::update))
        .routes(routes!(prompts::change::toggle))
        .routes(routes!(prompts::change::delete))
        .routes(routes!(prompts::history::list))
        .routes(routes!(prompts::history::diff))
        .routes(routes!(prompts::history::read, prompts::history::delete))
}

/// Looking for anything.
fn search_area() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(search::find::find))
}

/// What people want models to remember.
fn memory_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(memories::list::list))
        .routes(routes!(memories::write::add))
        .routes(routes!(memories::operations::update))
        .routes(routes!(memories::find::query))
        .routes(routes!(memories::find::search))
        .routes(routes!(memories::paths::list))
        .routes(routes!(memories::paths::read))
        .routes(routes!(memories::meaning::reindex))
        .routes(routes!(memories::meaning::reset))
        .routes(routes!(memories::write::clear))
        .routes(routes!(memories::write::update))
        .routes(routes!(memories::write::delete))
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
        .routes(routes!(tasks::ask::title))
        .routes(routes!(tasks::ask::follow_ups))
        .routes(routes!(tasks::ask::tags))
        .routes(routes!(tasks::ask::image_prompt))
        .routes(routes!(tasks::ask::queries))
        .routes(routes!(tasks::ask::autocomplete))
        .routes(routes!(tasks::ask::emoji))
        .routes(routes!(tasks::ask::merge))
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
        .routes(routes!(completions::anthropic::count::tokens))
        .routes(routes!(completions::anthropic::count::tokens_v1))
        .routes(routes!(completions::after::completed))
        .routes(routes!(completions::after::action))
}

/// What people say of replies.
fn evaluations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(evaluations::leaderboard::read))
        .routes(routes!(evaluations::leaderboard::history))
        .routes(routes!(evaluations::config::read, evaluations::config::update))
        .routes(routes!(evaluations::lists::models))
        .routes(routes!(evaluations::lists::ids))
        .routes(routes!(evaluations::lists::export))
        .routes(routes!(evaluations::lists::own))
        .routes(routes!(evaluations::lists::page))
        .routes(routes!(evaluations::clear::own))
        .routes(routes!(evaluations::clear::everybody))
        .routes(routes!(evaluations::feedback::create))
        .routes(routes!(evaluations::feedback::read, evaluations::feedback::update, evaluations::feedback::delete))
}

/// How much models are used.
fn analytics() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(analytics::totals::summary))
        .routes(routes!(analytics::totals::tokens))
        .routes(routes!(analytics::daily::list))
        .routes(routes!(analytics::people::list))
        .routes(routes!(analytics::messages::list))
        .routes(routes!(analytics::model::list))
        .routes(routes!(analytics::model::chats))
        .routes(routes!(analytics::model::overview))
}

/// What people may spend.
fn budget_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(budgets::read::list, budgets::change::create))
        .routes(routes!(budgets::own::read))
        .routes(routes!(budgets::prices::read, budgets::prices::update))
        .routes(routes!(budgets::change::update, budgets::change::delete))
}
