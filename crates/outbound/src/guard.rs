//! Addresses that nobody may make this server call.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Where clouds answer questions about the machine itself, beside the link-local range.
const METADATA_4: [Ipv4Addr; 2] = [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192)];
const METADATA_6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Whether an address is one of the machine's own link or of its cloud, no server that an administrator could mean.
fn is_forbidden(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_link_local() || address.is_multicast() || address.is_broadcast() || METADATA_4.contains(&address)
        }
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => is_forbidden(IpAddr::V4(inner)),
            None => address.is_unicast_link_local() || address.is_multicast() || address == METADATA_6,
        },
    }
}

/// Whether an address belongs to a network that not everybody can reach, this machine included.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            address.is_private()
                || address.is_loopback()
                || address.is_documentation()
                || first == 0
                || first >= 240
                || (first == 100 && (64..128).contains(&second))
                || (first == 192 && second == 0 && address.octets()[2] == 0)
                || (first == 198 && (18..20).contains(&second))
        }
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => is_private(IpAddr::V4(inner)),
            None => address.is_loopback() || address.is_unspecified() || address.is_unique_local(),
        },
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, or by one of the translations.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, .., g, h] = address.segments();
    let four = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b) {
        (0x2002, _) => Some(four(b, c)),
        (0x64, 0xff9b) => Some(four(g, h)),
        (0, 0) if !address.is_loopback() && !address.is_unspecified() => address.to_ipv4(),
        _ => None,
    }
}

/// Whether a call may not go to an address.
pub fn refuses(address: IpAddr, public_only: bool) -> bool {
    is_forbidden(address) || (public_only && is_private(address))
}

/// Resolves names as the system does, once per connection, and keeps only addresses that may be dialled.
pub struct Resolver {
    pub public_only: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let public_only = self.public_only;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| !refuses(address.ip(), public_only)).collect();
            if allowed.is_empty() {
                return Err(format!("{} has no address that may be called", name.as_str()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_machines_own_link_is_forbidden_and_private_networks_are_not() {
        for own in
            ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200", "224.0.0.1"]
        {
            assert!(is_forbidden(own.parse().unwrap()), "{own}");
        }
        for fine in ["127.0.0.1", "10.0.0.8", "192.168.1.2", "::1", "fd12::1", "203.0.113.9", "2001:db8::1"] {
            assert!(!refuses(fine.parse().unwrap(), false), "{fine}");
        }
    }

    #[test]
    fn people_reach_public_addresses_only() {
        for own in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "100.64.0.1",
            "198.18.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
        ] {
            assert!(refuses(own.parse().unwrap(), true), "{own}");
        }
        for fine in ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"] {
            assert!(!refuses(fine.parse().unwrap(), true), "{fine}");
        }
    }
}
