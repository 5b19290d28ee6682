//! The OpenAPI document and a page that shows it.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder};

/// The document before any route has joined. The four schemes say who may call: `current` anybody signed in,
/// `verified` user or admin, `admin`, and `human` an interactive session.
pub fn base() -> OpenApi {
    let mut components = Components::new();
    for name in ["current", "verified", "admin", "human"] {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title("airis").version(env!("CARGO_PKG_VERSION")).build())
        .components(Some(components))
        .build()
}
