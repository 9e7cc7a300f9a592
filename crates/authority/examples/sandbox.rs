//! The sandbox authority by itself, for those who want nothing else: `cargo run -p beian-authority --example sandbox --
//! examples/sandbox.toml`. The file holds the settings under `[sandbox]`.

use std::path::Path;

use authority::sandbox::{Settings, serve};

#[derive(serde::Deserialize)]
struct File {
    sandbox: Settings,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("which settings file?")?;
    let settings = toml::from_str::<File>(&std::fs::read_to_string(file)?)?.sandbox;
    let config = settings.config(Path::new("authority.sqlite"))?;
    let listener = tokio::net::TcpListener::bind(settings.listen).await?;
    serve(config, listener, async { drop(tokio::signal::ctrl_c().await) }).await?;
    Ok(())
}
