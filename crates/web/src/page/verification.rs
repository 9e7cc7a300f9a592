//! Verification of a site's manager (真实性核验): the hand-over to a phone, followed live on the wide screen.

use app::act::{self, EditOrder, HandoverLink, HandoverProgress, HandoverStatus, LinkState, SlotView, StartHandover};
use axum::extract::Path;
use fast_qr::convert::Builder;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use uuid::Uuid;

use crate::component::list::{Live, Qr, ShotLine};
use crate::component::progress::{NowCard, Post};
use crate::component::{Card, Html, Link, Notice, Tag, Tone};
use crate::http::context::Signed;
use crate::locale::T;
use crate::page::{Shown, papers, show, words};
use crate::view::{Head, Page};

/// The page from which the phone takes over.
pub async fn verification(signed: Signed, Path((order, site)): Path<(Uuid, usize)>) -> Shown {
    draw(&signed, order, site, None).await
}

/// Makes a link for the phone and shows it as a QR code, this once: the link is not kept in the clear.
pub async fn start(signed: Signed, Path((order, site)): Path<(Uuid, usize)>) -> Shown {
    let link = act::start_handover(&signed.ctx.world, &signed.actor, StartHandover { order, site }).await?;
    draw(&signed, order, site, Some(link)).await
}

/// The fragment that the wide screen asks for every two seconds.
pub async fn live(Signed { ctx, actor }: Signed, Path((order, site)): Path<(Uuid, usize)>) -> Shown {
    let progress = act::handover_status(&ctx.world, &actor, HandoverStatus { order, site }).await?;
    Ok(show(&fragment(ctx.t, order, site, &progress)))
}

async fn draw(Signed { ctx, actor }: &Signed, order: Uuid, site: usize, link: Option<HandoverLink>) -> Shown {
    let t = ctx.t;
    let edit = act::edit_order(&ctx.world, actor, EditOrder { order }).await?;
    let progress = act::handover_status(&ctx.world, actor, HandoverStatus { order, site }).await?;
    let writable = progress.slots.iter().any(|slot| slot.editable);
    let mut main = vec![];
    match &link {
        Some(link) => {
            let qr = Qr {
                t,
                svg: qr_code(&link.url),
                url: link.url.clone(),
                steps: (1..=3).map(|n| t.of("handover-step", n)).collect(),
            };
            main.push(
                Card {
                    title: t.msg("handover-scan"),
                    text: t.one("handover-until", "time", t.clock_time(&link.expires_at)),
                    body: vec![Html::of(&qr)],
                    ..Card::default()
                }
                .html(),
            );
        }
        None if writable => main.push(Html::of(&NowCard {
            title: t.msg("handover-title"),
            text: t.msg("handover-text"),
            post: Some(Post {
                action: format!("/orders/{order}/verification/{site}"),
                word: t.msg(if progress.link == LinkState::None { "handover-start" } else { "handover-again" }),
                hidden: vec![],
            }),
            second: Some(Link::new(format!("/orders/{order}/materials"), t.msg("handover-here"))),
            ..NowCard::default()
        })),
        None => main.push(Html::of(&Notice { tone: Tone::Info, text: t.msg("section-locked"), link: None })),
    }
    main.push(Card::with(t.msg("handover-live"), &fragment(t, order, site, &progress)).html());
    let guidance = crate::component::list::Guidance {
        title: t.msg("photo-rules-title"),
        lines: (1..=4).map(|n| (t.of("photo-rule", n), String::new())).collect(),
    };
    main.push(Html::of(&guidance));
    let mut shell = ctx.shell(t.msg("section-verification")).await?;
    shell.narrow = true;
    let sites = edit.draft.sites.len();
    let page = Page {
        t,
        shell,
        head: Head {
            crumbs: vec![Link::new(format!("/orders/{order}"), edit.draft.basic.domain.clone())],
            title: t.msg("section-verification"),
            small: if sites > 1 { t.one("section-site-n", "n", site + 1) } else { String::new() },
            lead: t.msg("verification-lead"),
            ..Head::default()
        },
        top: vec![],
        main,
        aside: vec![],
    };
    Ok(show(&page))
}

fn fragment(t: T, order: Uuid, site: usize, progress: &HandoverProgress) -> Live {
    let complete = progress.slots.iter().filter(|slot| slot.required).all(|slot| slot.material.is_some());
    let over = matches!(progress.link, LinkState::None | LinkState::Finished | LinkState::Expired);
    let (tone, word) = match progress.link {
        _ if complete => (Tone::Ok, "complete"),
        LinkState::None => (Tone::Plain, "none"),
        LinkState::Open => (Tone::Wait, "open"),
        LinkState::Opened => (Tone::Info, "opened"),
        LinkState::Finished => (Tone::Wait, "finished"),
        LinkState::Expired => (Tone::Stop, "expired"),
    };
    let until = progress.expires_at.filter(|_| !over).map(|at| t.one("handover-until", "time", t.clock_time(&at)));
    Live {
        t,
        poll: (!over).then(|| format!("/orders/{order}/verification/{site}/live")),
        state: Tag::new(tone, t.of("handover-state", word)),
        until: until.unwrap_or_default(),
        lines: progress.slots.iter().map(|slot| line(t, slot, String::new())).collect(),
        next: complete.then(|| Link::new(format!("/orders/{order}"), t.msg("back-to-tasks"))),
    }
}

/// One picture of the hand-over.
#[must_use]
pub fn line(t: T, slot: &SlotView, href: String) -> ShotLine {
    ShotLine { title: words::field_label(t, &slot.slot), href, tag: papers::tag(t, slot) }
}

/// The address as a QR code; an address too long for one leaves the picture empty and the address below it.
fn qr_code(url: &str) -> Html {
    let svg = QRBuilder::new(url).build().map(|code| SvgBuilder::default().margin(1).to_str(&code)).unwrap_or_default();
    Html::trusted(svg)
}

#[cfg(test)]
mod tests {
    use super::qr_code;

    #[test]
    fn a_qr_code_has_no_style_that_the_policy_would_refuse() {
        let svg = qr_code("https://beian.example/h/abcdefghijklmnopqrstuvwxyz0123456789").to_string();
        assert!(svg.starts_with("<svg"), "{svg}");
        assert!(!svg.contains("style=") && !svg.contains("<style") && !svg.contains("<script"), "{svg}");
    }
}
