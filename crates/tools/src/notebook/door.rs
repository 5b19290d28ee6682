//! Getting in, and kernels as the server's REST interface has them.

use airis_domain::Json;
use airis_outbound::{Answer, Call, Outbound, OutboundError, Socket};
use http::{HeaderMap, Method};
use serde_json::json;

use super::{MOST_OUTPUT, Notebook, SECONDS, SignIn};

/// A server that let us in.
pub struct Door<'a> {
    outbound: &'a Outbound,
    base: String,
    headers: Vec<(&'static str, String)>,
}

impl<'a> Door<'a> {
    pub async fn open(outbound: &'a Outbound, notebook: &Notebook) -> Result<Self, OutboundError> {
        let mut door =
            Self { outbound, base: notebook.url.trim().trim_end_matches('/').to_owned(), headers: Vec::new() };
        match &notebook.sign_in {
            SignIn::Nobody => {}
            SignIn::Token(token) => door.headers.push(("authorization", format!("token {token}"))),
            SignIn::Password(password) => door.sign_in(password).await?,
        }
        Ok(door)
    }

    /// The form of the sign-in page: its token against forgery comes as a cookie and goes back beside the password.
    async fn sign_in(&mut self, password: &str) -> Result<(), OutboundError> {
        let address = format!("{}/login", self.base);
        let page = self.outbound.fetch(Call::get(&address).within(SECONDS)).await?;
        let mut cookies = cookies(&page.headers);
        let token =
            cookies.iter().find(|(name, _)| name == "_xsrf").map(|(_, value)| value.clone()).unwrap_or_default();
        let form = Call::post(&address).form(&[("_xsrf", &token), ("password", password)]).within(SECONDS);
        let answer = self.outbound.fetch(form.header("cookie", &joined(&cookies))).await?;
        let given = self::cookies(&answer.headers);
        // A right password is sent on to another page with a cookie; a wrong one gets the form again.
        if !(300..400).contains(&answer.status) || given.is_empty() {
            return Err(OutboundError::Odd(address, "does not take the password".to_owned()));
        }
        cookies.retain(|(name, _)| given.iter().all(|(other, _)| other != name));
        cookies.extend(given);
        self.headers.push(("cookie", joined(&cookies)));
        self.headers.push(("x-xsrftoken", token));
        Ok(())
    }

    /// The id of a new kernel.
    pub async fn start_kernel(&self) -> Result<String, OutboundError> {
        let call = self.call(Method::POST, "/api/kernels").json(&json!({}));
        let answer: Json = self.outbound.fetch(call).await.and_then(Answer::ok)?.json()?;
        let sound = |id: &&str| !id.is_empty() && id.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-');
        let id = answer["id"].as_str().filter(sound).map(str::to_owned);
        id.ok_or_else(|| OutboundError::Odd(self.base.clone(), "starts no kernel".to_owned()))
    }

    pub async fn socket(&self, kernel: &str) -> Result<Socket, OutboundError> {
        self.outbound.websocket(self.call(Method::GET, &format!("/api/kernels/{kernel}/channels"))).await
    }

    /// A kernel that cannot be ended costs memory there, but changes nothing here.
    pub async fn end_kernel(&self, kernel: &str) {
        let call = self.call(Method::DELETE, &format!("/api/kernels/{kernel}"));
        if let Err(error) = self.outbound.fetch(call).await.and_then(Answer::ok) {
            tracing::warn!(%error, "a kernel was left behind");
        }
    }

    fn call(&self, method: Method, path: &str) -> Call {
        let call = Call::new(method, format!("{}{path}", self.base)).within(SECONDS).at_most(MOST_OUTPUT);
        self.headers.iter().fold(call, |call, (name, value)| call.header(name, value))
    }
}

fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    let all = headers.get_all(http::header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.filter_map(|text| text.split(';').next()?.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

fn joined(cookies: &[(String, String)]) -> String {
    cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}
