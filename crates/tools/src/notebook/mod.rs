//! Code on a notebook server (Jupyter): a kernel for every run, ended behind it.

mod door;
mod kernel;

use std::time::Duration;

use airis_outbound::{Outbound, OutboundError};
use door::Door;

/// Bytes of output that are kept of one run.
pub const MOST_OUTPUT: usize = 4 * 1024 * 1024;
/// Seconds that the server may take for anything but the code itself.
const SECONDS: u64 = 30;

/// Where code runs.
#[derive(Clone)]
pub struct Notebook {
    pub url: String,
    pub sign_in: SignIn,
    /// Seconds that the code may take.
    pub seconds: u64,
}

/// What is shown to the server.
#[derive(Clone)]
pub enum SignIn {
    Nobody,
    Token(String),
    Password(String),
}

/// What code left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub stdout: String,
    /// Warnings, the traceback of an error, or that time was up.
    pub stderr: String,
    /// Values and pictures (`data:` addresses), a line each.
    pub result: String,
}

/// Runs code in a new kernel and ends the kernel, however the run ends. What was printed until time was up is kept.
pub async fn run(outbound: &Outbound, notebook: &Notebook, code: &str) -> Result<Outcome, OutboundError> {
    let door = Door::open(outbound, notebook).await?;
    let kernel = door.start_kernel().await?;
    let mut outcome = Outcome::default();
    let seconds = notebook.seconds.max(1);
    let ended =
        tokio::time::timeout(Duration::from_secs(seconds), kernel::execute(&door, &kernel, code, &mut outcome)).await;
    door.end_kernel(&kernel).await;
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(error),
        Err(_) => note(&mut outcome, &format!("The code did not finish within {seconds} s")),
    }
    Ok(outcome)
}

fn note(outcome: &mut Outcome, text: &str) {
    if !outcome.stderr.is_empty() && !outcome.stderr.ends_with('\n') {
        outcome.stderr.push('\n');
    }
    outcome.stderr.push_str(text);
}
