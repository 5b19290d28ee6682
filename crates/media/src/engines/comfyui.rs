//! ComfyUI: a workflow is queued, its history says when it is done, and the pictures are fetched one by one.

use std::time::{Duration, Instant};

use airis_domain::Json;
use airis_outbound::{Answer, Call, OutboundError, Url};
use futures::future::try_join_all;
use serde_json::json;

use super::setup::{SHORTLY, Setup};
use super::workflow::{Filled, Workflow};
use super::{Model, late};
use crate::form::Form;
use crate::order::{MOST, Order};
use crate::picture::{LARGEST, Picture, none, some};
use crate::service::{ask, under};
use crate::{ImageError, Result};

/// How often it is asked whether a workflow is done: soon, then less often.
const LOOK_FIRST: Duration = Duration::from_millis(100);
const LOOK_LAST: Duration = Duration::from_secs(2);
/// Seconds of a call that does not wait for the picture.
const SMALL: u64 = 30;

pub async fn run(setup: &Setup<'_>, order: &Order) -> Result<Vec<Picture>> {
    let server = Server::of(setup)?;
    let workflow = Workflow::read(&setup.needed("comfyui.workflow")?, &setup.json("comfyui.nodes"))?;
    let names = try_join_all(order.sources.iter().map(|source| server.upload(source))).await?;
    let filled = Filled { order, seed: rand::random::<u32>(), sources: &names };
    let id = server.queue(&workflow.fill(&filled)?).await?;
    let found = outputs(&server.outcome(&id).await?);
    let pictures = try_join_all(found.iter().take(MOST).map(|place| server.view(place))).await?;
    some(pictures)
}

/// Models of the node that loads them.
pub async fn models(setup: &Setup<'_>) -> Result<Vec<Model>> {
    let server = Server::of(setup)?;
    let workflow = Workflow::read(&setup.needed("comfyui.workflow")?, &setup.json("comfyui.nodes"))?;
    let Some((class, key)) = workflow.loader() else {
        return Err(ImageError::Refused("No node of the workflow loads a model".to_owned()));
    };
    // The name becomes part of the address.
    let class: String = class.chars().filter(|sign| !"/?#%\\".contains(*sign)).collect();
    let answer = server.small(Call::get(server.at(&format!("object_info/{class}"))?)).await?;
    let input = &answer[&class]["input"];
    let spec = [&input["required"][&key], &input["optional"][&key]].into_iter().find(|spec| spec.is_array());
    // A list of names, or in newer versions a kind with its options.
    let names = spec.and_then(|spec| spec[0].as_array().or_else(|| spec[1]["options"].as_array()));
    let names = names.into_iter().flatten().filter_map(Json::as_str);
    Ok(names.map(|name| Model::new(name, name)).collect())
}

struct Server<'a> {
    setup: &'a Setup<'a>,
    base: String,
    key: String,
}

impl<'a> Server<'a> {
    fn of(setup: &'a Setup<'a>) -> Result<Self> {
        Ok(Self { setup, base: setup.needed("comfyui.base_url")?, key: setup.text("comfyui.api_key") })
    }

    fn at(&self, path: &str) -> Result<String> {
        Ok(under(&self.base, path, "")?)
    }

    async fn small(&self, call: Call) -> Result<Json> {
        Ok(ask(self.setup.outbound, call.bearer(&self.key).within(self.setup.seconds.min(SMALL)), &self.key).await?)
    }

    /// The name by which nodes find a picture.
    async fn upload(&self, picture: &Picture) -> Result<String> {
        let mut form = Form::new();
        form.field("type", "input");
        form.field("overwrite", "true");
        let name = format!("airis-{}.{}", uuid::Uuid::new_v4(), picture.ending);
        form.file("image", &name, picture.kind, &picture.bytes);
        let answer = self.small(form.send(Call::post(self.at("upload/image")?))).await?;
        let text = |key: &str| answer[key].as_str().unwrap_or_default();
        match (text("subfolder"), text("name")) {
            (_, "") => Err(odd("ComfyUI does not say where it keeps the picture")),
            ("", name) => Ok(name.to_owned()),
            (folder, name) => Ok(format!("{folder}/{name}")),
        }
    }

    /// The id of the run.
    async fn queue(&self, workflow: &Json) -> Result<String> {
        let body = json!({"prompt": workflow, "client_id": uuid::Uuid::new_v4().to_string()});
        let call = Call::post(self.at("prompt")?).json(&body).bearer(&self.key).within(self.setup.seconds.min(SMALL));
        let answer = self.setup.outbound.fetch(call).await?;
        let said = answer.json().unwrap_or_default();
        if let Some(reason) = wrong_nodes(&said) {
            return Err(ImageError::Refused(reason));
        }
        if answer.status >= 400
            && let Some(reason) = said.pointer("/error/message").and_then(Json::as_str)
        {
            return Err(ImageError::Refused(format!("ComfyUI refuses the workflow: {reason}")));
        }
        let answer = Answer::ok(answer)?.json()?;
        let sound = |id: &&str| !id.is_empty() && id.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'-');
        let id = answer["prompt_id"].as_str().filter(sound).map(str::to_owned);
        id.ok_or_else(|| odd("ComfyUI does not say how the workflow is called"))
    }

    /// What the history says of a run, once it is there. One that takes too long is taken out of the queue.
    async fn outcome(&self, id: &str) -> Result<Json> {
        let (end, mut pause) = (Instant::now() + Duration::from_secs(self.setup.seconds), LOOK_FIRST);
        while Instant::now() + pause < end {
            tokio::time::sleep(pause).await;
            pause = LOOK_LAST.min(pause * 2);
            let call = Call::get(self.at(&format!("history/{id}"))?);
            let entry = match self.small(call).await {
                Ok(answer) => answer.get(id).cloned().unwrap_or_default(),
                // A server that is at work may be slow to answer.
                Err(ImageError::Engine(OutboundError::Late(..))) => continue,
                Err(error) => return Err(error),
            };
            if entry["status"]["status_str"] == "error" {
                return Err(ImageError::Refused(format!("The workflow failed: {}", failure(&entry))));
            }
            if !entry.is_null() {
                return Ok(entry);
            }
        }
        let call = Call::post(self.at("queue")?).json(&json!({"delete": [id]})).bearer(&self.key).within(SHORTLY);
        if let Err(error) = self.setup.outbound.fetch(call).await.and_then(Answer::ok) {
            tracing::info!(%error, "a workflow stays in its queue");
        }
        Err(late(self.setup.seconds))
    }

    /// One picture of the output folder, named by three words of the query.
    async fn view(&self, place: &[(String, String)]) -> Result<Picture> {
        let mut url = Url::parse(&self.at("view")?).map_err(|_| none())?;
        url.query_pairs_mut().extend_pairs(place);
        let call = Call::get(url.as_str()).bearer(&self.key).within(self.setup.seconds).at_most(LARGEST);
        let answer = self.setup.outbound.fetch(call).await.and_then(Answer::ok)?;
        Picture::of(answer.body).ok_or_else(none)
    }
}

/// Why a workflow failed, in the words of the node that did.
fn failure(entry: &Json) -> String {
    let messages = entry["status"]["messages"].as_array().into_iter().flatten();
    let told = messages.filter(|message| message[0] == "execution_error").find_map(|message| {
        let reason = message[1]["exception_message"].as_str()?.trim();
        Some(match message[1]["node_type"].as_str() {
            Some(node) => format!("{node}: {reason}"),
            None => reason.to_owned(),
        })
    });
    told.unwrap_or_else(|| "no reason is given".to_owned()).chars().take(500).collect()
}

/// Nodes that do not take what they were given.
fn wrong_nodes(answer: &Json) -> Option<String> {
    let (id, node) = answer["node_errors"].as_object()?.iter().next()?;
    let error = &node["errors"][0];
    let text = |key: &str| error[key].as_str().unwrap_or_default();
    let class = node["class_type"].as_str().unwrap_or_default();
    let reason = format!("Node {id} ({class}) of the workflow is not content: {} {}", text("message"), text("details"));
    Some(reason.trim().chars().take(500).collect())
}

/// Where pictures of a run lie: those that were meant to be kept, or if there are none, previews.
fn outputs(entry: &Json) -> Vec<[(String, String); 3]> {
    let nodes = entry["outputs"].as_object().into_iter().flat_map(|nodes| nodes.values());
    let all = nodes.flat_map(|node| node["images"].as_array().into_iter().flatten());
    let (kept, previews): (Vec<&Json>, Vec<&Json>) = all.partition(|image| image["type"] != "temp");
    let chosen = if kept.is_empty() { previews } else { kept };
    let word = |image: &Json, key: &str| (key.to_owned(), image[key].as_str().unwrap_or_default().to_owned());
    let named = chosen.into_iter().filter(|image| image["filename"].is_string());
    named.map(|image| ["filename", "subfolder", "type"].map(|key| word(image, key))).collect()
}

fn odd(text: &str) -> ImageError {
    ImageError::Refused(text.to_owned())
}
