//! What of requests is written down, and where, from the names that are about it.

use std::path::{Path, PathBuf};

use crate::ConfigError;
use crate::values::{Values, wrong};

/// How much of a request is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditLevel {
    /// Who, what, when, from where, and how it ended.
    Metadata,
    /// What was sent, too.
    Request,
    /// And what was answered.
    RequestResponse,
}

/// The audit log.
#[derive(Clone)]
pub struct Audit {
    pub level: AuditLevel,
    /// `None`: not into a file.
    pub file: Option<PathBuf>,
    /// Bytes at which a new file is begun.
    pub rotation: u64,
    /// Onto standard output.
    pub stdout: bool,
    /// Requests that only read, too.
    pub reads: bool,
    /// What addresses begin with, behind `/api` or `/api/v1`: of those nothing is written, or of those alone.
    pub excluded: Vec<String>,
    pub included: Vec<String>,
    /// Bytes of a body that are kept.
    pub body: usize,
}

/// `None`: nothing is written down.
pub(crate) fn audit(values: &Values, data_dir: &Path) -> Result<Option<Audit>, ConfigError> {
    let level = values.one_of("AUDIT_LOG_LEVEL", &["", "none", "metadata", "request", "request_response"])?;
    let level = match level.as_str() {
        "metadata" => AuditLevel::Metadata,
        "request" => AuditLevel::Request,
        "request_response" => AuditLevel::RequestResponse,
        _ => return Ok(None),
    };
    let rotation = values.text("AUDIT_LOG_FILE_ROTATION_SIZE");
    let rotation = bytes(&rotation).ok_or_else(|| {
        wrong("AUDIT_LOG_FILE_ROTATION_SIZE", format!("\"{rotation}\" is no size, such as 500 KB, 10 MB or 1 GB"))
    })?;
    let file = values.filled("AUDIT_LOGS_FILE_PATH").map_or_else(|| data_dir.join("audit.log"), PathBuf::from);
    Ok(Some(Audit {
        level,
        file: values.flag("ENABLE_AUDIT_LOGS_FILE").then_some(file),
        rotation,
        stdout: values.flag("ENABLE_AUDIT_STDOUT"),
        reads: values.flag("ENABLE_AUDIT_GET_REQUESTS"),
        excluded: paths(values, "AUDIT_EXCLUDED_PATHS"),
        included: paths(values, "AUDIT_INCLUDED_PATHS"),
        body: values.required("MAX_BODY_LOG_SIZE")?,
    }))
}

fn paths(values: &Values, name: &str) -> Vec<String> {
    let path = |path: String| format!("/{}", path.trim().trim_matches('/'));
    values.list(name).into_iter().map(path).filter(|path| path != "/").collect()
}

/// A size as people write it.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_lowercase();
    let end = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().ok()?;
    let unit = match text[end..].trim() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        _ => return None,
    };
    number.checked_mul(unit).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, expected) in [
            ("10MB", Some(10_000_000)),
            ("500 kb", Some(500_000)),
            ("7", Some(7)),
            ("1 day", None),
            ("", None),
            ("0", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }
}
