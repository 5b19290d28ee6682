//! What happens around every request: ids, time, panics, compression, other origins.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use airis_config::Settings;
use airis_telemetry::SPANS;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use crate::audit::Auditor;
use crate::error::ApiError;

/// Largest request body where a route says nothing else: a long chat with pictures inside.
pub const BODY_LIMIT: usize = 64 * 1024 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PROCESS_TIME: HeaderName = HeaderName::from_static("x-process-time");
/// How addresses are counted that no route answers: files of the client, its pages, mistakes.
const NO_ROUTE: &str = "";
/// What is asked every few seconds by machines, and would be most of what is traced.
const UNTRACED: [&str; 5] = ["/health", "/healthz", "/health/db", "/ready", "/metrics"];

/// Wraps the routes; the outermost layer comes last.
pub fn wrap(router: Router, settings: &Settings, auditor: Option<Arc<Auditor>>) -> Router {
    let router = asked_for(router, settings);
    let router = match auditor {
        Some(auditor) => router.layer(from_fn(move |request, next| auditor.clone().watch(request, next))),
        None => router,
    };
    let router = router.layer(DefaultBodyLimit::max(BODY_LIMIT));
    let router = if settings.enable_compression {
        router.layer(CompressionLayer::new().compress_when(compressible()))
    } else {
        router
    };
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(MapRequestLayer::new(as_sent))
        .layer(cors(&settings.cors_allow_origin))
        .layer(from_fn(preflight))
        .layer(from_fn(process_time))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

/// Security headers that the operator asked for.
fn asked_for(router: Router, settings: &Settings) -> Router {
    settings.security_headers.iter().fold(router, |router, (name, value)| match HeaderValue::from_str(value) {
        // Answers that bring a policy of their own, such as uploaded files, bring a stricter one.
        Ok(value) if *name == "content-security-policy" => {
            router.layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, value))
        }
        Ok(value) => router.layer(SetResponseHeaderLayer::overriding(HeaderName::from_static(name), value)),
        Err(_) => router,
    })
}

/// Streams must reach the client piece by piece, and packed bytes do not shrink again.
fn compressible() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("text/event-stream"))
        .and(NotForContentType::const_new("application/x-ndjson"))
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("application/octet-stream"))
}

fn cors(origins: &[String]) -> CorsLayer {
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::mirror_request()
    } else {
        AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_credentials(true)
        .allow_methods(AllowMethods::list([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::HEAD,
            Method::OPTIONS,
        ]))
        .allow_headers(AllowHeaders::mirror_request())
}

/// A request with the method OPTIONS that no browser sends before another one: it is for the route.
#[derive(Clone, Copy)]
struct PlainOptions;

/// A browser that asks whether it may ask hears a word, as it does elsewhere; the headers are what counts.
async fn preflight(mut request: Request, next: Next) -> Response<Body> {
    let options = request.method() == Method::OPTIONS;
    let asks = options && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if options && !asks {
        // The layer for other origins answers everything with this method; `as_sent` gives it back behind that.
        *request.method_mut() = Method::GET;
        request.extensions_mut().insert(PlainOptions);
    }
    let response = next.run(request).await;
    if !asks || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Response::from_parts(parts, Body::from("OK"))
}

fn as_sent(mut request: Request) -> Request {
    if request.extensions_mut().remove::<PlainOptions>().is_some() {
        *request.method_mut() = Method::OPTIONS;
    }
    request
}

/// Tells how long the answer took, in seconds, and counts it.
async fn process_time(request: Request, next: Next) -> Response<Body> {
    let begin = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let span = span(&request, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = begin.elapsed();
    span.record("http.response.status_code", response.status().as_u16());
    span.record("otel.failed", response.status().is_server_error());
    airis_telemetry::metrics::answered(method.as_str(), route, response.status().as_u16(), took);
    if let Ok(value) = HeaderValue::from_str(&format!("{:.6}", took.as_secs_f64())) {
        response.headers_mut().insert(PROCESS_TIME, value);
    }
    response
}

/// What a trace says of a request: nothing that is in its address but for the pattern.
fn span(request: &Request, route: &str) -> Span {
    if UNTRACED.contains(&route) {
        return Span::none();
    }
    let method = request.method().as_str();
    let caller = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    info_span!(
        target: SPANS,
        parent: None,
        "request",
        otel.name = format!("{method} {route}").trim_end(),
        otel.kind = "server",
        otel.parent = caller,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        otel.failed = Empty,
    )
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    ApiError::internal(format_args!("a handler panicked: {text}")).into_response()
}

/// Answers of an area must not be kept by anybody on the way.
pub async fn no_store(request: Request, next: Next) -> Response<Body> {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
