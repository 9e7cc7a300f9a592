//! Shows every sample page on a port of this machine, so that a change of templates or styles can be looked at
//! without filling in forms: `cargo run -p beian-web --example gallery -- 8610`.

mod samples;

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use web::locale::Lang;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(8610_u16);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(
        listener,
        Router::new()
            .route("/", get(index))
            .route("/{lang}/{name}", get(show))
            .route("/static/{hash}/{*name}", get(web::asset::serve)),
    )
    .await
}

async fn index() -> Html<String> {
    let links = Lang::ALL.iter().flat_map(|lang| {
        samples::all(*lang)
            .into_iter()
            .map(move |(name, _)| format!("<li><a href=\"/{0}/{name}\">{0} {name}</a></li>", lang.tag()))
    });
    Html(format!("<ul>{}</ul>", links.collect::<String>()))
}

async fn show(Path((lang, name)): Path<(String, String)>) -> Html<String> {
    let lang = Lang::from_tag(&lang).unwrap_or_default();
    let page = samples::all(lang).into_iter().find(|(sample, _)| *sample == name);
    Html(page.map_or_else(|| "no such sample".to_owned(), |(_, html)| html))
}
