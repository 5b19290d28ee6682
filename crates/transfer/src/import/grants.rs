//! Who else may read or write what came. Earlier versions kept that in the things themselves.

use airis_domain::{Json, now};

use super::report::Outcome;
use super::row::Row;
use super::source::Source;
use super::{ALL, Arrival};
use crate::Result;
use crate::record::Record;

/// One grant: kind and id of what is granted, kind and id of whom it is granted to, and what they may.
type Grant<'g> = [&'g str; 5];

/// What can be granted here.
const KINDS: [&str; 6] = ["folder", "knowledge", "model", "note", "prompt", "shared_chat"];

impl Arrival<'_> {
    /// Remembers that something came now, and whom it was shared with in earlier versions: nobody said means everybody
    /// who is signed in.
    pub(super) fn came(&mut self, kind: &'static str, id: &str, row: &Row) {
        self.resources.insert((kind, id.to_owned()));
        if !row.columns.iter().any(|column| column == "access_control") {
            return;
        }
        let mut found: Vec<[String; 3]> = Vec::new();
        match row.json("access_control") {
            None => found.push(["user", "*", "read"].map(str::to_owned)),
            Some(rules) => {
                for permission in ["read", "write"] {
                    for (list, principal) in [("user_ids", "user"), ("group_ids", "group")] {
                        let ids = rules.get(permission).and_then(|rule| rule.get(list)).and_then(Json::as_array);
                        let ids = ids.into_iter().flatten().filter_map(Json::as_str);
                        found.extend(ids.map(|id| [principal.to_owned(), id.to_owned(), permission.to_owned()]));
                    }
                }
            }
        }
        let kept =
            found.into_iter().map(|[principal, whom, may]| [kind.to_owned(), id.to_owned(), principal, whom, may]);
        self.earlier_grants.extend(kept);
    }

    pub(super) async fn grants(&mut self, source: &mut Source) -> Result<()> {
        for [kind, id, principal, whom, permission] in std::mem::take(&mut self.earlier_grants) {
            let name = format!("{kind}/{id}/{principal}/{whom}/{permission}");
            let outcome = self.grant([&kind, &id, &principal, &whom, &permission], &name, now()).await?;
            self.add("grants", &name, outcome);
        }
        source
            .each("access_grant", ALL, "created_at", async |row: Row| {
                let of = |column: &str| row.clean(column).unwrap_or_default();
                let cells = ["resource_type", "resource_id", "principal_type", "principal_id", "permission"].map(of);
                let grant = cells.each_ref().map(String::as_str);
                let (id, at) = (of("id"), row.times().0);
                if let Some(kind) = KINDS.into_iter().find(|kind| *kind == grant[0]) {
                    // What was here before keeps the grants that it has here.
                    let outcome = if self.resources.contains(&(kind, grant[1].to_owned())) {
                        self.grant(grant, &id, at).await?
                    } else {
                        Outcome::Known
                    };
                    self.add("grants", &id, outcome);
                }
                Ok(())
            })
            .await
    }

    async fn grant(&mut self, grant: Grant<'_>, id: &str, at: i64) -> Result<Outcome> {
        let [kind, resource, principal, whom, permission] = grant;
        let whom = match principal {
            "user" if whom != "*" => match self.people.get(whom) {
                Some(user) => user.id.to_string(),
                None => return Ok(Outcome::Skipped("whom it is granted to is not here".to_owned())),
            },
            "group" if !self.target.has("user_group", whom).await? => {
                return Ok(Outcome::Skipped("the group that it is granted to is not here".to_owned()));
            }
            _ => whom.to_owned(),
        };
        let record = Record::of("access_grant")
            .text("id", id)
            .text("resource_type", kind)
            .text("resource_id", resource)
            .text("principal_type", principal)
            .text("principal_id", whom.as_str())
            .text("permission", permission)
            .int("created_at", at);
        Ok(if self.target.insert(&record).await? { Outcome::Brought } else { Outcome::Known })
    }
}
