//! The connection to Redis, wherever it is right now: made when it is needed, left when it fails.

use std::pin::Pin;
use std::time::Duration;

use futures::future::{FutureExt, select_ok};
use futures::{Stream, StreamExt};
use parking_lot::Mutex;
use redis::aio::MultiplexedConnection;
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::io::tcp::TcpSettings;
use redis::io::tcp::socket2::TcpKeepalive;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, IntoConnectionInfo, Msg};
use tokio::time::{Instant, sleep, timeout};

use super::RedisOptions;
use crate::BusError;

/// An idle connection is tried after so long, and as often.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// A connection that many commands share; cheap to clone.
#[derive(Clone)]
pub(crate) enum Connection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

pub(crate) struct Link {
    options: RedisOptions,
    /// With the time of its last use.
    open: Mutex<Option<(Connection, Instant)>>,
    /// One dials, the others wait for it.
    dialing: tokio::sync::Mutex<()>,
}

/// Hears the letters to one instance.
pub(crate) struct RedisEar(Pin<Box<dyn Stream<Item = Msg> + Send>>);

type Result<T> = std::result::Result<T, BusError>;

impl Link {
    pub(crate) fn new(options: RedisOptions) -> Self {
        Self { options, open: Mutex::default(), dialing: tokio::sync::Mutex::default() }
    }

    /// The next command dials anew.
    pub(crate) fn forget(&self) {
        *self.open.lock() = None;
    }

    pub(crate) async fn connection(&self) -> Result<Connection> {
        if let Some(open) = self.at_hand() {
            return Ok(open);
        }
        let _dialing = self.dialing.lock().await;
        if let Some(open) = self.at_hand() {
            return Ok(open);
        }
        if self.still_there().await
            && let Some(open) = self.at_hand()
        {
            return Ok(open);
        }
        // Each of the questions to Sentinels has a deadline of its own.
        let within =
            self.options.connect_within + self.options.sentinel_pause.saturating_mul(self.options.sentinel_retries);
        let connection = timeout(within, self.dial()).await.map_err(|_| BusError::Silent)??;
        *self.open.lock() = Some((connection.clone(), Instant::now()));
        Ok(connection)
    }

    /// The connection, unless it has rested for so long that nobody knows whether it is there.
    fn at_hand(&self) -> Option<Connection> {
        let mut open = self.open.lock();
        let (connection, used) = open.as_mut()?;
        if self.options.rest.is_some_and(|rest| used.elapsed() >= rest) {
            return None;
        }
        *used = Instant::now();
        Some(connection.clone())
    }

    /// Asks one that has rested whether it is there; one that does not answer is left.
    async fn still_there(&self) -> bool {
        let Some((connection, _)) = self.open.lock().clone() else { return false };
        if let Err(error) = self.answer::<redis::Value>(connection, redis::cmd("PING")).await {
            tracing::info!(%error, "a connection to Redis that had rested is made anew");
            return false;
        }
        if let Some((_, used)) = self.open.lock().as_mut() {
            *used = Instant::now();
        }
        true
    }

    async fn dial(&self) -> Result<Connection> {
        if self.options.cluster {
            let client = ClusterClient::builder(self.nodes().collect::<Vec<_>>())
                .connection_timeout(self.options.connect_within)
                .response_timeout(self.options.answer_within)
                .tcp_settings(self.socket())
                .build()?;
            return Ok(Connection::Cluster(client.get_async_connection().await?));
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.options.connect_within))
            .set_response_timeout(Some(self.options.answer_within));
        let client = self.server().await?;
        Ok(Connection::One(client.get_multiplexed_async_connection_with_config(&config).await?))
    }

    fn nodes(&self) -> impl Iterator<Item = &str> {
        self.options.url.split(',').map(str::trim)
    }

    /// The server that takes writes now.
    async fn server(&self) -> Result<Client> {
        if self.options.sentinels.is_empty() {
            return self.client(self.nodes().next().unwrap_or_default());
        }
        let service = service(&self.options.url);
        let mut problem = BusError::Silent;
        for time in 0..=self.options.sentinel_retries {
            if time > 0 {
                sleep(self.options.sentinel_pause).await;
            }
            match self.known_to_sentinels(service).await {
                Ok(address) => return self.client(&address),
                Err(error) => problem = error,
            }
        }
        Err(problem)
    }

    /// The address of the server that takes writes, from the first Sentinel that knows it.
    async fn known_to_sentinels(&self, service: &str) -> Result<String> {
        let mut problem = BusError::Silent;
        for sentinel in &self.options.sentinels {
            match timeout(self.options.answer_within, master(sentinel, service)).await {
                Ok(Ok(Some((host, port)))) => return Ok(with_host(&self.options.url, &host, port)),
                Ok(Ok(None)) => {
                    let (_, host, _) = parts(sentinel);
                    tracing::warn!(host, service, "a Sentinel knows no such service");
                }
                Ok(Err(error)) => problem = error,
                Err(_) => {}
            }
        }
        Err(problem)
    }

    fn client(&self, address: &str) -> Result<Client> {
        Ok(Client::open(address.into_connection_info()?.set_tcp_settings(self.socket()))?)
    }

    fn socket(&self) -> TcpSettings {
        let settings = TcpSettings::default().set_nodelay(true);
        if !self.options.keepalive {
            return settings;
        }
        settings.set_keepalive(TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE))
    }

    /// One command and its answer.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T> {
        let connection = self.connection().await?;
        self.answer(connection, command.clone()).await
    }

    /// The same over a connection at hand. One that fails, or reaches a server that takes no writes any more, is left.
    pub(crate) async fn answer<T: FromRedisValue>(&self, connection: Connection, command: Cmd) -> Result<T> {
        let answer = match connection {
            Connection::One(mut connection) => command.query_async(&mut connection).await,
            Connection::Cluster(mut connection) => command.query_async(&mut connection).await,
        };
        answer.map_err(|error| {
            self.forget();
            error.into()
        })
    }

    pub(crate) async fn listen(&self, channel: &str) -> Result<RedisEar> {
        let listen = async {
            let servers = if self.options.cluster {
                self.nodes().map(|node| self.client(node)).collect::<Result<_>>()?
            } else {
                vec![self.server().await?]
            };
            // Of a cluster whichever answers first: each passes letters on, and any of them may be gone.
            let (ear, _) = select_ok(servers.iter().map(|server| subscribed(server, channel).boxed())).await?;
            Ok::<_, BusError>(ear)
        };
        timeout(self.options.connect_within + self.options.answer_within, listen).await.map_err(|_| BusError::Silent)?
    }
}

async fn subscribed(server: &Client, channel: &str) -> Result<RedisEar> {
    let mut letters = server.get_async_pubsub().await?;
    letters.subscribe(channel).await?;
    Ok(RedisEar(Box::pin(letters.into_on_message())))
}

impl RedisEar {
    /// The next letter. An error means that some may be lost: listen anew.
    pub(crate) async fn next(&mut self) -> Result<Vec<String>> {
        let letter = self.0.next().await.ok_or(BusError::Silent)?;
        Ok(vec![letter.get_payload()?])
    }
}

/// Asks a Sentinel where the server of a service is.
async fn master(sentinel: &str, service: &str) -> Result<Option<(String, u16)>> {
    let address = if sentinel.contains("://") { sentinel.to_owned() } else { format!("redis://{sentinel}/") };
    let client = Client::open(address)?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let mut command = redis::cmd("SENTINEL");
    command.arg("get-master-addr-by-name").arg(service);
    Ok(command.query_async(&mut connection).await?)
}

/// An address in three parts: up to its host, host with port, and the rest.
fn parts(url: &str) -> (&str, &str, &str) {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?']).map_or(url.len(), |at| start + at);
    let host = url[start..end].rfind('@').map_or(start, |at| start + at + 1);
    (&url[..host], &url[host..end], &url[end..])
}

/// The name of a service, which stands where the host would.
fn service(url: &str) -> &str {
    let (_, host, _) = parts(url);
    host.split(':').next().unwrap_or(host)
}

fn with_host(url: &str, host: &str, port: u16) -> String {
    let (before, _, after) = parts(url);
    if host.contains(':') { format!("{before}[{host}]:{port}{after}") } else { format!("{before}{host}:{port}{after}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_is_the_name_of_a_service_and_gives_way_to_its_server() {
        for (url, name, there) in [
            ("redis://mymaster/0", "mymaster", "redis://10.0.0.1:6380/0"),
            ("rediss://me:p@ss@mymaster:6379/1?x=y", "mymaster", "rediss://me:p@ss@10.0.0.1:6380/1?x=y"),
            ("redis://mymaster", "mymaster", "redis://10.0.0.1:6380"),
        ] {
            assert_eq!(service(url), name);
            assert_eq!(with_host(url, "10.0.0.1", 6380), there);
        }
        assert_eq!(with_host("redis://m/0", "::1", 1), "redis://[::1]:1/0");
    }
}
