//! What tool servers and terminal servers have in common when an administrator sets them up.

use airis_outbound::OutboundError;

use crate::error::{ApiError, Result};

/// Addresses are of the web.
pub fn check_address(url: &str) -> Result<()> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(());
    }
    let shown: String = url.chars().take(200).collect();
    Err(ApiError::bad_request(format!("\"{shown}\" must begin with http:// or https://")))
}

/// 400: an administrator sees at once why a server cannot be used.
pub fn refusal(error: OutboundError) -> ApiError {
    ApiError::bad_request(error.to_string())
}
