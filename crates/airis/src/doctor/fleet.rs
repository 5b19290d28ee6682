//! The instances on one database: whether they agree with each other and with this machine.

use airis_config::Settings;
use airis_domain::Json;

use super::report::Check;
use crate::boot;

const NAME: &str = "instances";
/// A clock further off than this from the database's makes sessions end too early or too late.
const DRIFT_MS: i64 = 5_000;

/// What there is to say of those that are up, by the time of the database and what each says of itself.
pub fn checks(settings: &Settings, now_ms: i64, instances: &[(String, String)]) -> Vec<Check> {
    let mut checks = vec![clock(now_ms, boot::now_ms())];
    if settings.redis.is_some() {
        // They know each other there.
        return checks;
    }
    let notes: Vec<Json> = instances.iter().filter_map(|(_, note)| serde_json::from_str(note).ok()).collect();
    let secret = boot::secret_if_any(settings).map(|secret| boot::fingerprint(&secret));
    checks.push(agreement(&notes, secret.as_deref(), env!("CARGO_PKG_VERSION")));
    checks
}

fn clock(database_ms: i64, here_ms: i64) -> Check {
    let apart = here_ms.abs_diff(database_ms);
    if i64::try_from(apart).is_ok_and(|apart| apart <= DRIFT_MS) {
        return Check::well("clock of the database", "agrees with this machine's");
    }
    Check::odd("clock of the database", format!("{} seconds apart from this machine's; set both by NTP", apart / 1000))
}

fn agreement(notes: &[Json], secret: Option<&str>, version: &str) -> Check {
    if notes.is_empty() {
        return Check::well(NAME, "none is up");
    }
    let text = |note: &Json, name: &str| note[name].as_str().unwrap_or("?").to_owned();
    let hosts: Vec<String> = notes.iter().map(|note| text(note, "host")).collect();
    let secrets: std::collections::BTreeSet<String> =
        notes.iter().map(|note| text(note, "secret")).chain(secret.map(str::to_owned)).collect();
    if secrets.len() > 1 {
        let problem = format!("{} have different WEBUI_SECRET_KEYs; give all the same", hosts.join(", "));
        return Check::failed(NAME, problem);
    }
    let older: Vec<String> = notes
        .iter()
        .filter(|note| note["version"] != version)
        .map(|note| format!("{} has {}", text(note, "host"), text(note, "version")))
        .collect();
    if !older.is_empty() {
        return Check::odd(NAME, format!("{}, this is {version}; finish the upgrade", older.join(", ")));
    }
    Check::well(NAME, format!("{} up: {}", hosts.len(), hosts.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::report::State;
    use super::*;

    #[test]
    fn what_disagrees_is_named() {
        let note =
            |host: &str, secret: &str, version: &str| json!({"host": host, "secret": secret, "version": version});
        let (a, b) = (note("a", "1", "9"), note("b", "1", "9"));
        assert_eq!(agreement(&[a.clone(), b.clone()], Some("1"), "9").state, State::Well);
        assert_eq!(agreement(&[], Some("1"), "9").state, State::Well);
        assert_eq!(agreement(&[a.clone(), b.clone()], Some("2"), "9").state, State::Failed);
        assert_eq!(agreement(&[a.clone(), note("c", "3", "9")], None, "9").state, State::Failed);
        let upgrade = agreement(&[a, note("c", "1", "8")], Some("1"), "9");
        assert_eq!((upgrade.state, upgrade.text.as_str()), (State::Odd, "c has 8, this is 9; finish the upgrade"));
        assert_eq!(clock(10_000, 12_000).state, State::Well);
        assert_eq!(clock(0, 60_000).state, State::Odd);
    }
}
