//! A ComfyUI workflow in its API format, and which of its nodes takes what.

use airis_domain::{Json, JsonMap};
use serde_json::json;

use crate::order::Order;
use crate::{ImageError, Result};

/// A workflow with the places that orders fill.
#[derive(Debug)]
pub struct Workflow {
    nodes: JsonMap,
    slots: Vec<Slot>,
}

/// Inputs of nodes that take one part of an order.
#[derive(Clone, Debug, PartialEq)]
struct Slot {
    /// `prompt`, `model`, `width`… Of any other kind the given value is laid down.
    kind: String,
    key: String,
    ids: Vec<String>,
    value: Json,
}

/// What a workflow is filled with.
pub struct Filled<'a> {
    pub order: &'a Order,
    pub seed: u32,
    /// Names of the pictures to be changed.
    pub sources: &'a [String],
}

impl Workflow {
    /// `slots` is a list of `{type, key, node_ids, value}`; where it says nothing, the workflow does.
    pub fn read(text: &str, slots: &Json) -> Result<Self> {
        let Ok(Json::Object(nodes)) = serde_json::from_str::<Json>(text) else {
            return refused("The ComfyUI workflow is no JSON object");
        };
        let sound =
            |node: &Json| node["class_type"].is_string() && node.get("inputs").is_none_or(|inputs| inputs.is_object());
        if nodes.is_empty() || !nodes.values().all(sound) {
            return refused("The ComfyUI workflow is not in the API format; export it as that");
        }
        let given: Vec<Slot> = slots.as_array().into_iter().flatten().filter_map(slot).collect();
        let slots = if given.is_empty() { guessed(&nodes) } else { given };
        Ok(Self { nodes, slots })
    }

    /// The class of the node that loads the model, and the input that names it.
    pub fn loader(&self) -> Option<(String, String)> {
        let slot = self.slots.iter().find(|slot| slot.kind == "model")?;
        let class = self.nodes.get(slot.ids.first()?)?["class_type"].as_str()?;
        Some((class.to_owned(), slot.key.clone()))
    }

    /// The workflow for one order.
    pub fn fill(&self, filled: &Filled<'_>) -> Result<Json> {
        let mut nodes = self.nodes.clone();
        if !filled.sources.is_empty() && self.slots.iter().all(|slot| slot.kind != "image") {
            return refused("No node of the ComfyUI workflow takes a picture");
        }
        for slot in &self.slots {
            for (index, id) in slot.ids.iter().enumerate() {
                let Some(value) = slot.value_of(filled, index) else { continue };
                let Some(node) = nodes.get_mut(id) else {
                    return refused(&format!("The ComfyUI workflow has no node {id}"));
                };
                node["inputs"][&slot.key] = value;
            }
        }
        Ok(Json::Object(nodes))
    }
}

impl Slot {
    fn of(kind: &str, key: &str, id: &str) -> Self {
        Self { kind: kind.to_owned(), key: key.to_owned(), ids: vec![id.to_owned()], value: Json::Null }
    }

    /// What goes into the node at this place of the list; nothing leaves the node as it is.
    fn value_of(&self, filled: &Filled<'_>, index: usize) -> Option<Json> {
        let order = filled.order;
        let size = order.size.pixels();
        match self.kind.as_str() {
            "prompt" => Some(json!(order.prompt)),
            "negative_prompt" => order.negative.as_ref().map(|text| json!(text)),
            "model" => Some(&order.model).filter(|model| !model.is_empty()).map(|model| json!(model)),
            "width" => size.map(|(width, _)| json!(width)),
            "height" => size.map(|(_, height)| json!(height)),
            "n" => Some(json!(order.count)),
            "steps" => order.steps.map(|steps| json!(steps)),
            "seed" => Some(json!(filled.seed)),
            // Nodes that are left over see the last one.
            "image" => filled.sources.get(index).or(filled.sources.last()).map(|name| json!(name)),
            _ => Some(&self.value).filter(|value| !value.is_null()).cloned(),
        }
    }
}

fn slot(entry: &Json) -> Option<Slot> {
    let kind = entry["type"].as_str()?.trim().to_owned();
    let usual = match kind.as_str() {
        "prompt" | "negative_prompt" => "text",
        "model" => "ckpt_name",
        "n" => "batch_size",
        other => other,
    };
    let key = entry["key"].as_str().map(str::trim).filter(|key| !key.is_empty()).unwrap_or(usual).to_owned();
    let id = |id: &Json| id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string()));
    let ids: Vec<String> = match &entry["node_ids"] {
        Json::Array(ids) => ids.iter().filter_map(id).collect(),
        Json::String(ids) => ids.split(',').map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let ids: Vec<String> = ids.iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
    (!key.is_empty() && !ids.is_empty()).then(|| Slot { kind, key, ids, value: entry["value"].clone() })
}

/// The places of a workflow that is built as usual: what the sampler is connected to.
fn guessed(nodes: &JsonMap) -> Vec<Slot> {
    let mut slots = Vec::new();
    for (id, node) in nodes {
        let inputs = &node["inputs"];
        let has = |key: &str| inputs.get(key).is_some_and(|value| !value.is_array());
        let connected = |key: &str| inputs[key][0].as_str();
        let class = node["class_type"].as_str().unwrap_or_default();
        for (kind, key) in [("model", "ckpt_name"), ("seed", "seed"), ("seed", "noise_seed"), ("steps", "steps")] {
            if has(key) {
                slots.push(Slot::of(kind, key, id));
            }
        }
        if has("width") && has("height") && has("batch_size") {
            let sides = [("width", "width"), ("height", "height"), ("n", "batch_size")];
            slots.extend(sides.map(|(kind, key)| Slot::of(kind, key, id)));
        }
        if class == "LoadImage" {
            slots.push(Slot::of("image", "image", id));
        }
        for (kind, key) in [("prompt", "positive"), ("negative_prompt", "negative")] {
            let text = |id: &str| nodes.get(id).is_some_and(|node| node["inputs"]["text"].is_string());
            if let Some(other) = connected(key).filter(|other| text(other)) {
                slots.push(Slot::of(kind, "text", other));
            }
        }
    }
    slots
}

fn refused<T>(text: &str) -> Result<T> {
    Err(ImageError::Refused(text.to_owned()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use airis_config::Config;

    use super::*;
    use crate::order::Size;

    fn order() -> Order {
        Order {
            prompt: "a cat".to_owned(),
            model: "m".to_owned(),
            size: Size::Pixels(64, 32),
            count: 2,
            steps: Some(7),
            negative: Some("dogs".to_owned()),
            background: None,
            sources: Vec::new(),
        }
    }

    #[test]
    fn the_built_in_workflow_tells_which_node_takes_what() {
        let text = Config::from_env(&|_| None).unwrap().text("image_generation.comfyui.workflow");
        let workflow = Workflow::read(&text, &json!([])).unwrap();
        let order = order();
        let filled = workflow.fill(&Filled { order: &order, seed: 5, sources: &[] }).unwrap();
        for (place, value) in [
            ("/1/inputs/ckpt_name", json!("m")),
            ("/2/inputs/text", json!("a cat")),
            ("/3/inputs/text", json!("dogs")),
            ("/4/inputs/width", json!(64)),
            ("/4/inputs/height", json!(32)),
            ("/4/inputs/batch_size", json!(2)),
            ("/5/inputs/steps", json!(7)),
            ("/5/inputs/seed", json!(5)),
        ] {
            assert_eq!(filled.pointer(place), Some(&value), "{place}");
        }
        assert_eq!(workflow.loader(), Some(("CheckpointLoaderSimple".to_owned(), "ckpt_name".to_owned())));
        let sources = ["p.png".to_owned()];
        assert!(workflow.fill(&Filled { order: &order, seed: 5, sources: &sources }).is_err(), "it takes no picture");
    }

    #[test]
    fn what_administrators_say_of_nodes_counts() {
        let text = json!({"a": {"class_type": "X", "inputs": {}}, "7": {"class_type": "Y"}}).to_string();
        let slots = json!([
            {"type": "prompt", "node_ids": ["a"]}, {"type": "image", "key": "picture", "node_ids": "a, 7"},
            {"type": "own", "key": "style", "node_ids": [7], "value": "bold"}, {"type": "seed"}, "nonsense",
        ]);
        let (workflow, order) = (Workflow::read(&text, &slots).unwrap(), order());
        let sources = ["p".to_owned(), "q".to_owned()];
        let filled = workflow.fill(&Filled { order: &order, seed: 5, sources: &sources }).unwrap();
        assert_eq!(filled["a"]["inputs"], json!({"text": "a cat", "picture": "p"}));
        assert_eq!(filled["7"]["inputs"], json!({"picture": "q", "style": "bold"}));
        let nowhere = Workflow::read(&text, &json!([{"type": "prompt", "node_ids": ["b"]}])).unwrap();
        assert!(nowhere.fill(&Filled { order: &order, seed: 5, sources: &[] }).is_err());
    }

    #[test]
    fn what_is_no_workflow_is_refused() {
        for wrong in [
            "",
            "[]",
            "{}",
            "nonsense",
            r#"{"nodes": [], "links": []}"#,
            r#"{"1": 5}"#,
            r#"{"1": {"class_type": "X", "inputs": 5}}"#,
        ] {
            assert!(Workflow::read(wrong, &json!([])).is_err(), "{wrong}");
        }
    }
}
