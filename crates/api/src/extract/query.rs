//! Query strings. A key that occurs several times fills a list.

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Invalid, invalid};
use crate::error::ApiError;

/// U+0000 in an address.
const NUL: &str = "%00";

/// The query string read into `T`.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        if let Some(clean) = without_nul(&parts.uri) {
            parts.uri = clean;
        }
        match axum_extra::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum_extra::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(invalid(&[explain(&rejection.to_string(), parts.uri.query().unwrap_or_default())])),
        }
    }
}

/// The address with a space for every U+0000 of its query string: PostgreSQL refuses to look for it.
/// Left out instead, what is around one could make another.
fn without_nul(uri: &Uri) -> Option<Uri> {
    let query = uri.query().filter(|query| query.contains(NUL))?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = format!("{}?{}", uri.path(), query.replace(NUL, "+")).parse().ok();
    Uri::from_parts(parts).ok()
}

/// Turns serde's sentence (`…: page: invalid digit found in string`) into a finding about one parameter.
fn explain(text: &str, query: &str) -> Invalid {
    let reason = text.rsplit_once("query string: ").map_or(text, |(_, reason)| reason);
    if let Some(name) = reason.split_once("missing field `").and_then(|(_, rest)| rest.split('`').next()) {
        return Invalid::missing(vec![json!("query"), json!(name)], json!(null));
    }
    let (name, why) = reason.split_once(": ").unwrap_or(("", reason));
    let input = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
        .unwrap_or_default();
    let (kind, message) = if why.contains("digit") || why.contains("integer") {
        ("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
    } else if why.contains("bool") {
        ("bool_parsing", "Input should be a valid boolean, unable to interpret input")
    } else {
        ("value_error", why)
    };
    let loc = if name.is_empty() { vec![json!("query")] } else { vec![json!("query"), json!(name)] };
    Invalid::new(kind, loc, message, json!(input))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_looked_for_as_a_space() {
        let clean = |text: &'static str| without_nul(&Uri::from_static(text)).map(|uri| uri.to_string());
        assert_eq!(clean("/a?b=%00c%%0000&d=%2500"), Some("/a?b=+c%+00&d=%2500".to_owned()));
        assert_eq!(clean("http://host/a%00?b=%00"), Some("http://host/a%00?b=+".to_owned()));
        assert_eq!(clean("/a%00?b=%01"), None);
        assert_eq!(clean("/a"), None);
    }
}
