//! The port: taken, named and shown to people.

use std::io::ErrorKind;
use std::net::SocketAddr;

use anyhow::{Context, Result, anyhow, bail};
use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// Connections that may wait until they are accepted: a page opens several, a reconnecting crowd thousands.
const BACKLOG: u32 = 4096;

/// Listens on the first address that `host` stands for.
pub async fn listen(host: &str, port: u16) -> Result<TcpListener> {
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let mut addresses =
        lookup_host((name, port)).await.with_context(|| format!("HOST: \"{host}\" is no address of this machine"))?;
    let address = addresses.next().ok_or_else(|| anyhow!("HOST: \"{host}\" is no address of this machine"))?;
    match bind(address) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!(
                "PORT: {port} is taken by another program; stop it, or choose another port, such as PORT={}",
                other(port)
            )
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            bail!("PORT: this user may not listen on {port}; choose a port above 1023, such as PORT=8080")
        }
        Err(error) => Err(error).with_context(|| format!("HOST, PORT: cannot listen on {address}")),
    }
}

fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restarted server must not wait for the last connections of its predecessor to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn other(port: u16) -> u16 {
    if port == u16::MAX { 8080 } else { port + 1 }
}

/// The address to type into a browser on this machine.
pub fn url(address: SocketAddr) -> String {
    if address.ip().is_unspecified() || address.ip().is_loopback() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_with_a_way_out() -> Result<()> {
        let first = listen("127.0.0.1", 0).await?;
        let port = first.local_addr()?.port();
        let Err(error) = listen("127.0.0.1", port).await else { bail!("two programs on one port") };
        assert!(error.to_string().starts_with(&format!("PORT: {port} is taken by another program")), "{error}");
        Ok(())
    }

    #[test]
    fn addresses_for_everybody_are_shown_as_localhost() {
        assert_eq!(url(([0, 0, 0, 0], 8080).into()), "http://localhost:8080");
        assert_eq!(url(([192, 0, 2, 7], 80).into()), "http://192.0.2.7:80");
    }
}
