//! What the environment says about every variable, for people who ask why something is as it is.

use crate::table;
use crate::table::permissions::SWITCHES;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The variable itself is set.
    Environment,
    /// An older or more general variable is set.
    Fallback(&'static str),
    /// Nothing is set.
    #[default]
    Default,
}

/// A variable as it stands. The value is safe to show: secrets are hidden.
#[derive(Clone, Debug)]
pub struct Standing {
    pub name: &'static str,
    pub value: String,
    pub source: Source,
    /// The setting that it seeds; a stored value wins over it.
    pub key: Option<&'static str>,
}

/// Every variable that is read, in the order of the documentation.
pub fn standing(env: &dyn Fn(&str) -> Option<String>) -> Vec<Standing> {
    let variables = table::all().map(|variable| {
        let own = env(variable.name).map(|value| (value, Source::Environment));
        let older = || variable.fallback.and_then(|name| Some((env(name)?, Source::Fallback(name))));
        let (value, source) = own.or_else(older).unwrap_or((variable.default.to_owned(), Source::Default));
        Standing { name: variable.name, value: shown(variable.name, &value), source, key: variable.key }
    });
    let switches = SWITCHES.iter().map(|(name, _, default)| {
        let given = env(name).map(|value| (value, Source::Environment));
        let (value, source) = given.unwrap_or((default.to_string(), Source::Default));
        Standing { name, value, source, key: Some("user.permissions") }
    });
    variables.chain(switches).collect()
}

/// Whether any variable of this name is read.
pub fn is_known(name: &str) -> bool {
    table::find(name).is_some()
        || SWITCHES.iter().any(|(known, _, _)| *known == name)
        || table::all().any(|variable| variable.fallback == Some(name))
}

/// A value without what must stay secret: all of it where the name says so, the password where it is an address.
fn shown(name: &str, value: &str) -> String {
    const SECRET: [&str; 9] = [
        "PASSWORD",
        "SECRET",
        "TOKEN",
        "API_KEY",
        "API_KEYS",
        "API_AUTH",
        "ENCRYPTION_KEY",
        "SERVER_CONNECTIONS",
        "OTLP_HEADERS",
    ];
    // Names that only sound like secrets: switches, lifetimes, names of headers.
    let names_header = name.contains("HEADER") && !name.ends_with("OTLP_HEADERS") && !name.ends_with("SECRET");
    let harmless = name.starts_with("ENABLE_") || name.contains("VALIDATION") || names_header;
    if !value.is_empty() && !harmless && SECRET.iter().any(|part| name.ends_with(part) || name.contains("SECRET")) {
        return "(set, not shown)".to_owned();
    }
    let one = |list: &str| list.split(",redis").map(without_password).collect::<Vec<_>>().join(",redis");
    value.split(';').map(one).collect::<Vec<_>>().join(";")
}

/// `scheme://user:password@host` without the password.
fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let Some((credentials, _)) = authority.rsplit_once('@') else { return address.to_owned() };
    let user = credentials.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:***@{}", &rest[credentials.len() + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_of(name: &str, given: &[(&str, &str)]) -> (String, Source) {
        let env = |wanted: &str| given.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
        standing(&env).into_iter().find(|one| one.name == name).map(|one| (one.value, one.source)).unwrap_or_default()
    }

    #[test]
    fn secrets_are_never_shown() {
        for name in [
            "WEBUI_SECRET_KEY",
            "WEBUI_ADMIN_PASSWORD",
            "OPENAI_API_KEY",
            "OPENAI_API_KEYS",
            "DATABASE_PASSWORD",
            "MFA_ENCRYPTION_KEY",
            "OAUTH_SESSION_TOKEN_ENCRYPTION_KEY",
            "GOOGLE_CLIENT_SECRET",
            "OTEL_EXPORTER_OTLP_HEADERS",
            "OTEL_BASIC_AUTH_PASSWORD",
            "FORWARD_USER_INFO_HEADER_JWT_SECRET",
        ] {
            assert_eq!(value_of(name, &[(name, "s3cret")]).0, "(set, not shown)", "{name}");
        }
        let (url, source) = value_of("DATABASE_URL", &[("DATABASE_URL", "postgresql://me:p@ss@host:5432/db")]);
        assert_eq!((url.as_str(), source), ("postgresql://me:***@host:5432/db", Source::Environment));
        let (url, _) = value_of("REDIS_URL", &[("REDIS_URL", "rediss://:s3cret@a:1,redis://me:p,ss@b:2/0")]);
        assert_eq!(url, "rediss://:***@a:1,redis://me:***@b:2/0");
        assert_eq!(without_password("https://a.example/v1?x=@"), "https://a.example/v1?x=@");
    }

    #[test]
    fn what_is_not_secret_is_shown_with_its_source() {
        assert_eq!(value_of("PORT", &[]), ("8080".to_owned(), Source::Default));
        assert_eq!(value_of("PORT", &[("PORT", "90")]), ("90".to_owned(), Source::Environment));
        assert_eq!(value_of("ENABLE_API_KEYS", &[("ENABLE_API_KEYS", "true")]).0, "true");
    }

    #[test]
    fn variables_of_others_are_not_known() {
        assert!(is_known("DATA_DIR") && is_known("USER_PERMISSIONS_CHAT_EXPORT"));
        assert!(!is_known("HOME"));
    }
}
