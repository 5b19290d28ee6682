//! Pages that a browser elsewhere opens and runs, over the protocol that Playwright's own clients speak: JSON messages over
//! a websocket. What the browser asks for is stopped until it is known to be where people may reach.

use std::collections::HashMap;
use std::time::Duration;

use airis_domain::Json;
use airis_outbound::{Call, Frame, Socket, Url};
use async_recursion::async_recursion as boxed;
use futures::{SinkExt, StreamExt};
use serde_json::json;

use super::load::{Fetched, read};
use super::{page::Page, refused};
use crate::state::Inner;
use crate::{Result, RetrievalError};

/// Milliseconds that a page may take where nobody says, and at most.
const USUAL: i64 = 10_000;
const LONGEST: i64 = 300_000;
/// Seconds that reaching and starting the browser may take beside.
const BEGIN: u64 = 15;
/// Bytes of the largest message: a page as JSON.
const LARGEST: usize = 32 * 1024 * 1024;
/// What nobody reads.
const UNREAD: [&str; 3] = ["image", "media", "font"];

/// One page by the browser; documents that are no pages are fetched and read here.
pub async fn page(inner: &Inner, address: &str) -> Result<Page> {
    let url = read(address)?;
    inner.admits(&url)?;
    let server = inner.config.text("web.loader.playwright_ws_url");
    let server = server.trim();
    if server.is_empty() {
        let text = "Pages are read by a browser here, and nobody said where it is: PLAYWRIGHT_WS_URL is empty";
        return Err(RetrievalError::Refused(text.to_owned()));
    }
    let given = inner.config.int("web.loader.playwright_timeout").filter(|given| *given > 0).unwrap_or(USUAL);
    let patience = given.min(LONGEST);
    let whole = Duration::from_secs(BEGIN) + Duration::from_millis(patience.unsigned_abs());
    let opened = match tokio::time::timeout(whole, open(inner, server, &url, patience)).await {
        Ok(opened) => opened?,
        Err(_) => return Err(RetrievalError::Refused(format!("The browser said nothing for {} s", whole.as_secs()))),
    };
    match opened {
        Some(fetched) => inner.read_fetched(address, fetched).await,
        None => inner.read_page(address).await,
    }
}

/// What the browser shows at an address in the end; `None` where that is no page.
async fn open(inner: &Inner, server: &str, url: &Url, patience: i64) -> Result<Option<Fetched>> {
    let mut browser = Browser::connect(inner, server).await?;
    let fetched = browser.show(url, patience).await;
    // The server closes what was open when its client goes away.
    _ = browser.socket.close(None).await;
    fetched
}

struct Browser<'a> {
    inner: &'a Inner,
    socket: Socket,
    /// The number of the last message that was sent.
    last: u64,
    /// What the server told of requests, routes, answers and pages when it made them.
    made: HashMap<String, Json>,
    /// The frame of the page itself.
    frame: String,
    /// Hosts that were found to be where people may reach, and whether their pages may be read.
    reached: Vec<(String, bool)>,
}

impl<'a> Browser<'a> {
    async fn connect(inner: &'a Inner, server: &str) -> Result<Self> {
        // Websockets begin as a call of HTTP.
        let server = match server.split_once("://") {
            Some(("ws", rest)) => format!("http://{rest}"),
            Some(("wss", rest)) => format!("https://{rest}"),
            _ => server.to_owned(),
        };
        // A server that starts a browser for each client is told which; one that has its browser already does not look.
        let call = Call::get(server).header("x-playwright-browser", "chromium").at_most(LARGEST).within(BEGIN);
        let socket = inner.outbound.websocket(call).await.map_err(refused)?;
        Ok(Self { inner, socket, last: 0, made: HashMap::new(), frame: String::new(), reached: Vec::new() })
    }

    async fn show(&mut self, url: &Url, patience: i64) -> Result<Option<Fetched>> {
        let begun = self.ask("", "initialize", json!({"sdkLanguage": "javascript"})).await?;
        let begun = self.about(&begun["playwright"]);
        let browser = begun["preLaunchedBrowser"]["guid"].as_str().map(str::to_owned);
        let browser = browser.ok_or_else(|| odd("has no browser"))?;
        let wanted = json!({"serviceWorkers": "block", "acceptDownloads": "deny"});
        let context = guid(&self.ask(&browser, "newContext", wanted).await?["context"])?;
        let every = json!({"patterns": [{"glob": "**/*"}]});
        self.ask(&context, "setNetworkInterceptionPatterns", every.clone()).await?;
        // Nothing answers these, so that none is opened; servers of before 2024 cannot stop them.
        _ = self.ask(&context, "setWebSocketInterceptionPatterns", every).await;
        let opened = self.ask(&context, "newPage", json!({})).await?;
        let frame = guid(&self.about(&opened["page"])["mainFrame"])?;
        self.frame.clone_from(&frame);
        let going = json!({"url": url.as_str(), "timeout": patience, "waitUntil": "load"});
        let answer = match self.ask(&frame, "goto", going).await {
            // What the browser would store and not show.
            Err(RetrievalError::Refused(why))
                if why.contains("Download is starting") || why.contains("ERR_ABORTED") =>
            {
                return Ok(None);
            }
            answer => answer?,
        };
        let answer = guid(&answer["response"])?;
        let told = self.made.get(&answer).cloned().unwrap_or_default();
        self.proves(&answer).await?;
        let status = told["status"].as_u64().unwrap_or_default();
        if !(200..300).contains(&status) {
            return Err(RetrievalError::Refused(format!("The page answers {status}")));
        }
        if !is_markup(&told["headers"]) {
            return Ok(None);
        }
        let content = self.ask(&frame, "content", json!({})).await?;
        let content = content["value"].as_str().ok_or_else(|| odd("shows no page"))?;
        let url = told["url"].as_str().and_then(|url| Url::parse(url).ok()).unwrap_or_else(|| url.clone());
        let bytes = content.as_bytes().to_vec();
        Ok(Some(Fetched { url, content_type: "text/html; charset=utf-8".to_owned(), bytes }))
    }

    /// Where the answer came from, as names may lead the browser elsewhere than us.
    async fn proves(&mut self, answer: &str) -> Result<()> {
        let from = self.ask(answer, "serverAddr", json!({})).await?;
        let Some(address) = from["value"]["ipAddress"].as_str() else { return Ok(()) };
        let address = address.trim_matches(['[', ']']);
        let host = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
        let url = Url::parse(&format!("http://{host}/")).map_err(|_| odd("names no address"))?;
        self.inner.reaches_at(&url)
    }

    /// Asks and waits for the answer; what the server tells meanwhile is heard.
    async fn ask(&mut self, about: &str, method: &str, params: Json) -> Result<Json> {
        let number = self.send(about, method, params).await?;
        loop {
            let told = match self.socket.next().await {
                Some(Ok(Frame::Text(text))) => serde_json::from_str::<Json>(text.as_str()).unwrap_or_default(),
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return Err(odd("went away")),
                Some(Ok(_)) => continue,
            };
            if told["id"].as_u64() == Some(number) {
                return match told["error"].as_object() {
                    Some(_) => Err(failed(&told["error"])),
                    None => Ok(told["result"].clone()),
                };
            }
            self.hear(&told).await?;
        }
    }

    async fn send(&mut self, about: &str, method: &str, params: Json) -> Result<u64> {
        self.last += 1;
        let message = json!({"id": self.last, "guid": about, "method": method, "params": params, "metadata": {}});
        self.socket.send(Frame::text(message.to_string())).await.map_err(|_| odd("went away"))?;
        Ok(self.last)
    }

    /// What happens there. What is not known here is none of our business.
    async fn hear(&mut self, told: &Json) -> Result<()> {
        let params = &told["params"];
        match told["method"].as_str() {
            Some("__create__") => {
                let Some(made) = params["guid"].as_str() else { return Ok(()) };
                self.made.insert(made.to_owned(), params["initializer"].clone());
                // What is sent on is not stopped by a route: the page is given up.
                if params["initializer"]["redirectedFrom"]["guid"].is_string() {
                    return self.admits(&params["initializer"]).await;
                }
                Ok(())
            }
            Some("__dispose__") => {
                told["guid"].as_str().map(|guid| self.made.remove(guid));
                Ok(())
            }
            Some("route") => self.stopped(&params["route"]).await,
            _ => Ok(()),
        }
    }

    /// Lets a request of the page go on, or not.
    async fn stopped(&mut self, route: &Json) -> Result<()> {
        let id = guid(route)?;
        let request = self.about(&self.about(route)["request"]);
        let unread = request["resourceType"].as_str().is_some_and(|kind| UNREAD.contains(&kind));
        let admitted = if unread { Ok(()) } else { self.admits(&request).await };
        if unread || admitted.is_err() {
            let why = json!({"errorCode": "blockedbyclient", "requestUrl": request["url"]});
            self.send(&id, "abort", why).await?;
            // A page that leaves for where it may not be is given up.
            return if self.is_page(&request) { admitted } else { Ok(()) };
        }
        self.send(&id, "continue", json!({"isFallback": false, "requestUrl": request["url"]})).await.map(|_| ())
    }

    fn is_page(&self, request: &Json) -> bool {
        request["isNavigationRequest"] == true && request["frame"]["guid"] == self.frame.as_str()
    }

    /// Whether people may have what the browser asks for; lists of hosts are about pages, and not about what these use.
    async fn admits(&mut self, request: &Json) -> Result<()> {
        let address = request["url"].as_str().unwrap_or_default();
        if ["data:", "blob:", "about:"].iter().any(|begin| address.starts_with(begin)) {
            return Ok(());
        }
        let url = read(address)?;
        let reached = (url.host_str().unwrap_or_default().to_owned(), self.is_page(request));
        if !self.reached.contains(&reached) {
            if reached.1 {
                self.inner.admits(&url)?;
            }
            self.inner.resolves(&url).await?;
            self.reached.push(reached);
        }
        Ok(())
    }

    /// What the server told of something when it made it.
    fn about(&self, named: &Json) -> Json {
        named["guid"].as_str().and_then(|guid| self.made.get(guid)).cloned().unwrap_or_default()
    }
}

impl Inner {
    /// Whether people may reach every address of this host.
    #[boxed]
    async fn resolves(&self, url: &Url) -> Result<()> {
        self.guarded(Call::get(url.as_str())).resolve().await.map_err(refused)
    }

    fn reaches_at(&self, address: &Url) -> Result<()> {
        self.guarded(Call::get(address.as_str())).check().map_err(refused)
    }
}

fn is_markup(headers: &Json) -> bool {
    let mut headers = headers.as_array().into_iter().flatten();
    let kind =
        headers.find(|header| header["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("content-type")));
    let kind = kind.and_then(|header| header["value"].as_str()).unwrap_or("text/html").to_ascii_lowercase();
    kind.contains("html")
}

fn guid(named: &Json) -> Result<String> {
    named["guid"].as_str().map(str::to_owned).ok_or_else(|| odd("answers in a way that is not known here"))
}

fn odd(what: &str) -> RetrievalError {
    RetrievalError::Refused(format!("The browser at PLAYWRIGHT_WS_URL {what}"))
}

/// The first line of what went wrong there: the others are a log.
fn failed(error: &Json) -> RetrievalError {
    let text = error["error"]["message"].as_str().or(error["message"].as_str()).unwrap_or("no reason");
    let text: String = text.lines().next().unwrap_or_default().chars().take(300).collect();
    RetrievalError::Refused(format!("The browser cannot open the page: {text}"))
}
