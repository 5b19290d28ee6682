//! Private Redis servers, gone with the test.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

pub struct RedisServer {
    pub port: u16,
    arguments: Vec<String>,
    child: Option<Child>,
    folder: TempDir,
    password: Option<String>,
}

pub async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

pub async fn is_up(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

impl RedisServer {
    /// Starts a server with more arguments and waits until it takes connections.
    pub async fn start(more: &[&str]) -> Self {
        let arguments = more.iter().map(|&argument| argument.to_owned()).collect();
        let mut server = Self { port: 0, arguments, child: None, folder: tempfile::tempdir().unwrap(), password: None };
        for _ in 0..10 {
            // Somebody else may take it before the server does.
            server.port = free_port().await;
            if server.comes_up().await {
                return server;
            }
        }
        panic!("redis-server does not start");
    }

    /// Starts it again, as empty as at first.
    pub async fn again(&mut self) {
        assert!(self.comes_up().await, "redis-server does not start");
    }

    /// Starts it; false when it ended at once.
    async fn comes_up(&mut self) -> bool {
        let port = self.port.to_string();
        let folder = self.folder.path().to_str().unwrap();
        let child = Command::new("redis-server")
            .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder])
            .args(["--repl-diskless-sync-delay", "0"])
            .args(&self.arguments)
            .stdout(Stdio::null())
            .spawn();
        let child = self.child.insert(child.expect("redis-server is missing"));
        for _ in 0..1_200 {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            if is_up(self.port).await {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("redis-server does not start");
    }

    /// A Sentinel with a password that watches the service `mymaster` on a port.
    pub async fn sentinel(master: u16, password: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port().await;
        let file = folder.path().join("sentinel.conf");
        let lines = [
            format!("port {port}"),
            "bind 127.0.0.1".to_owned(),
            format!("requirepass {password}"),
            format!("dir {}", folder.path().display()),
            format!("sentinel monitor mymaster 127.0.0.1 {master} 1"),
            "sentinel down-after-milliseconds mymaster 1000".to_owned(),
            "sentinel failover-timeout mymaster 3000".to_owned(),
        ];
        std::fs::write(&file, lines.join("\n")).unwrap();
        let child = Command::new("redis-server").arg(&file).arg("--sentinel").stdout(Stdio::null()).spawn().unwrap();
        while !is_up(port).await {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Self { port, arguments: Vec::new(), child: Some(child), folder, password: Some(password.to_owned()) }
    }

    /// Three masters with all slots between them.
    pub async fn cluster() -> Vec<Self> {
        let mut servers = Vec::new();
        for _ in 0..3 {
            let bus = free_port().await.to_string();
            let more =
                ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "20000"];
            let more: Vec<&str> = more.into_iter().chain(["--cluster-port", &bus]).collect();
            servers.push(Self::start(&more).await);
        }
        let nodes = servers.iter().map(|server| format!("127.0.0.1:{}", server.port));
        let made = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(nodes)
            .arg("--cluster-yes")
            .stdout(Stdio::null())
            .status()
            .expect("redis-cli is missing");
        assert!(made.success());
        for server in &servers {
            while !server.says(&["cluster", "info"]).contains("cluster_state:ok") {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        servers
    }

    /// What it answers to a command.
    pub fn says(&self, command: &[&str]) -> String {
        let port = self.port.to_string();
        let mut cli = Command::new("redis-cli");
        cli.args(["-p", &port]);
        if let Some(password) = &self.password {
            cli.env("REDISCLI_AUTH", password);
        }
        let output = cli.args(command).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            _ = child.kill();
            _ = child.wait();
        }
    }
}
