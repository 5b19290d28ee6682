//! What was shared with whom, and what people may share.

use airis_domain::{AccessGrant, Permissions, User, UserId};

/// Whether `grants` let `user` (a member of `groups`) do `permission`. Write does not include read: clients store both.
pub fn granted(grants: &[AccessGrant], user: &User, groups: &[String], permission: &str) -> bool {
    granted_to(grants, &user.id, groups, permission)
}

/// The same for somebody of whom only the id is known.
pub(crate) fn granted_to(grants: &[AccessGrant], user: &UserId, groups: &[String], permission: &str) -> bool {
    grants.iter().any(|grant| {
        let meant = match grant.principal_type.as_str() {
            "user" => grant.principal_id == "*" || grant.principal_id == user.as_str(),
            "group" => groups.contains(&grant.principal_id),
            "anyone" => true,
            _ => false,
        };
        grant.permission == permission && meant
    })
}

/// Whether `grants` let everybody, or the members of one of these groups, do `permission`.
pub fn granted_to_groups(grants: &[AccessGrant], groups: &[String], permission: &str) -> bool {
    grants.iter().any(|grant| {
        let meant = match grant.principal_type.as_str() {
            "user" => grant.principal_id == "*",
            "group" => groups.contains(&grant.principal_id),
            _ => false,
        };
        grant.permission == permission && meant
    })
}

/// The grants that somebody with these permissions may give on things of a kind, such as `models`; others are
/// dropped silently, as the contract says.
pub fn shareable(permissions: &Permissions, kind: &str, grants: Vec<AccessGrant>) -> Vec<AccessGrant> {
    let allowed = |grant: &AccessGrant| {
        permissions.allows(&format!("sharing.{kind}"))
            && match (grant.principal_type.as_str(), grant.principal_id.as_str()) {
                ("user", "*") => permissions.allows(&format!("sharing.public_{kind}")),
                ("user", _) => permissions.allows("access_grants.allow_users"),
                ("group", _) => permissions.allows("access_grants.allow_groups"),
                _ => false,
            }
    };
    grants.into_iter().filter(allowed).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn grant(principal_type: &str, principal_id: &str) -> AccessGrant {
        AccessGrant {
            id: "g".into(),
            resource_type: "model".into(),
            resource_id: "m".into(),
            principal_type: principal_type.into(),
            principal_id: principal_id.into(),
            permission: "read".into(),
            created_at: 0,
        }
    }

    #[test]
    fn what_one_person_was_granted_is_not_the_groups() {
        let groups = ["g".to_owned()];
        assert!(granted_to_groups(&[grant("group", "g")], &groups, "read"));
        assert!(granted_to_groups(&[grant("user", "*")], &groups, "read"));
        assert!(!granted_to_groups(&[grant("group", "other"), grant("user", "g")], &groups, "read"));
        assert!(!granted_to_groups(&[grant("group", "g")], &groups, "write"));
    }

    #[test]
    fn sharing_with_everybody_needs_a_switch_of_its_own() {
        let tree = |public: bool| {
            Permissions(json!({
                "sharing": {"models": true, "public_models": public},
                "access_grants": {"allow_users": true, "allow_groups": false},
            }))
        };
        let wanted = || vec![grant("user", "*"), grant("user", "u"), grant("group", "g")];
        assert_eq!(shareable(&tree(true), "models", wanted()).len(), 2);
        assert_eq!(shareable(&tree(false), "models", wanted()), vec![grant("user", "u")]);
        assert_eq!(shareable(&Permissions(json!({})), "models", wanted()), vec![]);
    }
}
