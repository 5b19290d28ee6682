//! A Redis server that encrypts is believed by the certificates of this machine.

use std::path::Path;
use std::process::Command;

use airis_bus::Bus;
use serde_json::json;

use crate::place::options;
use crate::redis_server::{RedisServer, free_port};

/// Names the server to the test that runs with other certificates.
const ADDRESS: &str = "AIRIS_TEST_ENCRYPTED_REDIS";

fn certificate(folder: &Path, name: &str) -> String {
    let make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost";
    let extensions = "-addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE";
    let arguments = format!("{make} {extensions} -keyout {name}.key -out {name}.pem");
    let made = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).output();
    assert!(made.expect("openssl is missing").status.success());
    folder.join(name).with_extension("pem").display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypting_server_is_believed_by_the_certificates_of_this_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (certificate(folder.path(), "own"), certificate(folder.path(), "other"));
    let key = own.replace(".pem", ".key");
    let port = free_port().await.to_string();
    let files = ["--tls-cert-file", &own, "--tls-key-file", &key, "--tls-ca-cert-file", &own];
    let more: Vec<&str> = files.into_iter().chain(["--tls-auth-clients", "no", "--tls-port", &port]).collect();
    let _server = RedisServer::start(&more).await;
    // Which certificates a machine has is its environment's to say, and a process does not change its own.
    let talks_with = |certificates: &str| {
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", "encrypted::talks_to_an_encrypting_server", "--ignored"]);
        again.env("SSL_CERT_FILE", certificates).env(ADDRESS, format!("rediss://localhost:{port}/0"));
        again.output().unwrap().status.success()
    };
    assert!(talks_with(&own));
    assert!(!talks_with(&other));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the test above, with an environment of its own"]
async fn talks_to_an_encrypting_server() {
    let address = std::env::var(ADDRESS).unwrap();
    Bus::on_redis(options(&address), &json!({})).await.unwrap();
}
