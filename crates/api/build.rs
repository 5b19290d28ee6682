//! Embeds the built client anew when it changes. The folder may be absent: then the server has no pages, only its API.
#![expect(clippy::print_stdout, reason = "this is how a build script speaks")]

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
