//! Somebody who opens the website, or looks its filing up.

use super::applicant::encode;
use super::http::Server;
use super::{Failure, Seen, insist, text};
use reqwest::{Method, header};
use serde_json::Value;

/// What the gateway answers for a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// It sends the visitor to a page, or shows one, that asks to file.
    Closed(String),
    /// It passes the request on to the website.
    Open,
}

/// Knocks once.
async fn knock(gateway: &Server, domain: &str) -> Result<Door, Failure> {
    let answer = gateway.request(Method::GET, "").header("host", domain).ask().await?;
    match answer.status.as_u16() {
        302 => Ok(Door::Closed(answer.header(header::LOCATION).unwrap_or_default().to_owned())),
        451 => Ok(Door::Closed("451".to_owned())),
        200 if answer.text.contains(domain) => Ok(Door::Open),
        status => Err(Failure::Away(format!("the gateway answers {status} for {domain}"))),
    }
}

/// Sees that a domain is closed: the answer leads to the page that asks to file.
pub async fn sees_closed(gateway: &Server, domain: &str) -> Result<Seen, Failure> {
    let place = insist(async || match knock(gateway, domain).await? {
        Door::Closed(place) => Ok(Some(place)),
        Door::Open => Err(Failure::Odd(format!("{domain} is open before it was filed"))),
    })
    .await?;
    if place != "451" && !place.contains(&format!("domain={domain}")) {
        return Err(Failure::Odd(format!("{domain} is sent to {place}, which does not name it")));
    }
    Ok(vec![("domain", domain.to_owned()), ("place", place)])
}

/// Waits until a domain is open: the answer is the website's own.
pub async fn sees_open(gateway: &Server, domain: &str) -> Result<Seen, Failure> {
    insist(async || Ok((knock(gateway, domain).await? == Door::Open).then_some(()))).await?;
    Ok(vec![("domain", domain.to_owned())])
}

/// Waits until a domain that was open is closed.
pub async fn sees_closed_again(gateway: &Server, domain: &str) -> Result<Seen, Failure> {
    insist(async || Ok((knock(gateway, domain).await? != Door::Open).then_some(()))).await?;
    sees_closed(gateway, domain).await
}

/// Asks the public look-up.
pub async fn looks_up(platform: &Server, domain: &str, number: &str) -> Result<Seen, Failure> {
    let found = ask(platform, domain).await?;
    if text(&found["filed"]) != "yes" || text(&found["number"]) != number {
        return Err(Failure::Odd(format!("the look-up says {found}")));
    }
    Ok(vec![("domain", domain.to_owned()), ("number", number.to_owned())])
}

/// Finds a site by its new name in the public look-up.
pub async fn looks_up_name(platform: &Server, domain: &str, name: &str) -> Result<Seen, Failure> {
    let found = ask(platform, domain).await?;
    if text(&found["filed"]) != "yes" || text(&found["site_name"]) != name {
        return Err(Failure::Odd(format!("the look-up says {found}")));
    }
    Ok(vec![("domain", domain.to_owned()), ("name", name.to_owned())])
}

/// Finds a site in the public look-up that is filed and not accessed here.
pub async fn looks_up_unaccessed(platform: &Server, domain: &str, number: &str) -> Result<Seen, Failure> {
    let found = ask(platform, domain).await?;
    let stays = text(&found["filed"]) == "yes" && text(&found["subject_number"]) == number;
    if !stays || text(&found["accessed"]) != "no" {
        return Err(Failure::Odd(format!("the look-up says {found}")));
    }
    Ok(vec![("domain", domain.to_owned()), ("number", number.to_owned())])
}

/// Finds nothing filed in the public look-up.
pub async fn looks_up_nothing(platform: &Server, domain: &str) -> Result<Seen, Failure> {
    let found = ask(platform, domain).await?;
    if text(&found["filed"]) == "yes" || !found["number"].is_null() {
        return Err(Failure::Odd(format!("the look-up says {found}")));
    }
    Ok(vec![("domain", domain.to_owned())])
}

async fn ask(platform: &Server, domain: &str) -> Result<Value, Failure> {
    insist(async || platform.get(format!("api/v1/look-up?q={}", encode(domain))).await.map(Some)).await
}
