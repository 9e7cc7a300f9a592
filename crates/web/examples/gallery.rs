//! Shows the pages over an invented town, to be looked at while templates and styles change:
//! `cargo run -p beian-web --example gallery -- 8610 [filed]`.

#[path = "../tests/support/town.rs"]
mod town;

use std::net::SocketAddr;

use app::Role;
use testkit::persona::PASSWORD;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(8610_u16);
    let filed = std::env::args().nth(2).is_some_and(|word| word == "filed");
    let town = town::build(filed).await?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    println!("{base}/  password of everybody: {PASSWORD}");
    let orders = [&town.draft, &town.changes, &town.review, &town.reported];
    for (login, order) in orders {
        println!("{base}/orders/{order}  {login}");
    }
    if filed {
        for page in town::filings(&town.story, town.reported.1).await? {
            println!("{base}{page}  {}", town.reported.0);
        }
    }
    println!("{base}/review/{}  {}", town.review.1, town::staff(Role::Reviewer));
    println!("{base}/orders/new  {}", town.newcomer);
    println!("{base}/h/{}", town.handover);
    println!("{base}/ip-ranges/{}  {}", town.range, town::staff(Role::Supervisor));
    for role in [Role::Supervisor, Role::Administrator, Role::Auditor] {
        println!("{base}/login  {}", town::staff(role));
    }
    let staff = [Role::Reviewer, Role::Supervisor, Role::Administrator, Role::Auditor].map(town::staff);
    let applicants = orders.map(|(login, _)| login.clone()).into_iter().chain([town.newcomer.clone()]);
    for login in applicants.chain(staff) {
        println!("{login} {}", town::cookie(&town.story, &login).await?);
    }
    let world = (*town.story).clone();
    let router = web::router(web::State { world, metrics: None });
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await?;
    town.story.finish().await
}
