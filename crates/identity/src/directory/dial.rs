//! The connection to a directory, encrypted as the settings say.

use std::sync::Arc;
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::task::JoinSet;

use super::{Directory, DirectoryError};

/// The port where connections begin in the clear (RFC 4511); TLS there begins with StartTLS.
pub(super) const PLAIN_PORT: u16 = 389;
const CONNECT_SECONDS: u64 = 10;

/// What carries a connection's bytes; the connection ends with it.
pub(super) type Line = JoinSet<()>;

/// Connects, and encrypts where that is on, before anything secret is said.
pub(super) async fn dial(directory: &Directory) -> Result<(Ldap, Line), DirectoryError> {
    let (address, start_tls) = address(directory)?;
    let mut settings =
        LdapConnSettings::new().set_conn_timeout(Duration::from_secs(CONNECT_SECONDS)).set_starttls(start_tls);
    if start_tls || address.starts_with("ldaps:") {
        settings = if directory.verify {
            let authorities = directory.authorities.clone();
            let config = tokio::task::spawn_blocking(move || trusting(&authorities)).await;
            settings.set_config(config.map_err(|error| DirectoryError::Broken(error.to_string()))??)
        } else {
            settings.set_no_tls_verify(true)
        };
    }
    let (connection, ldap) = LdapConnAsync::with_settings(settings, &address).await?;
    let mut line = Line::new();
    line.spawn(async move {
        if let Err(error) = connection.drive().await {
            tracing::debug!(%error, "the connection to the directory broke off");
        }
    });
    Ok((ldap, line))
}

/// The address, and whether encryption is asked for behind it.
fn address(directory: &Directory) -> Result<(String, bool), DirectoryError> {
    let (scheme, host) = match directory.host.split_once("://") {
        Some((scheme, host)) => (Some(scheme.to_ascii_lowercase()), host),
        None => (None, directory.host.as_str()),
    };
    let host = host.trim_end_matches('/');
    let sound = |sign: char| sign.is_alphanumeric() || "-._:[]".contains(sign);
    if host.is_empty() || !host.chars().all(sound) {
        return Err(DirectoryError::Broken(format!("\"{}\" is no host", directory.host)));
    }
    let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
    let (scheme, start_tls) = match scheme.as_deref() {
        Some("ldaps") => ("ldaps", false),
        Some("ldap") => ("ldap", directory.use_tls),
        None if !directory.use_tls => ("ldap", false),
        None if directory.port == PLAIN_PORT => ("ldap", true),
        None => ("ldaps", false),
        Some(other) => return Err(DirectoryError::Broken(format!("{other}:// is no address of a directory"))),
    };
    Ok((format!("{scheme}://{host}:{}", directory.port), start_tls))
}

/// Trusts the authorities of a PEM file and no others, or those of the system.
fn trusting(file: &str) -> Result<Arc<ClientConfig>, DirectoryError> {
    let broken = |error: &dyn std::fmt::Display| DirectoryError::Broken(format!("certificates: {error}"));
    let mut roots = RootCertStore::empty();
    if file.is_empty() {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    } else {
        let certificates = CertificateDer::pem_file_iter(file).map_err(|error| broken(&format!("{file}: {error}")))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| broken(&format!("{file}: {error}")))?;
            roots.add(certificate).map_err(|error| broken(&format!("{file}: {error}")))?;
        }
    }
    if roots.is_empty() {
        return Err(broken(&"there is no authority to trust"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.map_err(|error| broken(&error))?.with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use airis_config::Config;

    use super::*;

    fn spoken(pairs: &[(&str, &str)]) -> Option<(String, bool)> {
        let env = |name: &str| {
            let given = pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            if name == "ENABLE_LDAP" { Some("true".to_owned()) } else { given }
        };
        address(&Directory::from_config(&Config::from_env(&env).unwrap()).unwrap()).ok()
    }

    #[test]
    fn tls_begins_as_the_port_or_the_address_says() {
        let at = |host: &str, port: &str, tls: &str| {
            spoken(&[("LDAP_SERVER_HOST", host), ("LDAP_SERVER_PORT", port), ("LDAP_USE_TLS", tls)])
        };
        assert_eq!(at("d.example", "389", "true"), Some(("ldap://d.example:389".to_owned(), true)));
        assert_eq!(at("d.example", "389", "false"), Some(("ldap://d.example:389".to_owned(), false)));
        assert_eq!(at("d.example", "636", "true"), Some(("ldaps://d.example:636".to_owned(), false)));
        assert_eq!(at("ldap://d.example/", "1389", "true"), Some(("ldap://d.example:1389".to_owned(), true)));
        assert_eq!(at("ldaps://d.example", "1389", "false"), Some(("ldaps://d.example:1389".to_owned(), false)));
        assert_eq!(at("::1", "389", "false"), Some(("ldap://[::1]:389".to_owned(), false)));
        for wrong in ["", "http://d.example", "d.example/x", "me@d.example", "d.example?x"] {
            assert_eq!(at(wrong, "389", "false"), None, "{wrong}");
        }
    }

    #[test]
    fn a_file_without_an_authority_is_no_reason_to_trust_everybody() {
        let folder = std::env::temp_dir().join(format!("airis-authorities-{}", std::process::id()));
        std::fs::write(&folder, "nothing").unwrap();
        assert!(trusting(folder.to_str().unwrap()).is_err());
        std::fs::remove_file(&folder).unwrap();
        assert!(trusting(folder.to_str().unwrap()).is_err());
    }
}
