//! Who this server is to Google: the account of a service by its key, or what the machine it runs on is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::{FilesError, Result};

const SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_write";
const MACHINE: &str = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How long what this server says of itself holds, and how much earlier than it ends a token is left.
const CLAIM: u64 = 3_600;
const EARLY: Duration = Duration::from_secs(60);

/// What there is to show.
#[derive(Clone)]
pub enum GoogleCredentials {
    /// The JSON file of a service's account, as text.
    Account(String),
    /// Nothing: the machine vouches for what runs on it.
    Machine,
}

#[derive(Deserialize)]
struct Account {
    client_email: String,
    private_key: String,
    token_uri: String,
}

/// A token for as long as it holds; one asks for a new one, the others wait for it.
pub(crate) struct Identity {
    client: Client,
    account: Option<(Account, EncodingKey)>,
    token: Mutex<Option<(String, Instant)>>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    /// Seconds.
    expires_in: u64,
}

impl Identity {
    pub(crate) fn new(credentials: &GoogleCredentials, client: Client) -> Result<Self> {
        let account = match credentials {
            GoogleCredentials::Machine => None,
            GoogleCredentials::Account(text) => {
                // What serde says of a wrong text may quote it.
                let account: Account = serde_json::from_str(text)
                    .map_err(|_| unreadable("has no client_email, private_key, token_uri"))?;
                let key = EncodingKey::from_rsa_pem(account.private_key.as_bytes());
                let key = key.map_err(|_| unreadable("has a private_key that is none of RSA"))?;
                Some((account, key))
            }
        };
        Ok(Self { client, account, token: Mutex::new(None) })
    }

    pub(crate) async fn token(&self) -> Result<String> {
        let mut held = self.token.lock().await;
        if let Some((token, end)) = held.as_ref()
            && Instant::now() < *end
        {
            return Ok(token.clone());
        }
        let answer = self.question()?.send().await.and_then(reqwest::Response::error_for_status);
        let answer = answer.map_err(|error| refused(error.without_url()))?;
        let granted: Granted = answer.json().await.map_err(|error| refused(error.without_url()))?;
        let holds = Duration::from_secs(granted.expires_in).saturating_sub(EARLY);
        *held = Some((granted.access_token.clone(), Instant::now() + holds));
        Ok(granted.access_token)
    }

    fn question(&self) -> Result<RequestBuilder> {
        let Some((account, key)) = &self.account else {
            return Ok(self.client.get(MACHINE).header("Metadata-Flavor", "Google"));
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let claims = json!({
            "iss": account.client_email,
            "scope": SCOPE,
            "aud": account.token_uri,
            "iat": now,
            "exp": now + CLAIM,
        });
        let claim = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, key).map_err(refused)?;
        Ok(self.client.post(&account.token_uri).form(&[("grant_type", GRANT), ("assertion", claim.as_str())]))
    }
}

fn unreadable(what: &str) -> FilesError {
    FilesError::Io(std::io::Error::other(format!("the account of Google {what}")))
}

fn refused(error: impl std::fmt::Display) -> FilesError {
    FilesError::Io(std::io::Error::other(format!("Google does not say who this is: {error}")))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use std::io::Write;
    use std::process::{Command, Stdio};

    use jsonwebtoken::{DecodingKey, Validation};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    fn openssl(arguments: &str, input: &str) -> String {
        let mut command = Command::new("openssl");
        command.args(arguments.split(' ')).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    }

    /// Answers one question with a token; returns what was sent.
    async fn grants(listener: &TcpListener) -> String {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = String::new();
        let whole = |seen: &str| {
            let (head, body) = seen.split_once("\r\n\r\n")?;
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
            (body.len() == length.parse::<usize>().ok()?).then_some(())
        };
        while whole(&seen).is_none() {
            let mut piece = [0; 4096];
            let count = stream.read(&mut piece).await.unwrap();
            seen.push_str(&String::from_utf8_lossy(&piece[..count]));
        }
        let body = json!({"access_token": "granted", "expires_in": 3600, "token_type": "Bearer"}).to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        seen
    }

    #[tokio::test]
    async fn an_account_shows_what_its_key_signed_once_for_as_long_as_the_answer_holds() {
        let key = openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "");
        let public = openssl("pkey -pubout", &key);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let token_uri = format!("http://{}/token", listener.local_addr().unwrap());
        let account = json!({"client_email": "me@project", "private_key": key, "token_uri": token_uri}).to_string();
        let client = crate::objects::web_client(None).unwrap();
        let identity = Identity::new(&GoogleCredentials::Account(account), client).unwrap();
        let (token, seen) = tokio::join!(identity.token(), grants(&listener));
        assert_eq!(token.unwrap(), "granted");
        // Nobody answers a second question.
        drop(listener);
        assert_eq!(identity.token().await.unwrap(), "granted");
        let assertion = seen.split("assertion=").nth(1).unwrap().trim();
        let mut checks = Validation::new(Algorithm::RS256);
        checks.set_audience(&[&token_uri]);
        let known = DecodingKey::from_rsa_pem(public.as_bytes()).unwrap();
        let claims = jsonwebtoken::decode::<serde_json::Value>(assertion, &known, &checks).unwrap().claims;
        assert_eq!((claims["iss"].as_str(), claims["scope"].as_str()), (Some("me@project"), Some(SCOPE)));
    }
}
