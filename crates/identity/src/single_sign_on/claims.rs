//! Reading what a provider says of a person.

use airis_domain::{Json, JsonMap, Role};

/// A claim by its name, or by a path of names with dots between.
pub(super) fn at<'a>(claims: &'a JsonMap, path: &str) -> Option<&'a Json> {
    if let Some(found) = claims.get(path) {
        return Some(found).filter(|found| !found.is_null());
    }
    let mut steps = path.split('.');
    let first = claims.get(steps.next()?)?;
    steps.try_fold(first, |value, step| value.get(step)).filter(|found| !found.is_null())
}

/// A claim that is a text or a number, as a text that is not empty.
pub(super) fn text(claims: &JsonMap, path: &str) -> Option<String> {
    let found = match at(claims, path)? {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(found).filter(|found| !found.is_empty())
}

/// A claim that is a list, a number, or a text with separators.
pub(super) fn texts(claims: &JsonMap, path: &str, separator: &str) -> Vec<String> {
    let Some(found) = at(claims, path) else { return Vec::new() };
    let one = |value: &Json| match value {
        Json::String(text) => Some(text.trim().to_owned()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let all: Vec<String> = match found {
        Json::Array(items) => items.iter().filter_map(one).collect(),
        Json::String(text) if separator.is_empty() => vec![text.trim().to_owned()],
        Json::String(text) => text.split(separator).map(|part| part.trim().to_owned()).collect(),
        other => one(other).into_iter().collect(),
    };
    all.into_iter().filter(|text| !text.is_empty() && !text.contains('\0')).collect()
}

/// What roles elsewhere mean here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// The provider names no role: things stay as they are.
    Silent,
    Is(Role),
    /// There are roles, and none of them may come in.
    Refused,
}

pub(super) fn ruling(roles: &[String], admin: &[String], allowed: &[String]) -> Ruling {
    if roles.is_empty() {
        Ruling::Silent
    } else if roles.iter().any(|role| admin.contains(role)) {
        Ruling::Is(Role::Admin)
    } else if roles.iter().any(|role| allowed.contains(role)) || allowed.iter().any(|role| role == "*") {
        Ruling::Is(Role::User)
    } else {
        Ruling::Refused
    }
}

/// Whether people with this email may come.
pub(super) fn may_come(email: &str, domains: &[String]) -> bool {
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    domains.iter().any(|allowed| allowed == "*" || allowed.trim().eq_ignore_ascii_case(domain))
}

/// Whether the provider does not vouch for an email. `of_anybody`: people of any organisation come by this address,
/// and write into their directory what they like.
pub(super) fn is_unproven(claims: &JsonMap, of_anybody: bool) -> bool {
    let says = |name: &str| match claims.get(name) {
        Some(Json::Bool(says)) => Some(*says),
        Some(Json::String(text)) => Some(text.eq_ignore_ascii_case("true") || text == "1"),
        Some(Json::Number(number)) => Some(number.as_i64() == Some(1)),
        _ => None,
    };
    says("email_verified") == Some(false) || (of_anybody && says("xms_edov") != Some(true))
}

/// The address of somebody at GitHub: the first one, if it is confirmed.
pub(super) fn primary_email(emails: &Json) -> Option<String> {
    let is = |entry: &&Json, name: &str| entry.get(name).and_then(Json::as_bool) == Some(true);
    let entry = emails.as_array()?.iter().find(|entry| is(entry, "primary") && is(entry, "verified"))?;
    entry.get("email").and_then(Json::as_str).map(str::to_owned)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: &Json) -> JsonMap {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn claims_are_found_by_name_and_by_path() {
        let claims = map(&json!({"a": {"b": {"c": 1}}, "https://x.example/roles": "r", "n": null, "id": 42, "e": " "}));
        assert_eq!(at(&claims, "a.b.c"), Some(&json!(1)));
        assert_eq!(text(&claims, "https://x.example/roles").as_deref(), Some("r"));
        assert_eq!(text(&claims, "id").as_deref(), Some("42"));
        for nothing in ["n", "e", "a", "a.b", "a.b.c.d", "a.x", "", ".", "x"] {
            assert_eq!(text(&claims, nothing), None, "{nothing}");
        }
    }

    #[test]
    fn lists_come_in_many_ways() {
        let claims = map(&json!({"list": ["a", 1, null, "", " b "], "text": "a; b;;c", "one": 7, "other": {"a": 1}}));
        assert_eq!(texts(&claims, "list", ";"), ["a", "1", "b"]);
        assert_eq!(texts(&claims, "text", ";"), ["a", "b", "c"]);
        assert_eq!(texts(&claims, "text", ""), ["a; b;;c"]);
        assert_eq!(texts(&claims, "one", ";"), ["7"]);
        assert!(texts(&claims, "other", ";").is_empty() && texts(&claims, "missing", ";").is_empty());
    }

    #[test]
    fn roles_elsewhere_become_roles_here() {
        let list = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
        let rule = |roles: &str, allowed: &str| ruling(&list(roles), &list("admin root"), &list(allowed));
        assert_eq!(rule("", "user"), Ruling::Silent);
        assert_eq!(rule("user root", "user"), Ruling::Is(Role::Admin));
        assert_eq!(rule("user", "user"), Ruling::Is(Role::User));
        assert_eq!(rule("guest", "user"), Ruling::Refused);
        assert_eq!(rule("guest", "*"), Ruling::Is(Role::User));
        assert_eq!(rule("Admin", "user"), Ruling::Refused);
    }

    #[test]
    fn domains_are_compared_as_a_whole() {
        let domains = ["Example.com".to_owned()];
        assert!(may_come("ada@example.com", &domains));
        for foreign in ["ada@evil-example.com", "ada@example.com.evil.org", "ada@sub.example.com", "example.com", ""] {
            assert!(!may_come(foreign, &domains), "{foreign}");
        }
        assert!(may_come("ada@x.org", &["*".to_owned()]));
        assert!(!may_come("ada@x.org", &[]));
    }

    #[test]
    fn an_email_is_believed_unless_the_provider_doubts_it() {
        let doubts = |claims: Json, of_anybody| is_unproven(&map(&claims), of_anybody);
        assert!(!doubts(json!({}), false) && !doubts(json!({"email_verified": true}), false));
        assert!(doubts(json!({"email_verified": false}), false) && doubts(json!({"email_verified": "false"}), false));
        assert!(doubts(json!({}), true) && !doubts(json!({"xms_edov": "1"}), true));
    }

    #[test]
    fn only_a_confirmed_first_address_counts() {
        let entry = |email: &str, primary: bool, verified: bool| json!({"email": email, "primary": primary, "verified": verified});
        let emails = json!([entry("a@x.org", false, true), entry("b@x.org", true, true)]);
        assert_eq!(primary_email(&emails).as_deref(), Some("b@x.org"));
        assert_eq!(primary_email(&json!([entry("a@x.org", true, false), entry("b@x.org", false, true)])), None);
        assert_eq!(primary_email(&json!({"message": "no"})), None);
    }
}
