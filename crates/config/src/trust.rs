//! Whom encrypted connections to other servers trust.

use std::path::PathBuf;

use crate::values::Values;

/// Whom to trust beside those whom the machine trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trusted {
    #[default]
    Machine,
    /// The certificates of this file as well.
    File(PathBuf),
    /// Whoever answers.
    Anybody,
}

pub(crate) fn trusted(values: &Values) -> Trusted {
    let said = values.text("AIOHTTP_CLIENT_SESSION_SSL");
    match said.trim().to_lowercase().as_str() {
        "false" => Trusted::Anybody,
        "" | "true" => {
            values.filled("AIOHTTP_CLIENT_SSL_CERT_FILE").map_or(Trusted::Machine, |file| Trusted::File(file.into()))
        }
        _ => Trusted::File(said.trim().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn of(pairs: &[(&str, &str)]) -> Trusted {
        let get = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::from_env(&get).map(|config| config.settings().trusted.clone()).unwrap_or_default()
    }

    #[test]
    fn connections_trust_the_machine_a_file_or_anybody() {
        let file = |name: &str| Trusted::File(name.into());
        let bundle = ("AIOHTTP_CLIENT_SSL_CERT_FILE", "/b.pem");
        assert_eq!(of(&[]), Trusted::Machine);
        assert_eq!(of(&[bundle]), file("/b.pem"));
        assert_eq!(of(&[("AIOHTTP_CLIENT_SESSION_SSL", "True"), bundle]), file("/b.pem"));
        assert_eq!(of(&[("AIOHTTP_CLIENT_SESSION_SSL", "/A.pem"), bundle]), file("/A.pem"));
        assert_eq!(of(&[("AIOHTTP_CLIENT_SESSION_SSL", "False"), bundle]), Trusted::Anybody);
    }
}
