//! Where a request comes from: the machine that is connected, or the one that a proxy in front of us names.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::app::App;

/// Whose requests are counted together; `None` where nobody knows, as in a process that asks itself.
pub struct Origin(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Origin
where
    App: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(address(parts, &App::from_ref(state)).map(together)))
    }
}

/// The machine that a request comes from.
pub fn address(parts: &Parts, app: &App) -> Option<IpAddr> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(client(peer.ip(), &parts.headers, &app.config.settings().trusted_proxies))
}

/// The nearest machine that is no trusted proxy, as far as trusted proxies tell.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[String]) -> IpAddr {
    let mut client = peer.to_canonical();
    let named: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for name in named.into_iter().rev() {
        if !is_trusted(client, proxies) {
            break;
        }
        // Some proxies name a port, too.
        let bare = name.parse().or_else(|_| name.parse::<SocketAddr>().map(|address| address.ip()));
        let Ok(before) = bare else { break };
        client = before.to_canonical();
    }
    client
}

/// Proxies that the operator names, or without any those of private networks.
fn is_trusted(address: IpAddr, proxies: &[String]) -> bool {
    if proxies.is_empty() {
        return match address {
            IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
            IpAddr::V6(address) => {
                address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
            }
        };
    }
    let named =
        |proxy: &String| proxy == "*" || proxy.parse().is_ok_and(|proxy: IpAddr| proxy.to_canonical() == address);
    proxies.iter().any(named)
}

/// One household: whoever has one address of the newer kind has 2^64 of them.
fn together(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn seen(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let proxies: Vec<String> = proxies.iter().map(|proxy| (*proxy).to_owned()).collect();
        together(client(peer.parse().unwrap(), &headers, &proxies))
    }

    #[test]
    fn only_trusted_proxies_name_the_client() {
        assert_eq!(seen("203.0.113.5", &["198.51.100.1"], &[]), "203.0.113.5", "a stranger names somebody else");
        assert_eq!(seen("10.0.0.2", &["198.51.100.1"], &[]), "198.51.100.1");
        assert_eq!(
            seen("10.0.0.2", &["1.1.1.1, 198.51.100.1:4711", "10.0.0.9"], &[]),
            "198.51.100.1",
            "the rest is hearsay"
        );
        assert_eq!(seen("::ffff:127.0.0.1", &["nonsense"], &[]), "127.0.0.1");
        assert_eq!(seen("203.0.113.5", &["198.51.100.1"], &["203.0.113.5"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.2", &["198.51.100.1"], &["203.0.113.5"]), "10.0.0.2");
        assert_eq!(seen("203.0.113.5", &["1.1.1.1, 198.51.100.1"], &["*"]), "1.1.1.1");
    }

    #[test]
    fn addresses_of_one_household_are_counted_together() {
        assert_eq!(seen("2001:db8:1:2:3::4", &[], &[]), seen("2001:db8:1:2:ffff::1", &[], &[]));
        assert_ne!(seen("2001:db8:1:2::4", &[], &[]), seen("2001:db8:1:3::4", &[], &[]));
    }
}
