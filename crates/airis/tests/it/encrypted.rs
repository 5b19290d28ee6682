//! Servers that encrypt are believed as far as the machine's own certificates go.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::program::{Server, airis, free_port, refused};

/// A web server with a certificate, by the `openssl` of the system; it is killed when the test is over.
struct Encrypted {
    child: Child,
    url: String,
}

impl Encrypted {
    fn start(folder: &Path) -> Self {
        std::fs::write(folder.join("health"), "{\"status\": true}").unwrap();
        for name in ["own", "other"] {
            let make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost";
            let extensions = "-addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE";
            openssl(folder, &format!("{make} {extensions} -keyout {name}.key -out {name}.pem"));
        }
        let port = free_port();
        let arguments = format!("s_server -accept {port} -cert own.pem -key own.key -WWW -quiet");
        let mut command = Command::new("openssl");
        command.current_dir(folder).args(arguments.split(' ')).stdin(Stdio::piped());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { child, url: format!("https://localhost:{port}") }
    }

    /// What the health check says of it on a machine with these certificates.
    fn checked(&self, folder: &Path, certificates: &str) -> Output {
        self.checked_with(folder, &[("SSL_CERT_FILE", folder.join(certificates).to_str().unwrap())])
    }

    fn checked_with(&self, folder: &Path, variables: &[(&str, &str)]) -> Output {
        let mut command = airis(folder);
        command.args(["healthcheck", "--url", &self.url]).envs(variables.iter().copied());
        command.output().unwrap()
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        // Gone already when it could not start.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).output();
    let output = output.unwrap_or_else(|error| panic!("openssl is needed: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_server_is_believed_by_the_certificates_of_this_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Encrypted::start(folder.path());
    let end = Instant::now() + Duration::from_secs(60);
    while !server.checked(folder.path(), "own.pem").status.success() {
        let last = server.checked(folder.path(), "own.pem");
        assert!(Instant::now() < end, "{}", String::from_utf8_lossy(&last.stderr));
        std::thread::sleep(Duration::from_millis(50));
    }
    let text = refused(&server.checked(folder.path(), "other.pem"));
    assert!(text.contains("certificate"), "{text}");
    let text = refused(&server.checked(folder.path(), "missing.pem"));
    assert!(text.contains("certificates"), "{text}");

    // Or by those that an operator adds, beside the machine's; or by none, where that is wanted.
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (machine, own, other) = (("SSL_CERT_FILE", at("other.pem")), at("own.pem"), at("other.pem"));
    let machine = (machine.0, machine.1.as_str());
    let with = |variable: &str, value: &str| server.checked_with(folder.path(), &[machine, (variable, value)]);
    assert!(with("AIOHTTP_CLIENT_SESSION_SSL", &own).status.success());
    assert!(with("AIOHTTP_CLIENT_SSL_CERT_FILE", &own).status.success());
    assert!(with("AIOHTTP_CLIENT_SESSION_SSL", "False").status.success());
    assert!(refused(&with("AIOHTTP_CLIENT_SESSION_SSL", &other)).contains("certificate"));
    for none in ["missing.pem", "own.key"] {
        let text = refused(&with("AIOHTTP_CLIENT_SESSION_SSL", &at(none)));
        assert!(text.contains("AIOHTTP_CLIENT_SESSION_SSL") && text.contains(none), "{text}");
    }
}

#[test]
fn a_machine_without_certificates_still_serves() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[("SSL_CERT_FILE", "/dev/null")]);
    assert!(server.get("/health").contains("\"status\":true"));
    let mut command = airis(folder.path());
    command.arg("healthcheck").env("PORT", server.port.to_string()).env("SSL_CERT_FILE", "/dev/null");
    assert!(command.output().unwrap().status.success());
}
