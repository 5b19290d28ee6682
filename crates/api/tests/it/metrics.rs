//! Numbers for Prometheus.

use crate::app::TestApp;

#[tokio::test]
async fn requests_are_counted_by_their_routes() {
    let server = TestApp::start().await;
    let admin = server.admin().await;
    admin.call("GET", "/api/v1/chats/nobody-has-this", None).await;
    let text = admin.call("GET", "/metrics", None).await.text;
    let counted = r#"http_request_duration_seconds_count{method="GET",route="/api/v1/chats/{id}""#;
    assert!(text.contains(counted), "{text}");
    assert!(!text.contains("nobody-has-this"), "addresses are as many as people like");
    assert!(text.contains("airis_sockets 0") && text.ends_with("# EOF\n"), "{text}");
    let ann = server.somebody("ann", "user").await;
    assert_eq!(ann.call("GET", "/metrics", None).await.refused(), 401);
}
