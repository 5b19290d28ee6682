//! A GGUF file in memory: weights, and the script that goes with them.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::panic::catch_unwind;
use std::path::Path;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::{MAX_SEQ_LEN, ModelWeights};

use super::script::Script;

/// Tokens of a prompt that are computed at once; bounds the memory of attention.
const PROMPT_STEP: usize = 256;
/// End-of-turn tokens by name; the file's own `eos_token_id` joins them.
const ENDS: [&str; 5] = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "</s>"];

/// A loaded model with the tokens its memory holds.
pub struct ChatModel {
    weights: ModelWeights,
    device: Device,
    pub script: Script,
    /// Tokens that prompt and reply may have together.
    pub context: usize,
    pub ends: Vec<u32>,
    seen: Vec<u32>,
}

/// Why a file cannot be a model, judged by its head only.
pub fn problem(path: &Path) -> Option<String> {
    let mut head = [0u8; 4];
    match File::open(path).and_then(|mut file| file.read_exact(&mut head)) {
        Ok(()) if &head == b"GGUF" => None,
        Ok(()) => Some("it is not a GGUF file".to_owned()),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Some("it is empty or cut off: fetch it again".to_owned())
        }
        Err(error) => Some(format!("it cannot be read: {error}")),
    }
}

/// Why a file cannot be a model, judged by everything but its weights: kind, contents, length. Takes a moment.
pub fn examine(path: &Path) -> Option<String> {
    problem(path).or_else(|| {
        let mut file = BufReader::new(File::open(path).ok()?);
        // Numbers that make no sense may bring the reader down.
        let content = match catch_unwind(move || Content::read(&mut file)) {
            Ok(Ok(content)) => content,
            Ok(Err(_)) | Err(_) => {
                return Some("its beginning cannot be read; it may be cut off: fetch it again".to_owned());
            }
        };
        supported(&content).and_then(|()| check_length(path, &content)).err()
    })
}

fn supported(content: &Content) -> Result<(), String> {
    let architecture = text(content, "general.architecture").unwrap_or_default();
    if architecture == "llama" {
        return Ok(());
    }
    Err(format!("models of the architecture '{architecture}' are not supported yet; use a llama-type GGUF file"))
}

impl ChatModel {
    /// Reads the whole file. Fails with a sentence for the operator when it is cut off or of an unknown kind.
    pub fn load(path: &Path) -> Result<Self, String> {
        guarded(path, Self::read)
    }

    fn read(path: &Path) -> Result<Self, String> {
        let (content, mut file) = head(path)?;
        check_length(path, &content)?;
        let device = device();
        let script = Script::read(&content).map_err(broken)?;
        let mut ends: Vec<u32> = ENDS.iter().filter_map(|name| script.tokenizer.token_to_id(name)).collect();
        ends.extend(number(&content, "tokenizer.ggml.eos_token_id"));
        let trained = number(&content, "llama.context_length").map_or(2048, |length| length as usize);
        let weights = ModelWeights::from_gguf(content, &mut file, &device).map_err(broken)?;
        Ok(Self { weights, device, script, context: trained.min(MAX_SEQ_LEN), ends, seen: Vec::new() })
    }

    /// Logits behind these tokens. What the memory already holds is not computed again.
    pub fn prompt(&mut self, tokens: &[u32]) -> candle_core::Result<Tensor> {
        let mut known = if !self.seen.is_empty() && tokens.len() > self.seen.len() && tokens.starts_with(&self.seen) {
            self.seen.len()
        } else {
            0
        };
        if known == 0 {
            self.weights.clear_kv_cache();
            self.seen.clear();
        }
        let mut logits = None;
        while known < tokens.len() {
            let step = &tokens[known..tokens.len().min(known + PROMPT_STEP)];
            logits = Some(self.forward(step, known)?);
            known += step.len();
        }
        logits.ok_or_else(|| candle_core::Error::Msg("the prompt is empty".to_owned()))
    }

    /// Logits behind one more token.
    pub fn next(&mut self, token: u32) -> candle_core::Result<Tensor> {
        self.forward(&[token], self.seen.len())
    }

    fn forward(&mut self, tokens: &[u32], at: usize) -> candle_core::Result<Tensor> {
        let input = Tensor::new(tokens, &self.device)?.unsqueeze(0)?;
        let logits = self.weights.forward(&input, at)?.squeeze(0)?;
        self.seen.extend_from_slice(tokens);
        Ok(logits)
    }
}

/// The script of a file; its weights are left alone.
pub fn script(path: &Path) -> Result<Script, String> {
    guarded(path, |path| Script::read(&head(path)?.0).map_err(broken))
}

/// Reads something of a file. A damaged one may hold numbers that bring a reader down.
fn guarded<T>(path: &Path, read: fn(&Path) -> Result<T, String>) -> Result<T, String> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let read = catch_unwind(|| read(path)).unwrap_or_else(|_| Err("it is damaged: fetch it again".to_owned()));
    read.map_err(|problem| format!("the model file {name} cannot be used: {problem}"))
}

/// The head of a file of a supported kind, and the file behind it.
fn head(path: &Path) -> Result<(Content, BufReader<File>), String> {
    if let Some(problem) = problem(path) {
        return Err(problem);
    }
    let mut file = BufReader::new(File::open(path).map_err(|error| format!("it cannot be opened: {error}"))?);
    let content = Content::read(&mut file).map_err(broken)?;
    supported(&content)?;
    Ok((content, file))
}

fn broken(error: candle_core::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    format!("{first}; it may be cut off: fetch it again")
}

/// The first GPU where this was built for one, else the processor.
pub fn device() -> Device {
    Device::cuda_if_available(0).unwrap_or(Device::Cpu)
}

/// Tensors must lie inside the file.
fn check_length(path: &Path, content: &Content) -> Result<(), String> {
    let length = std::fs::metadata(path).map_or(0, |data| data.len());
    let last = content
        .tensor_infos
        .values()
        .map(|info| content.tensor_data_offset.saturating_add(info.offset))
        .max()
        .unwrap_or(0);
    if last >= length {
        return Err(format!("it is cut off: {length} bytes are there, more than {last} are needed; fetch it again"));
    }
    Ok(())
}

pub fn text(content: &Content, key: &str) -> Option<String> {
    content.metadata.get(key).and_then(|value| value.to_string().ok()).cloned()
}

fn number(content: &Content, key: &str) -> Option<u32> {
    content.metadata.get(key).and_then(|value: &Value| value.to_u32().ok())
}
