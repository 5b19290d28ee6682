//! Writes the audit log, behind everybody's back and in order.

use std::io::Write;
use std::path::{Path, PathBuf};

use airis_config::Audit;
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

/// Lines that wait for the disk. Whoever adds one more is told so in the log of the server, and goes on.
const WAITING: usize = 10_000;
/// Lines that are written at once.
const TOGETHER: usize = 256;

pub struct Writer {
    lines: mpsc::Sender<String>,
}

impl Writer {
    /// Begins to write; ends when the last one who could send something is gone.
    pub fn start(rules: &Audit) -> Self {
        let (lines, waiting) = mpsc::channel(WAITING);
        tokio::spawn(run(waiting, rules.file.clone(), rules.rotation, rules.stdout));
        Self { lines }
    }

    pub fn write(&self, line: String) {
        if let Err(error) = self.lines.try_send(line) {
            tracing::error!(%error, "a line of the audit log is lost: the disk is too slow for it");
        }
    }
}

async fn run(mut waiting: mpsc::Receiver<String>, path: Option<PathBuf>, rotation: u64, stdout: bool) {
    let mut some = Vec::with_capacity(TOGETHER);
    while waiting.recv_many(&mut some, TOGETHER).await > 0 {
        let mut text = some.join("\n");
        text.push('\n');
        some.clear();
        if stdout {
            // Whoever closed it does not want it.
            _ = std::io::stdout().write_all(text.as_bytes());
        }
        if let Some(path) = &path
            && let Err(error) = append(path, text.as_bytes(), rotation).await
        {
            tracing::error!(%error, path = %path.display(), "the audit log cannot be written");
        }
    }
}

/// Opened anew every time, so that others may move it away.
async fn append(path: &Path, text: &[u8], rotation: u64) -> std::io::Result<()> {
    let mut file: File = OpenOptions::new().create(true).append(true).open(path).await?;
    file.write_all(text).await?;
    file.flush().await?;
    if file.metadata().await?.len() >= rotation {
        let at = airis_domain::now();
        let mut aside = path.with_extension(format!("{at}.log"));
        for number in 1..1_000 {
            if !fs::try_exists(&aside).await? {
                break;
            }
            aside = path.with_extension(format!("{at}-{number}.log"));
        }
        fs::rename(path, aside).await?;
    }
    Ok(())
}
