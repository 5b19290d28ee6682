//! Files that are no models, or half of one.

use std::path::Path;

use airis_providers::Providers;

use crate::servers::{ask, providers};

fn folder(path: &Path) -> Providers {
    providers(&[("LOCAL_MODEL_PATH", path.to_str().unwrap())])
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// A GGUF file of this architecture that announces one tensor of 64 numbers, without the numbers.
fn head(architecture: &str, more: &[(&str, u32)]) -> Vec<u8> {
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3u32.to_le_bytes());
    bytes.extend(1u64.to_le_bytes());
    bytes.extend((more.len() as u64 + 1).to_le_bytes());
    put_text(&mut bytes, "general.architecture");
    bytes.extend(8u32.to_le_bytes());
    put_text(&mut bytes, architecture);
    for (name, value) in more {
        put_text(&mut bytes, name);
        bytes.extend(4u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    put_text(&mut bytes, "token_embd.weight");
    bytes.extend(1u32.to_le_bytes());
    bytes.extend(64u64.to_le_bytes());
    bytes.extend(0u32.to_le_bytes());
    bytes.extend(0u64.to_le_bytes());
    bytes
}

#[tokio::test]
async fn each_damaged_file_is_named_with_its_fault_and_the_others_stay() {
    let place = tempfile::tempdir().unwrap();
    let whole = head("llama", &[]);
    let mut with_weights = whole.clone();
    with_weights.resize(whole.len() + 512, 0);
    let mut endless = whole[..24].to_vec();
    endless[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
    endless.extend(u64::MAX.to_le_bytes());
    let mut other = head("gpt-neox", &[]);
    other.resize(other.len() + 512, 0);
    let mut nonsense = head("llama", &[("general.alignment", 0)]);
    nonsense.resize(nonsense.len() + 512, 0);
    let files: [(&str, &[u8], &str); 8] = [
        ("cut-head.gguf", &whole[..40], "cut off"),
        ("cut-weights.gguf", &whole, "cut off"),
        ("empty.gguf", b"", "empty"),
        ("endless.gguf", &endless, "fetch it again"),
        ("nonsense.gguf", &nonsense, "fetch it again"),
        ("other.gguf", &other, "'gpt-neox' are not supported"),
        ("text.gguf", b"this is no model at all", "not a GGUF file"),
        ("untrained.gguf", &with_weights, ""),
    ];
    for (name, bytes, _) in files {
        std::fs::write(place.path().join(name), bytes).unwrap();
    }
    std::fs::create_dir(place.path().join("folder.gguf")).unwrap();
    let providers = folder(place.path());
    let listed: Vec<String> = providers.models(true).await.iter().map(|model| model.id.clone()).collect();
    assert_eq!(listed, ["cut-head", "cut-weights", "endless", "nonsense", "other", "untrained"]);
    let examined = providers.examine_local_models();
    for (name, _, fault) in files {
        let model = examined.iter().find(|model| model.path.ends_with(name)).unwrap();
        let problem = model.problem.clone().unwrap_or_default();
        assert!(problem.contains(fault), "{name}: {problem:?}");
    }
    // A file alone is asked under the id `m`, so that its failure in use can be seen.
    for (name, bytes, fault) in files.into_iter().filter(|(name, ..)| !["empty.gguf", "text.gguf"].contains(name)) {
        let alone = tempfile::tempdir().unwrap();
        std::fs::write(alone.path().join("m.gguf"), bytes).unwrap();
        let told = ask(&folder(alone.path())).await.told();
        assert!(told.starts_with("the model file m.gguf cannot be used: ") && told.contains(fault), "{name}: {told}");
    }
}
