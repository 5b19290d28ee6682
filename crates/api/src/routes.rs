//! Every route of the server. This list is the OpenAPI document, too.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::system;

/// All areas together.
pub fn all() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(main())
}

/// Health, version, page configuration.
fn main() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(system::health::alive))
        .routes(routes!(system::health::database))
        .routes(routes!(system::health::ready))
}
