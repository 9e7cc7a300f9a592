//! What anyone may ask: whether a domain is filed or can be, and in a demonstration which messages went out.

use app::act::{self, DemoMessage, DemoMessages, LookUp, LookUpView};
use app::world::World;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use filing::preflight::{Asked, Verdict};

use super::Answer;
use super::body::{Body, Query};
use super::caller::Visitor;
use super::problem::Problem;

/// Looks a domain name, a filing number or the full name of a unit up.
#[utoipa::path(
    get,
    path = "/look-up",
    tag = "public",
    security(()),
    params(("q" = String, Query, description = "A domain name, the number of a site or a subject, or the full name of a unit")),
    responses((status = 200, description = "What is known", body = LookUpView))
)]
pub async fn look_up(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Query(input): Query<LookUp>,
) -> Answer<Json<LookUpView>> {
    Ok(Json(act::look_up(&world, &origin, input).await?))
}

/// Lists the messages of a demonstration; anywhere else there is nothing at this address.
#[utoipa::path(
    get,
    path = "/demo/messages",
    tag = "public",
    security(()),
    params(("to" = Option<String>, Query, description = "Only messages to this address or number")),
    responses((status = 200, description = "The messages, the latest first", body = Vec<DemoMessage>))
)]
pub async fn demo_messages(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Query(input): Query<DemoMessages>,
) -> Answer<Json<Vec<DemoMessage>>> {
    Ok(Json(act::demo_messages(&world, &origin, input).await?))
}

/// Judges before any form whether a domain can be filed, as what, with which papers and by when; keeps nothing.
#[utoipa::path(
    post,
    path = "/preflight",
    tag = "public",
    security(()),
    request_body = Asked,
    responses((status = 200, description = "The verdict", body = Verdict))
)]
pub async fn preflight(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Body(input): Body<Asked>,
) -> Answer<Json<Verdict>> {
    Ok(Json(act::preflight(&world, &origin, input).await?))
}

/// Judges the answers of a shared link; names and numbers have no place in an address and are refused.
#[utoipa::path(
    get,
    path = "/preflight",
    tag = "public",
    security(()),
    params(
        ("domain" = String, Query, description = "The domain"),
        ("nature" = String, Query, description = "The organiser's nature, as its word (`enterprise`) or its Chinese name"),
        ("certificate" = String, Query, description = "The kind of certificate, as its word (`business_licence`) or its Chinese name"),
        ("province" = String, Query, description = "The province, as its code (`33`) or its name"),
        ("resource" = String, Query, description = "The kind of resource, as its word (`cloud_server`) or its Chinese name"),
        ("region" = Option<String>, Query, description = "`mainland` or `abroad`"),
        ("billing" = Option<String>, Query, description = "`prepaid`, `pay_as_you_go` or `package`"),
        ("months" = Option<String>, Query, description = "The months the resource was bought for"),
        ("resource_until" = Option<String>, Query, description = "The last day the resource is paid for"),
        ("subject_filed" = Option<String>, Query, description = "`no`, `here`, `elsewhere` or `shell`"),
        ("domain_filed" = Option<String>, Query, description = "`no`, `here`, `elsewhere` or `other`"),
        ("domain_verified" = Option<String>, Query, description = "`yes` or `no`"),
        ("domain_verified_on" = Option<String>, Query, description = "The day the holder was verified"),
        ("domain_until" = Option<String>, Query, description = "The last day the domain is registered"),
        ("registered_here" = Option<String>, Query, description = "`yes` or `no`"),
        ("account_verified_on" = Option<String>, Query, description = "The day a person's account was verified")
    ),
    responses((status = 200, description = "The verdict", body = Verdict))
)]
pub async fn preflight_by_link(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Query(input): Query<Asked>,
) -> Answer<Json<Verdict>> {
    for (name, typed) in [("name", &input.name), ("number", &input.number)] {
        if !typed.is_empty() {
            let problem = Problem::new(StatusCode::BAD_REQUEST, "query-invalid");
            return Err(problem.place(name, "private", vec![("name", name.to_owned())]));
        }
    }
    Ok(Json(act::preflight(&world, &origin, input).await?))
}
