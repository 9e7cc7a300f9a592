//! What the description of the interface says of every operation alike: who may call, how it refuses, its headers.

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, Ref, ResponseBuilder, Type};
use utoipa::{PartialSchema as _, ToSchema};

use super::problem::{MEDIA_TYPE, ProblemBody};
use crate::request::COOKIE;

/// A picture sent as a form.
#[derive(Debug, ToSchema)]
pub struct Form {
    /// The picture, JPEG or PNG.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// The groups of operations, in the order a reader meets them.
const TAGS: &[(&str, &str)] = &[
    ("account", "Registering, logging in, the caller's own account"),
    ("resources", "Cloud resources that sites run on"),
    ("orders", "Filing orders: opened, written, checked, submitted, followed"),
    ("filings", "What is filed: numbers, state, and the orders that change or end it"),
    ("materials", "The pictures that prove what an order says"),
    ("handover", "The phone's side of taking pictures; the link is the permission"),
    ("review", "The provider's first review"),
    ("provider", "The wire to the authority, the audit trail, the accounts"),
    ("tasks", "What the authorities give to do"),
    ("gateway", "The feed that gateways follow"),
    ("enforcement", "The gateways, what they meet, and what people decide on top of the verdicts"),
    ("public", "What anyone may ask"),
];

/// Adds to the collected operations what is true of all of them.
pub fn finish(mut openapi: OpenApi) -> OpenApi {
    openapi.info = InfoBuilder::new()
        .title("Beian")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "An ICP filing platform for access providers. Every refusal is an RFC 9457 problem whose `code` is \
             stable and whose words follow `Accept-Language` (`zh-CN` or `en`).",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    openapi.tags = Some(
        TAGS.iter().map(|(name, words)| TagBuilder::new().name(*name).description(Some(*words)).build()).collect(),
    );
    openapi.security = Some(vec![
        SecurityRequirement::new::<_, [&str; 0], _>("bearer", []),
        SecurityRequirement::new::<_, [&str; 0], _>("cookie", []),
    ]);
    let components = openapi.components.get_or_insert_with(Components::new);
    describe_security(components);
    describe_problem(components);
    for item in openapi.paths.paths.values_mut() {
        for (takes_key, operation) in operations_of(item) {
            operation.responses.responses.insert("default".to_owned(), Ref::from_response_name("Problem").into());
            // A stranger has no account for the key to belong to.
            if takes_key && operation.security.is_none() {
                operation.parameters.get_or_insert_default().push(idempotency_key().into());
            }
        }
    }
    openapi
}

/// The operations at an address, and whether each takes an idempotency key.
fn operations_of(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [(false, get), (false, put), (true, post), (false, delete), (false, patch)]
        .into_iter()
        .filter_map(|(takes_key, operation)| Some((takes_key, operation.as_mut()?)))
}

fn describe_security(components: &mut Components) {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key (`bk_…`), or the token that logging in gives"))
        .build();
    let cookie = ApiKeyValue::with_description(
        COOKIE,
        "The session of the pages; a request that changes something must come from a page of this site",
    );
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
}

fn describe_problem(components: &mut Components) {
    let mut schemas = vec![("Problem".to_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description("A refusal (RFC 9457)").content(MEDIA_TYPE, content).build();
    components.responses.insert("Problem".to_owned(), response.into());
}

fn idempotency_key() -> utoipa::openapi::path::Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some("Names the request, so that sending it again within 24 hours gives the same answer"))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(128))))
        .build()
}
