//! The messages of the demonstration, which would otherwise go out by mail and text message.

use app::act::{self, DemoMessages};
use axum::extract::Query;
use serde::Deserialize;

use crate::component::list::{Message, Messages};
use crate::component::{Card, Empty, Tag, Tone};
use crate::http::context::Ctx;
use crate::page::{Shown, show};
use crate::view::{Head, Page};

/// To whom.
#[derive(Debug, Default, Deserialize)]
pub struct To {
    to: Option<String>,
}

/// The latest messages; there is no such page outside a demonstration.
pub async fn messages(ctx: Ctx, Query(to): Query<To>) -> Shown {
    let t = ctx.t;
    let messages = act::demo_messages(&ctx.world, &ctx.origin, DemoMessages { to: to.to }).await?;
    let body = if messages.is_empty() {
        Card::with("", &Empty { title: t.msg("messages-empty"), text: t.msg("messages-empty-text"), link: None })
    } else {
        let list = messages
            .iter()
            .map(|message| Message {
                tag: Tag::new(
                    if message.state == "sent" { Tone::Ok } else { Tone::Wait },
                    format!("{} · {}", t.of("channel", &message.channel), t.of("message", &message.state)),
                ),
                to: message.to.clone(),
                at: t.full_time(&message.at),
                subject: message.subject.clone(),
                text: message.text.clone(),
            })
            .collect();
        Card::with("", &Messages { messages: list })
    };
    Ok(show(&Page {
        t,
        shell: ctx.shell(t.msg("nav-demo-messages")).await?,
        head: Head { title: t.msg("nav-demo-messages"), lead: t.msg("messages-lead"), ..Head::default() },
        main: vec![body.html()],
        ..Page::default()
    }))
}
