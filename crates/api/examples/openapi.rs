//! Writes the OpenAPI document of every route to standard output.

use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let document = airis_api::openapi().to_pretty_json()?;
    std::io::stdout().write_all(document.as_bytes())?;
    Ok(())
}
