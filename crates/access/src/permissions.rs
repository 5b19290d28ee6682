//! Effective permissions: the defaults, and whatever a group of the person adds.

use airis_config::Config;
use airis_domain::{Json, Permissions, User};
use airis_store::Store;
use async_recursion::async_recursion as boxed;

use crate::AccessError;

/// What `user` may do: a switch is on when the defaults or any of the person's groups (or their ancestors) turn it on.
#[boxed]
pub async fn effective(store: &Store, config: &Config, user: &User) -> Result<Permissions, AccessError> {
    let mut tree = config.get("user.permissions");
    for group in store.group_permissions_of(&user.id).await? {
        merge(&mut tree, &group);
    }
    Ok(Permissions(tree))
}

/// Lays `other` over `tree`: switches are joined with "or", areas that are missing are added.
pub fn merge(tree: &mut Json, other: &Json) {
    match (tree, other) {
        (Json::Object(tree), Json::Object(other)) => {
            for (key, value) in other {
                match tree.get_mut(key) {
                    Some(known) => merge(known, value),
                    None => {
                        tree.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Json::Bool(known), Json::Bool(added)) => *known |= *added,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_group_can_switch_on_but_never_off() {
        let mut tree = json!({"chat": {"delete": true, "call": false}});
        merge(&mut tree, &json!({"chat": {"delete": false, "call": true, "edit": true}, "sharing": {"notes": true}}));
        assert_eq!(tree, json!({"chat": {"delete": true, "call": true, "edit": true}, "sharing": {"notes": true}}));
    }
}
