//! Embeds the built client anew when it changes. The folder may be absent: then the server has no pages, only its API.
//! A debug build reads the files when they are asked for, and need not be made again.

fn main() {
    let embedded = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    println!("cargo:rerun-if-changed={}", if embedded { "../../web/dist" } else { "build.rs" });
}
