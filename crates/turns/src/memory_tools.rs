//! What a model may do with what a person wants remembered, where the person and the model are set up for it.

use airis_domain::{Json, JsonMap, Memory, MemoryKind};
use airis_memory::{Change, MemoryError, Operation, Scope, Source};
use airis_tools::{function, offers};
use serde_json::json;

use crate::Inner;
use crate::job::Job;
use crate::remembered;

const CATEGORY: &str = "memory";
/// Memories or paths in one answer, and operations in one call.
const MOST: i64 = 200;
const MOST_OPERATIONS: usize = 50;
const NAMES: [&str; 8] = [
    "search_memories",
    "list_memory_paths",
    "read_memory_path",
    "list_memories",
    "update_memory",
    "add_memory",
    "replace_memory_content",
    "delete_memory",
];

/// The tools as OpenAI function specifications; none where they are not allowed.
pub async fn specs(inner: &Inner, job: &Job) -> Vec<Json> {
    if allowed(inner, job).await { all() } else { Vec::new() }
}

/// Runs one call; `None` when it is not ours. A tool that is not offered does not exist.
pub async fn call(inner: &Inner, job: &Job, name: &str, arguments: &JsonMap) -> Option<Result<String, String>> {
    if !NAMES.contains(&name) || !allowed(inner, job).await {
        return None;
    }
    Some(run(inner, job, name, arguments).await.map(|answer| answer.to_string()))
}

async fn allowed(inner: &Inner, job: &Job) -> bool {
    let meta = &job.model.meta;
    if !offers(meta, CATEGORY) || meta["capabilities"]["memory"] == false || !remembered::is_wanted(job) {
        return false;
    }
    inner.memories.are_for(&job.user).await.unwrap_or_else(|error| {
        tracing::warn!(%error, user = %job.user.id, "whether somebody wants things remembered was not read");
        false
    })
}

async fn run(inner: &Inner, job: &Job, name: &str, arguments: &JsonMap) -> Result<Json, String> {
    let (memories, user) = (&inner.memories, &job.user);
    let text = |name: &str| arguments.get(name).and_then(Json::as_str).map(str::to_owned);
    let needed = |name: &str| text(name).ok_or_else(|| format!("{name} must be a text"));
    let scope = |path: Option<String>, below: bool, id: Option<String>| -> Result<Scope, String> {
        Ok(Scope { kind: kind(arguments, "all")?, path, below, id })
    };
    match name {
        "search_memories" => {
            let scope = scope(filled(text("path")), true, filled(text("memory_id")))?;
            let words = text("query").unwrap_or_default();
            let found = memories.search(user, &words, &scope, count(arguments, 5)).await.map_err(said)?;
            Ok(listed(&found))
        }
        "list_memory_paths" => {
            let words = text("query").unwrap_or_default();
            let scope = scope(None, false, None)?;
            let topics = memories.topics(&user.id, &words, &scope, count(arguments, 100)).await.map_err(said)?;
            Ok(topics.iter().map(|topic| json!({"path": topic.path, "count": topic.count})).collect())
        }
        "read_memory_path" => {
            let below = arguments.get("include_children").and_then(Json::as_bool).unwrap_or(true);
            let scope = scope(Some(needed("path")?), below, None)?;
            let found = memories.search(user, "", &scope, count(arguments, 50)).await.map_err(said)?;
            Ok(listed(&found))
        }
        "list_memories" => {
            let all = memories.all(&user.id).await.map_err(said)?;
            let most = usize::try_from(MOST).unwrap_or_default();
            Ok(listed(&all[all.len().saturating_sub(most)..]))
        }
        "update_memory" => {
            let operations = arguments.get("operations").and_then(Json::as_array).ok_or("operations must be a list")?;
            if operations.len() > MOST_OPERATIONS {
                return Err(format!("{MOST_OPERATIONS} operations are the most in one call"));
            }
            let mut results = Vec::new();
            for operation in operations {
                let outcome = match Operation::read(operation) {
                    Ok(operation) => memories.apply(&user.id, operation, Source::Tool).await.map_err(said),
                    Err(problem) => Err(problem),
                };
                results.push(match outcome {
                    Ok(memory) => json!({"success": true, "memory": memory.as_ref().map(shown)}),
                    Err(problem) => json!({"success": false, "error": problem}),
                });
            }
            Ok(json!(results))
        }
        "add_memory" => {
            let kind = kind(arguments, "user")?;
            let new = Change { content: Some(needed("content")?), kind, path: text("path") };
            let memory = memories.add(&user.id, new, Source::Tool).await.map_err(said)?;
            Ok(json!({"status": "success", "memory": shown(&memory)}))
        }
        "replace_memory_content" => {
            let kind = if arguments.contains_key("type") { kind(arguments, "all")? } else { None };
            let change = Change { content: Some(needed("content")?), kind, path: text("path") };
            let memory = memories.change(&user.id, &needed("memory_id")?, change).await.map_err(said)?;
            Ok(json!({"status": "success", "memory": shown(&memory)}))
        }
        _ => {
            let gone = memories.remove(&user.id, &needed("memory_id")?).await.map_err(said)?;
            if gone { Ok(json!({"status": "success"})) } else { Err(said(MemoryError::Unknown)) }
        }
    }
}

/// What a model is told of a failure; what ails the server is not its business.
fn said(error: MemoryError) -> String {
    match error {
        MemoryError::Unknown | MemoryError::Refused(_) => error.to_string(),
        other => {
            tracing::warn!(error = %other, "a model's call about memories failed");
            "memories cannot be reached at the moment".to_owned()
        }
    }
}

fn kind(arguments: &JsonMap, otherwise: &str) -> Result<Option<MemoryKind>, String> {
    let text = match arguments.get("type") {
        None | Some(Json::Null) => otherwise,
        Some(value) => value.as_str().ok_or("type must be a text")?,
    };
    match text {
        "all" => Ok(None),
        text => MemoryKind::parse(text).map(Some).ok_or_else(|| format!("\"{text}\" is no type: user or context")),
    }
}

fn count(arguments: &JsonMap, otherwise: i64) -> usize {
    let count = arguments.get("count").and_then(Json::as_i64).unwrap_or(otherwise).clamp(0, MOST);
    usize::try_from(count).unwrap_or_default()
}

/// Models fill in what they have no words for.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn listed(memories: &[Memory]) -> Json {
    memories.iter().map(shown).collect()
}

fn shown(memory: &Memory) -> Json {
    json!({"id": memory.id, "type": memory.kind.as_str(), "path": memory.path, "content": memory.content,
        "updated_at": memory.updated_at})
}

fn all() -> Vec<Json> {
    let text = |about: &str| json!({"type": "string", "description": about});
    let number = |otherwise: i64| json!({"type": "integer", "default": otherwise});
    let kind = |otherwise: &str| {
        let about = "user: about the person; context: about a topic";
        let kinds = if otherwise == "all" { json!(["user", "context", "all"]) } else { json!(["user", "context"]) };
        json!({"type": "string", "enum": kinds, "default": otherwise, "description": about})
    };
    let path = || text("Where it stands among the topics, such as work/garden");
    let id = || text("The id of a memory, as a search tells it");
    let form =
        |properties: Json, required: &[&str]| json!({"type": "object", "properties": properties, "required": required});
    let operation = form(
        json!({"action": {"type": "string", "enum": ["add", "replace", "remove", "move"]}, "id": id(),
            "content": text("For add and replace"), "type": {"type": "string", "enum": ["user", "context"]}, "path": path()}),
        &["action"],
    );
    let words = "Words to look for; the last changed ones without any";
    vec![
        function(
            NAMES[0],
            "Looks through what this person wants remembered.",
            &form(
                json!({"query": text(words), "count": number(5), "type": kind("all"), "path": path(), "memory_id": id()}),
                &[],
            ),
        ),
        function(
            NAMES[1],
            "Lists the topics under which something is remembered.",
            &form(json!({"query": text("Part of a topic"), "count": number(100), "type": kind("all")}), &[]),
        ),
        function(
            NAMES[2],
            "Tells what is remembered under a topic.",
            &form(
                json!({"path": path(), "count": number(50), "type": kind("all"),
                    "include_children": {"type": "boolean", "default": true}}),
                &["path"],
            ),
        ),
        function(NAMES[3], "Tells everything that is remembered of this person.", &form(json!({}), &[])),
        function(
            NAMES[4],
            "Makes several changes of what is remembered, one after the other.",
            &form(json!({"operations": {"type": "array", "items": operation}}), &["operations"]),
        ),
        function(
            NAMES[5],
            "Remembers something for later conversations. Only what will still matter then, in one short sentence.",
            &form(json!({"content": text("What to remember"), "type": kind("user"), "path": path()}), &["content"]),
        ),
        function(
            NAMES[6],
            "Says otherwise what is remembered.",
            &form(
                json!({"memory_id": id(), "content": text("What is true now"),
                    "type": {"type": "string", "enum": ["user", "context"]}, "path": path()}),
                &["memory_id", "content"],
            ),
        ),
        function(NAMES[7], "Forgets something.", &form(json!({"memory_id": id()}), &["memory_id"])),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_has_a_description_and_is_known_by_its_name() {
        let names: Vec<String> =
            all().iter().filter_map(|spec| spec["function"]["name"].as_str().map(str::to_owned)).collect();
        assert_eq!(names, NAMES);
        assert!(all().iter().all(|spec| spec["function"]["parameters"]["type"] == "object"));
    }

    #[test]
    fn arguments_that_make_no_sense_are_named() {
        let read = |arguments: Json| kind(arguments.as_object().unwrap_or(&JsonMap::new()), "user");
        assert_eq!(read(json!({})), Ok(Some(MemoryKind::User)));
        assert_eq!(read(json!({"type": "all"})), Ok(None));
        assert!(read(json!({"type": 5})).is_err() && read(json!({"type": "diary"})).is_err());
        for (value, expected) in [(json!(-5), 0), (json!(i64::MAX), 200), (json!("many"), 5)] {
            let arguments = JsonMap::from_iter([("count".to_owned(), value)]);
            assert_eq!(count(&arguments, 5), expected);
        }
    }
}
