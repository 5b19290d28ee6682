//! Groups above groups.

use airis_domain::Group;

/// A group's parent, its parent, and so on. Ends where a loop of parents begins again.
pub fn above<'a>(groups: &'a [Group], group: &Group) -> Vec<&'a Group> {
    let mut found: Vec<&Group> = Vec::new();
    let mut next = group.parent_group_id.as_deref();
    while let Some(parent) = next.and_then(|id| groups.iter().find(|known| known.id == id)) {
        if parent.id == group.id || found.iter().any(|known| known.id == parent.id) {
            break;
        }
        found.push(parent);
        next = parent.parent_group_id.as_deref();
    }
    found
}

#[cfg(test)]
mod tests {
    use airis_domain::UserId;

    use super::*;

    fn group(id: &str, parent: Option<&str>) -> Group {
        Group {
            id: id.to_owned(),
            parent_group_id: parent.map(str::to_owned),
            user_id: UserId::from("u"),
            name: id.to_owned(),
            description: String::new(),
            data: None,
            meta: None,
            permissions: None,
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn a_loop_and_a_missing_parent_end_the_way_up() {
        let groups = [group("a", Some("b")), group("b", Some("c")), group("c", Some("a")), group("d", Some("gone"))];
        let ids =
            |index: usize| above(&groups, &groups[index]).iter().map(|group| group.id.as_str()).collect::<Vec<_>>();
        assert_eq!((ids(0), ids(1), ids(3)), (vec!["b", "c"], vec!["c", "a"], vec![]));
        let outside = group("e", Some("a"));
        assert_eq!(above(&groups, &outside).len(), 3);
    }
}
