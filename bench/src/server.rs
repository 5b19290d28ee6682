//! A server under measurement: started on a free port with a fresh data folder, stopped by its own handle.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Which server.
#[derive(Clone)]
pub enum Kind {
    Airis(PathBuf),
    /// A shell command that reads `PORT` and `DATA_DIR`.
    Reference(String),
}

/// How to start a server.
#[derive(Clone)]
pub struct Launch {
    pub kind: Kind,
    /// Base URL of the provider, `/v1` included.
    pub mock: String,
    /// Where it stores; absent: in its data folder.
    pub database: Option<String>,
}

/// A running server.
pub struct Server {
    child: Child,
    pub url: String,
    pub http: reqwest::Client,
    folder: TempDir,
}

impl Launch {
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Airis(_) => "airis",
            Kind::Reference(_) => "reference",
        }
    }

    /// Median milliseconds from the start of the process to the first 200.
    pub async fn start_time(&self, tries: usize) -> Result<f64> {
        let mut samples = Vec::new();
        for _ in 0..tries {
            let begin = Instant::now();
            let server = self.start().await?;
            samples.push(begin.elapsed().as_secs_f64() * 1e3);
            server.stop().await;
        }
        Ok(crate::report::percentile(&mut samples, 0.5))
    }

    /// Starts with an empty data folder and waits for `/health`.
    pub async fn start(&self) -> Result<Server> {
        self.start_in(TempDir::new()?).await
    }

    /// Starts with a prepared data folder.
    pub async fn start_in(&self, folder: TempDir) -> Result<Server> {
        self.start_with(folder, &[]).await
    }

    /// The same with more variables of the environment.
    pub async fn start_with(&self, folder: TempDir, variables: &[(&str, &str)]) -> Result<Server> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = match &self.kind {
            Kind::Airis(path) => {
                let mut command = Command::new(path);
                command.arg("serve");
                command
            }
            Kind::Reference(line) => {
                let mut command = Command::new("sh");
                command.arg("-c").arg(format!("exec {line}"));
                command
            }
        };
        command
            .env("HOST", "127.0.0.1")
            .env("PORT", port.to_string())
            .env("DATA_DIR", folder.path())
            .env("WEBUI_SECRET_KEY", "bench-secret")
            .env("OPENAI_API_BASE_URLS", &self.mock)
            .env("OPENAI_API_KEYS", "sk-bench")
            .env("ENABLE_OLLAMA_API", "false")
            .env("OFFLINE_MODE", "true")
            .env("GLOBAL_LOG_LEVEL", "ERROR")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", database);
        }
        let child = command.spawn().context("the server does not start")?;
        let http = reqwest::Client::builder().tcp_nodelay(true).pool_max_idle_per_host(1024).build()?;
        let server = Server { child, url: format!("http://127.0.0.1:{port}"), http, folder };
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            let answer = server.http.get(format!("{}/health", server.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(server);
            }
            if Instant::now() > deadline {
                bail!("no answer on /health within 120 s");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Server {
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Creates the first account (an administrator) or signs in; returns the session token.
    pub async fn sign_up(&self) -> Result<String> {
        let account = json!({"name": "Bench", "email": "bench@example.com", "password": "bench-Pass-123"});
        for path in ["signup", "signin"] {
            let (status, body) = self.post(&format!("/api/v1/auths/{path}"), "", &account).await?;
            if status == 200 {
                return Ok(body["token"].as_str().context("no token")?.to_owned());
            }
        }
        bail!("cannot sign up")
    }

    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Result<(u16, Value)> {
        let answer = self.http.post(format!("{}{path}", self.url)).bearer_auth(token).json(body).send().await?;
        let status = answer.status().as_u16();
        Ok((status, answer.json().await.unwrap_or(Value::Null)))
    }

    /// Resident memory of the process and its children.
    pub fn memory_mb(&self) -> Result<f64> {
        let mut total = 0.0;
        let mut todo = vec![self.child.id().context("the server is gone")?];
        while let Some(pid) = todo.pop() {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
            total += line.split_whitespace().next().unwrap_or("0").parse::<f64>()? / 1024.0;
            let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
            todo.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
        }
        Ok(total)
    }

    pub async fn stop(mut self) {
        let _ = self.child.kill().await;
    }
}
