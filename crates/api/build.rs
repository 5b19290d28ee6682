//! Embeds the built client anew when it changes. The folder may be absent: then the server has no pages, only its API.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
