//! Python made tidy, by a formatter that is installed beside airis: `ruff` or `black`.

use std::io::{Error, ErrorKind};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const DEADLINE: Duration = Duration::from_secs(15);
/// Characters of what a formatter says is wrong.
const MOST_SAID: usize = 500;
/// Each reads code and writes it again, whatever settings lie about.
const FORMATTERS: [(&str, &[&str]); 2] =
    [("ruff", &["format", "--isolated", "--quiet", "--stdin-filename", "code.py", "-"]), ("black", &["--quiet", "-"])];

/// Why there is no tidy code.
#[derive(Debug, thiserror::Error)]
pub enum Unformatted {
    #[error("Formatting needs ruff or black, and neither is installed on the server")]
    NotInstalled,
    #[error("The code cannot be formatted: {0}")]
    Refused(String),
    #[error("The formatter took too long")]
    TooSlow,
    #[error("the formatter could not be run: {0}")]
    Broken(#[from] Error),
}

/// Code as the first formatter writes it that is there. Nothing of it is run.
pub async fn format(code: &str) -> Result<String, Unformatted> {
    for (program, arguments) in FORMATTERS {
        let output = match tokio::time::timeout(DEADLINE, run(program, arguments, code)).await {
            Err(_) => return Err(Unformatted::TooSlow),
            Ok(Err(error)) if error.kind() == ErrorKind::NotFound => continue,
            Ok(output) => output?,
        };
        if output.status.success() {
            return String::from_utf8(output.stdout).map_err(|error| Error::new(ErrorKind::InvalidData, error).into());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason was given");
        return Err(Unformatted::Refused(line.chars().take(MOST_SAID).collect()));
    }
    Err(Unformatted::NotInstalled)
}

async fn run(program: &str, arguments: &[&str], code: &str) -> Result<Output, Error> {
    // No settings of a formatter lie there.
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = child.stdin.take().ok_or(ErrorKind::BrokenPipe)?;
    let write = async move {
        // One that stops reading says why itself.
        let _ = input.write_all(code.as_bytes()).await;
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), write);
    output
}
