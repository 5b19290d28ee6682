//! Accounts of an LDAP directory: who has this name, and is this their password?

mod dial;
mod entry;

use std::time::Duration;

use airis_config::Config;
use ldap3::{Scope, SearchEntry, SearchOptions, SearchResult, ldap_escape};
use tokio::task::JoinSet;

use crate::is_email;
use entry::{common_name, first, values};

/// Seconds that the directory may take for everything together.
const SECONDS: u64 = 20;
/// A result that the directory cut short (RFC 4511, appendix A): more people fit than were asked for.
const CUT_SHORT: u32 = 4;

/// How the directory is reached and how people are found in it.
#[derive(Clone)]
pub(crate) struct Directory {
    host: String,
    port: u16,
    use_tls: bool,
    verify: bool,
    /// PEM file of the authorities to trust; empty: those of the system.
    authorities: String,
    app_dn: String,
    app_password: String,
    base: String,
    filter: String,
    username: String,
    mail: String,
    mail_domain: String,
    /// Attribute of the groups; `None` where the directory does not say who is in which group.
    groups: Option<String>,
}

/// Whether a text can stand behind the part of a filter that finds a name.
pub fn is_directory_filter(text: &str) -> bool {
    text.is_empty() || (text.starts_with('(') && ldap3::parse_filter(format!("(&(cn=a){text})")).is_ok())
}

/// Somebody whom the directory knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) name: String,
    /// Names of groups; `None` where the directory is not asked for them.
    pub(crate) groups: Option<Vec<String>>,
}

/// Why nobody was found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DirectoryError {
    /// Unknown, ambiguous, or the wrong password: people are not told which.
    #[error("the directory does not know this name with this password")]
    Refused,
    /// The person has no email, and there is no domain to make one.
    #[error("the directory has no email address for this account")]
    NoEmail,
    /// The settings cannot work, or the directory does not; the reason is for the log.
    #[error("{0}")]
    Broken(String),
}

impl From<ldap3::LdapError> for DirectoryError {
    fn from(error: ldap3::LdapError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl Directory {
    /// The settings as they stand; `None` where the directory is off.
    pub(crate) fn from_config(config: &Config) -> Option<Self> {
        if !config.flag("ldap.enable") {
            return None;
        }
        let text = |key: &str| config.text(&format!("ldap.server.{key}")).trim().to_owned();
        Some(Self {
            host: text("host"),
            port: config.int("ldap.server.port").and_then(|port| u16::try_from(port).ok()).unwrap_or(dial::PLAIN_PORT),
            use_tls: config.flag("ldap.server.use_tls"),
            verify: config.flag("ldap.server.validate_cert"),
            authorities: text("ca_cert_file"),
            app_dn: text("app_dn"),
            // A password may begin or end with a space.
            app_password: config.text("ldap.server.app_password"),
            base: text("users_dn"),
            filter: text("search_filter"),
            username: text("attribute_for_username"),
            mail: text("attribute_for_mail"),
            mail_domain: text("default_email_domain"),
            groups: config.flag("ldap.group.enable_management").then(|| text("attribute_for_groups")),
        })
    }

    /// The person of a name and a password.
    pub(crate) async fn person(&self, name: &str, password: &str) -> Result<Person, DirectoryError> {
        let name = name.trim().to_lowercase();
        // A bind without a password succeeds for everybody (RFC 4513, 5.1.2).
        if name.is_empty() || password.is_empty() {
            return Err(DirectoryError::Refused);
        }
        let (directory, password) = (self.clone(), password.to_owned());
        // In a task of its own: a server that talks nonsense may end it, not the request.
        let mut asking = JoinSet::new();
        asking.spawn(async move { directory.ask(&name, &password).await });
        match tokio::time::timeout(Duration::from_secs(SECONDS), asking.join_next()).await {
            Ok(Some(Ok(found))) => found,
            Ok(_) => Err(DirectoryError::Broken("the directory's answer cannot be read".to_owned())),
            Err(_) => Err(DirectoryError::Broken(format!("the directory did not answer within {SECONDS} s"))),
        }
    }

    async fn ask(&self, name: &str, password: &str) -> Result<Person, DirectoryError> {
        let (mut ldap, _line) = dial::dial(self).await?;
        if !self.app_dn.is_empty() {
            let bound = ldap.simple_bind(&self.app_dn, &self.app_password).await?.success();
            bound.map_err(|error| DirectoryError::Broken(format!("the account that looks people up: {error}")))?;
        }
        let mut wanted = vec!["cn", self.username.as_str(), self.mail.as_str()];
        wanted.extend(self.groups.as_deref());
        ldap.with_search_options(SearchOptions::new().sizelimit(2));
        let SearchResult(found, result) =
            ldap.search(&self.base, Scope::Subtree, &self.filter_for(name)?, wanted).await?;
        if result.rc != 0 && result.rc != CUT_SHORT {
            return Err(DirectoryError::Broken(format!("looking for people: {result}")));
        }
        let mut entries = found.into_iter().filter(|entry| !entry.is_ref()).map(SearchEntry::construct);
        let (Some(entry), None) = (entries.next(), entries.next()) else { return Err(DirectoryError::Refused) };
        if entry.dn.is_empty() || result.rc == CUT_SHORT {
            return Err(DirectoryError::Refused);
        }
        let bound = ldap.simple_bind(&entry.dn, password).await?;
        // Its end is the connection's end anyway.
        let _ = ldap.unbind().await;
        bound.success().map_err(|_| DirectoryError::Refused)?;
        self.known(&entry, name)
    }

    fn known(&self, entry: &SearchEntry, name: &str) -> Result<Person, DirectoryError> {
        let made = || (!self.mail_domain.is_empty()).then(|| format!("{name}@{}", self.mail_domain));
        let email = first(entry, &self.mail).or_else(made).map(|email| email.trim().to_lowercase());
        let email = email.filter(|email| is_email(email)).ok_or(DirectoryError::NoEmail)?;
        let groups = self.groups.as_ref().map(|attribute| values(entry, attribute).filter_map(common_name).collect());
        Ok(Person { email, name: first(entry, "cn").unwrap_or_else(|| name.to_owned()), groups })
    }

    /// What finds a name, which may hold any sign.
    fn filter_for(&self, name: &str) -> Result<String, DirectoryError> {
        let sound = |name: &str| {
            !name.is_empty() && name.chars().all(|sign| sign.is_ascii_alphanumeric() || "-.;".contains(sign))
        };
        if !sound(&self.username) || !sound(&self.mail) || !self.groups.as_deref().is_none_or(sound) {
            return Err(DirectoryError::Broken("the name of an attribute is none".to_owned()));
        }
        Ok(format!("(&({}={}){})", self.username, ldap_escape(name), self.filter))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn directory(pairs: &[(&str, &str)]) -> Directory {
        let env = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let on = |name: &str| if name == "ENABLE_LDAP" { Some("true".to_owned()) } else { env(name) };
        Directory::from_config(&Config::from_env(&on).unwrap()).unwrap()
    }

    #[test]
    fn a_name_cannot_change_the_question() {
        let plain = directory(&[]);
        assert_eq!(plain.filter_for("ada").unwrap(), "(&(uid=ada))");
        assert_eq!(plain.filter_for("*)(uid=*").unwrap(), "(&(uid=\\2a\\29\\28uid=\\2a))");
        assert_eq!(plain.filter_for("a\\b\0").unwrap(), "(&(uid=a\\5cb\\00))");
        let narrow = directory(&[("LDAP_SEARCH_FILTERS", "(objectClass=person)")]);
        assert_eq!(narrow.filter_for("ada").unwrap(), "(&(uid=ada)(objectClass=person))");
        let odd = directory(&[("LDAP_ATTRIBUTE_FOR_USERNAME", "uid=*)(cn")]);
        assert!(matches!(odd.filter_for("ada"), Err(DirectoryError::Broken(_))));
    }

    #[test]
    fn the_directory_is_off_unless_it_is_turned_on() {
        assert!(Directory::from_config(&Config::from_env(&|_| None).unwrap()).is_none());
    }

    #[test]
    fn people_without_an_email_get_one_only_where_there_is_a_domain() {
        let entry = |mail: &[&str]| SearchEntry {
            dn: "uid=ada,dc=x".to_owned(),
            attrs: [("Mail".to_owned(), mail.iter().map(|mail| (*mail).to_owned()).collect())].into(),
            bin_attrs: std::collections::HashMap::new(),
        };
        let plain = directory(&[]);
        assert_eq!(plain.known(&entry(&["Ada@X.org", "b@x.org"]), "ada").unwrap().email, "ada@x.org");
        assert!(matches!(plain.known(&entry(&[]), "ada"), Err(DirectoryError::NoEmail)));
        assert!(matches!(plain.known(&entry(&["no email"]), "ada"), Err(DirectoryError::NoEmail)));
        let domain = directory(&[("LDAP_DEFAULT_EMAIL_DOMAIN", "x.org")]);
        assert_eq!(domain.known(&entry(&[]), "ada").unwrap().email, "ada@x.org");
    }
}
