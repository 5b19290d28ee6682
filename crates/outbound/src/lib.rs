//! Calls to servers that are no providers of models: tool servers, notebooks, addresses that hear of events.
//! One client, guarded: every call has a deadline and a largest answer, redirects are not followed, and the addresses
//! where clouds keep the machine's own credentials are never dialled, whatever a name resolves to.

mod answer;
mod call;
mod error;
mod guard;
mod rpc;
mod streamed;
mod trust;
mod websocket;

pub use answer::Answer;
pub use call::Call;
pub use error::OutboundError;
pub use rpc::{Rpc, Status};
pub use streamed::Streamed;
pub use trust::{Trust, encryption, trust};
pub use websocket::{Frame, Socket, closing};

/// What is sent piece by piece, and an address in its parts.
pub use reqwest::{Body, Url};

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};

/// Seconds to reach a server at all.
const CONNECT_SECONDS: u64 = 10;

/// The client; cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client,
    /// Dials public addresses alone.
    public: Client,
    /// Speaks HTTP/1.1 alone, which a connection needs that becomes a websocket.
    upgrading: Client,
}

impl Default for Outbound {
    fn default() -> Self {
        Self::new()
    }
}

impl Outbound {
    pub fn new() -> Self {
        Self {
            client: builder(false).build().unwrap_or_default(),
            public: builder(true).build().unwrap_or_default(),
            upgrading: builder(false)
                .http1_only()
                .tls_backend_preconfigured(trust::encryption_http1())
                .build()
                .unwrap_or_default(),
        }
    }

    /// Calls and reads the whole answer, whatever its status says.
    pub async fn fetch(&self, call: Call) -> Result<Answer, OutboundError> {
        self.whole(call, None).await
    }

    /// The same with a body that goes out as it comes; the deadline covers it.
    pub async fn upload(&self, call: Call, body: Body) -> Result<Answer, OutboundError> {
        self.whole(call, Some(body)).await
    }

    async fn whole(&self, call: Call, body: Option<Body>) -> Result<Answer, OutboundError> {
        let (place, seconds, limit) = (call.place()?, call.deadline.as_secs(), call.limit);
        let reading = async {
            let client = if call.public { &self.public } else { &self.client };
            let response = send(client, call, body, &place).await?;
            Answer::read(response, limit, &place).await
        };
        match tokio::time::timeout(Duration::from_secs(seconds), reading).await {
            Ok(answer) => answer,
            Err(_) => Err(OutboundError::Late(place, seconds)),
        }
    }

    /// Calls and hands the answer on piece by piece, whatever its status says. The head must be there within the call's
    /// deadline, and no later piece may take longer; `body` goes out as it comes.
    pub async fn stream(&self, call: Call, body: Option<Body>) -> Result<Streamed, OutboundError> {
        let place = call.place()?;
        let client = if call.public { &self.public } else { &self.client };
        streamed::open(client, call, body, place).await
    }

    /// Opens a websocket within the call's deadline; its messages may be as large as the call's largest answer.
    pub async fn websocket(&self, call: Call) -> Result<Socket, OutboundError> {
        let (place, seconds) = (call.place()?, call.deadline.as_secs());
        match tokio::time::timeout(Duration::from_secs(seconds), websocket::open(&self.upgrading, call, &place)).await {
            Ok(socket) => socket,
            Err(_) => Err(OutboundError::Late(place, seconds)),
        }
    }
}

/// A client that dials what may be dialled.
fn builder(public_only: bool) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(encryption())
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS))
        .redirect(Policy::none())
        .dns_resolver(Arc::new(guard::Resolver { public_only }))
        .user_agent(concat!("airis/", env!("CARGO_PKG_VERSION")))
}

/// Sends and waits for the head of the answer.
async fn send(client: &Client, call: Call, body: Option<Body>, place: &str) -> Result<Response, OutboundError> {
    let mut request = client.request(call.method, call.url).headers(call.headers);
    if let Some(body) = body.or_else(|| call.body.map(Body::from)) {
        request = request.body(body);
    }
    request.send().await.map_err(|error| OutboundError::from_reqwest(&error, place))
}
