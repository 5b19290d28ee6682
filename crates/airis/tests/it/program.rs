//! The program as an operator meets it: what it says when something is wrong, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The program with a data folder and nothing of this machine's environment.
pub fn airis(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airis"));
    command.env_clear().current_dir(folder).env("DATA_DIR", folder.join("data")).env("OFFLINE_MODE", "true");
    command.env("HOST", "127.0.0.1").env("ENABLE_OPENAI_API", "false").env("ENABLE_OLLAMA_API", "false");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A serving program that is killed when the test is over.
pub struct Server {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    pub port: u16,
}

impl Server {
    fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    pub fn start_with(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = airis(folder);
        command.args(["serve", "--port", "0"]).env("LOG_FORMAT", "json").envs(variables.iter().copied());
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("\"serving\"") {
            line.clear();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "the server ended before it served");
        }
        let port = line.split("localhost:").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
        Self { child, log, port }
    }

    pub fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends JSON; the whole answer.
    pub fn post(&self, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json");
        write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends a signal by the `kill` of the system.
    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Waits for the end; answers the exit code and the rest of the log.
    fn ended(mut self) -> (Option<i32>, String) {
        let end = Instant::now() + Duration::from_secs(60);
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                let mut rest = String::new();
                self.log.read_to_string(&mut rest).unwrap();
                return (status.code(), rest);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server did not end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already in most tests.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A command with a text on its standard input.
pub fn told_to(folder: &Path, arguments: &[&str], text: &str) -> Output {
    let mut child = airis(folder).args(arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// What was said on standard error by a command that must fail: exactly one line.
pub fn refused(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    // That the database was slow is said besides where a machine is busy.
    let told = text.lines().filter(|line| !(line.contains("WARN") && line.contains("slow"))).count();
    assert_eq!(told, 1, "one sentence, not: {text}");
    text
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_server_answers_and_ends_well_when_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    assert!(server.get("/health").contains("\"status\":true"));
    server.signal("-TERM");
    let (code, log) = server.ended();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("\"stopped\""), "{log}");
}

#[test]
fn every_line_of_a_json_log_is_an_object() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    server.get("/api/config");
    server.signal("-INT");
    let (_, log) = server.ended();
    for line in log.lines() {
        let parsed: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(parsed["timestamp"].is_string() && parsed["level"].is_string(), "{line}");
    }
}

#[test]
fn a_second_server_on_the_same_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(folder.path());
    let text = refused(&airis(folder.path()).args(["serve", "--port", "0"]).output().unwrap());
    assert!(text.contains("another airis already serves from"), "{text}");
    assert!(first.get("/health").contains("200"), "the first one goes on");
}

#[test]
fn a_taken_port_is_named_with_the_variable_and_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let text = refused(&airis(folder.path()).arg("serve").env("PORT", &port).output().unwrap());
    assert!(text.contains(&format!("PORT: {port} is taken")), "{text}");
}

#[test]
fn wrong_values_stop_the_start_with_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "not a database, and not a folder").unwrap();
    let not_a_database = format!("sqlite:///{}", file.display());
    for (variable, value) in [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("GLOBAL_LOG_LEVEL", "loud"),
        ("DATA_DIR", file.to_str().unwrap()),
        ("DATA_DIR", "/proc/nowhere"),
        ("EFS_MOUNT_PATH", "/proc/nowhere"),
        ("DATABASE_URL", "mysql://host/name"),
        ("DEFAULT_USER_ROLE", "king"),
        ("JWT_EXPIRES_IN", "soon"),
    ] {
        let text = refused(&airis(folder.path()).args(["serve", "--port", "0"]).env(variable, value).output().unwrap());
        if !(variable == "PORT" && value == "70000") {
            assert!(text.contains(variable), "{variable}={value}: {text}");
        }
    }
    let command = &mut airis(folder.path());
    let text = refused(&command.args(["serve", "--port", "0"]).env("DATABASE_URL", not_a_database).output().unwrap());
    assert!(text.contains("a-file cannot be opened") || text.contains("not a database"), "{text}");
}

#[test]
fn the_dotenv_file_counts_less_than_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "GLOBAL_LOG_LEVEL=loud\nWEBUI_NMAE=typo\n").unwrap();
    let text = refused(&airis(folder.path()).args(["serve", "--port", "0"]).output().unwrap());
    assert!(text.contains("GLOBAL_LOG_LEVEL"), "{text}");
    let doctor = airis(folder.path()).args(["doctor", "--json"]).env("GLOBAL_LOG_LEVEL", "info").output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let state = |name: &str| {
        let check = report["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap();
        check["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state("logs"), "ok");
    assert_eq!(state(".env"), "warn", "a misspelt name is noticed");
}

#[test]
fn accounts_are_made_and_changed_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], password: &str| told_to(folder.path(), arguments, password);
    let add = |email: &str| run(&["user", "add", email, "--password-stdin"], "a long password\n");
    assert_eq!(String::from_utf8_lossy(&add("ada@example.com").stdout), "added ada@example.com as admin\n");
    assert_eq!(String::from_utf8_lossy(&add("bob@example.com").stdout), "added bob@example.com as user\n");
    assert!(refused(&add("bob@example.com")).contains("already has an account"));
    assert!(refused(&run(&["user", "password", "eve@example.com", "--password-stdin"], "x\n")).contains("nobody has"));
    assert!(run(&["user", "password", "bob@example.com", "--password-stdin"], "another one\n").status.success());
    let ticket = run(&["user", "reset-factor", "bob@example.com"], "");
    assert!(String::from_utf8_lossy(&ticket.stdout).starts_with("ticket for bob@example.com, good for"));
    let list = airis(folder.path()).args(["user", "list", "--json"]).output().unwrap();
    let users: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(users.as_array().unwrap().len(), 2);
    assert!(!String::from_utf8_lossy(&list.stdout).contains("argon2"), "no hashes");
}

#[test]
fn the_doctor_fails_when_something_is_wrong_and_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let doctor = |variables: &[(&str, &str)]| {
        let mut command = airis(folder.path());
        command.args(["doctor", "--json"]).env("PORT", "0").envs(variables.iter().copied()).output().unwrap()
    };
    let well = doctor(&[("WEBUI_SECRET_KEY", "hunter2-hunter2-hunter2")]);
    let text = String::from_utf8_lossy(&well.stdout).into_owned();
    assert_eq!(well.status.code(), Some(0), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    let ill = doctor(&[
        ("ENABLE_OPENAI_API", "true"),
        ("OPENAI_API_BASE_URLS", "http://127.0.0.1:9/v1"),
        ("OPENAI_API_KEYS", "sk-hunter2"),
    ]);
    assert_eq!(ill.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&ill.stdout).unwrap();
    assert_eq!(report["well"], false);
    assert!(!String::from_utf8_lossy(&ill.stdout).contains("hunter2"));
    let away = [("VECTOR_DB", "qdrant"), ("QDRANT_URI", "http://127.0.0.1:9"), ("QDRANT_API_KEY", "hunter2")];
    let text = String::from_utf8_lossy(&doctor(&away).stdout).into_owned();
    assert!(text.contains("http://127.0.0.1:9/collections cannot be reached"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    let unknown = airis(folder.path()).args(["serve", "--port", "0"]).env("VECTOR_DB", "s3vector").output().unwrap();
    let text = refused(&unknown);
    assert!(text.contains("VECTOR_DB: \"s3vector\" is not built; it may be embedded, pgvector, chroma,"), "{text}");
}

#[test]
fn a_cut_off_model_is_listed_with_its_fault() {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("data/models");
    std::fs::create_dir_all(&models).unwrap();
    std::fs::write(models.join("Broken.gguf"), b"GGUF\x03\0\0\0").unwrap();
    let list = airis(folder.path()).args(["models", "list", "--json"]).output().unwrap();
    let found: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(found[0]["id"], "broken");
    assert!(found[0]["problem"].is_string(), "{found}");
}

#[test]
fn a_health_check_tells_a_well_server_from_none() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let check = |port: &str| airis(folder.path()).arg("healthcheck").env("PORT", port).output().unwrap();
    assert!(check(&server.port.to_string()).status.success());
    assert!(refused(&check("9")).contains("no server answers"));
}

#[test]
fn help_teaches_by_examples_and_completions_exist_for_every_shell() {
    let folder = tempfile::tempdir().unwrap();
    let text = |arguments: &[&str]| {
        let output = airis(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    for arguments in [
        &["--help"][..],
        &["serve", "--help"],
        &["user", "add", "--help"],
        &["import", "--help"],
        &["models", "pull", "--help"],
    ] {
        assert!(text(arguments).contains("Examples:"), "{arguments:?}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(text(&["completions", shell]).contains("airis"), "{shell}");
    }
    assert!(text(&["openapi"]).contains("/api/v1/auths/signin"));
    assert!(text(&["version"]).starts_with("airis "));
}
