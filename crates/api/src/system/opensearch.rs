//! How a browser's search field asks this server.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;

/// The description under the name and address that the administrator gave.
#[utoipa::path(get, path = "/opensearch.xml", tag = "main", security(()), responses((status = 200, body = String, content_type = "application/xml")))]
pub async fn read(State(app): State<App>) -> Response {
    let name = escaped(&app.config.settings().webui_name);
    let base = escaped(app.config.text("webui.url").trim_end_matches('/'));
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n\
         <ShortName>{name}</ShortName>\n<Description>Ask {name}</Description>\n<InputEncoding>UTF-8</InputEncoding>\n\
         <Image width=\"192\" height=\"192\" type=\"image/png\">{base}/icons/icon-192.png</Image>\n\
         <Url type=\"text/html\" method=\"get\" template=\"{base}/?shared={{searchTerms}}\"/>\n\
         </OpenSearchDescription>\n"
    );
    ([(header::CONTENT_TYPE, "application/xml")], text).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
