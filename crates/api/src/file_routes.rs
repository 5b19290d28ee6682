//! Addresses of files, of what is in them, of pictures and of speech.

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::{audio, files, images, knowledge, retrieval};

/// Bytes of a body with a long text or a long list of files.
const TEXT_LIMIT: usize = 32 * 1024 * 1024;

/// Uploaded files.
pub fn file_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(files::list::list))
        .routes(routes!(files::list::search))
        .routes(routes!(files::list::search_own))
        .routes(routes!(files::list::count))
        .routes(routes!(files::list::count_own))
        .routes(routes!(files::delete::all))
        .routes(routes!(files::one::read, files::delete::one))
        .routes(routes!(files::one::rename))
        .routes(routes!(files::status::read))
        .routes(routes!(files::outcomes::list))
        .routes(routes!(files::text::read))
        .routes(routes!(files::text::update))
        .routes(routes!(files::content::read))
        .routes(routes!(files::content::page))
        .routes(routes!(files::content::named))
        // An upload goes to the disk as it comes; its limit is a setting.
        .routes(routes!(files::resumable::begin))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(files::upload::upload))
                .routes(routes!(files::resumable::progress, files::resumable::add, files::resumable::give_up))
                .layer(DefaultBodyLimit::disable()),
        )
}

/// Making texts searchable and searching them.
pub fn retrieval_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(retrieval::config::read))
        .routes(routes!(retrieval::config::update))
        .routes(routes!(retrieval::embedding::read))
        .routes(routes!(retrieval::embedding::update))
        .routes(routes!(retrieval::process::file))
        .routes(routes!(retrieval::process::text))
        .routes(routes!(retrieval::batch::files))
        .routes(routes!(retrieval::web::page))
        .routes(routes!(retrieval::web::video))
        .routes(routes!(retrieval::web::any))
        .routes(routes!(retrieval::web_search::search))
        .routes(routes!(retrieval::query::doc))
        .routes(routes!(retrieval::query::collections))
        .routes(routes!(retrieval::bench::run))
        .routes(routes!(retrieval::reset::delete))
        .routes(routes!(retrieval::reset::index))
        .routes(routes!(retrieval::reset::uploads))
        // A text may be as long as a book.
        .layer(DefaultBodyLimit::max(TEXT_LIMIT))
}

/// Pictures that other services make.
pub fn image_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(images::config::read))
        .routes(routes!(images::config::update))
        .routes(routes!(images::verify::verify))
        .routes(routes!(images::models::list))
        .routes(routes!(images::make::make))
        .routes(routes!(images::change::change))
        // Pictures that are to be changed may be sent along.
        .layer(DefaultBodyLimit::max(TEXT_LIMIT))
}

/// Speech that other services make and hear.
pub fn audio_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(audio::config::read))
        .routes(routes!(audio::config::update))
        .routes(routes!(audio::speak::speak))
        .routes(routes!(audio::listed::models))
        .routes(routes!(audio::listed::voices))
        // A recording goes to the disk as it comes, up to a limit of its own.
        .merge(OpenApiRouter::new().routes(routes!(audio::transcribe::transcribe)).layer(DefaultBodyLimit::disable()))
}

/// Knowledge bases.
pub fn knowledge_area() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(knowledge::external::connections::list, knowledge::external::connections::create))
        .routes(routes!(
            knowledge::external::connections::read,
            knowledge::external::connections::update,
            knowledge::external::connections::delete
        ))
        .routes(routes!(knowledge::external::trials::connection))
        .routes(routes!(knowledge::external::trials::retrieval))
        .routes(routes!(knowledge::external::trials::source))
        .routes(routes!(knowledge::external::sources::knowledge))
        .routes(routes!(knowledge::external::sources::create))
        .routes(routes!(knowledge::external::sources::update))
        .routes(routes!(knowledge::list::list))
        .routes(routes!(knowledge::list::search))
        .routes(routes!(knowledge::list::search_files))
        .routes(routes!(knowledge::change::create))
        .routes(routes!(knowledge::reindex::files))
        .routes(routes!(knowledge::reindex::metadata))
        .routes(routes!(knowledge::read::read))
        .routes(routes!(knowledge::change::update))
        .routes(routes!(knowledge::change::share))
        .routes(routes!(knowledge::change::reset))
        .routes(routes!(knowledge::change::delete))
        .routes(routes!(knowledge::pending::list))
        .routes(routes!(knowledge::contents::list))
        .routes(routes!(knowledge::files::add))
        .routes(routes!(knowledge::files::add_many))
        .routes(routes!(knowledge::files::update))
        .routes(routes!(knowledge::files::remove))
        .routes(routes!(knowledge::files::relocate))
        .routes(routes!(knowledge::sync::diff))
        .routes(routes!(knowledge::sync::cleanup))
        .routes(routes!(knowledge::export::download))
        .routes(routes!(knowledge::directories::create))
        .routes(routes!(knowledge::directories::update))
        .routes(routes!(knowledge::directories::delete))
        .layer(DefaultBodyLimit::max(TEXT_LIMIT))
}
