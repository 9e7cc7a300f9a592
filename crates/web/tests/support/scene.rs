//! A platform with somebody of every kind on it, set up through its own interface.

use std::sync::LazyLock;

use app::act::{CreateAccount, create_account};
use app::{Actor, act};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Map, Value, json};
use testkit::authority::TestAuthority;
use testkit::world::TestWorld;
use tower::ServiceExt as _;

use super::access::Persona;

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// The domain of the owner's order.
pub const DOMAIN: &str = "zhixia-notes.cn";

/// The owner's case, an individual's.
const CASE: &str = "individual.json";

/// The slot of the picture that was uploaded.
pub const SLOT: &str = "sites.0.materials.manager_id_front";

/// The slot that is filled over the hand-over link.
pub const PHONE_SLOT: &str = "sites.0.materials.manager_id_back";

/// A platform with an order on it.
pub struct Scene {
    /// The world behind it.
    pub kit: TestWorld,
    /// The authority it asks what is filed.
    _authority: TestAuthority,
    /// What answers.
    pub router: Router,
    /// The session of each persona; none for a stranger, a key for a gateway.
    pub tokens: Vec<(Persona, Option<String>)>,
    /// The owner's order.
    pub order: String,
    /// The picture in [`SLOT`].
    pub material: String,
    /// The secret of the owner's hand-over link.
    pub handover: String,
    /// An account nobody of the personas holds.
    pub bystander: String,
    /// A file that waits to be sent.
    pub container: String,
    /// Something the authority asks of the owner.
    pub task: String,
    /// Something the owner has filed.
    pub filing: String,
    /// A range of the provider's addresses, as a draft.
    pub range: String,
}

/// An answer, read.
#[derive(Debug)]
pub struct Told {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, if it is JSON.
    pub body: Value,
}

impl Told {
    /// The problem's code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Sends a request and reads its answer.
pub async fn send(router: &Router, request: Request<Body>) -> Told {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 24).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Told { status: parts.status, headers: parts.headers, body }
}

/// A request with a JSON body; `null` sends none.
pub fn json_request(method: &str, path: &str, token: Option<&str>, body: &Value) -> axum::http::request::Builder {
    let mut builder = Request::builder().method(method).uri(path).header("accept-language", "en");
    if let Some(token) = token {
        builder = builder.header("authorization", format!("Bearer {token}"));
    }
    if body.is_null() { builder } else { builder.header("content-type", "application/json") }
}

/// The bytes of a JSON body.
pub fn bytes(body: &Value) -> Body {
    if body.is_null() { Body::empty() } else { Body::from(body.to_string()) }
}

/// A photograph of nothing in particular; as grainy as one, because a paper's file has a least size.
pub fn picture() -> Vec<u8> {
    static PICTURE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut state = 7_u32;
        let picture = image::RgbImage::from_fn(640, 420, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb([(state >> 24) as u8, (state >> 16) as u8, (state >> 8) as u8])
        });
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::DynamicImage::from(picture).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    });
    PICTURE.clone()
}

impl Scene {
    /// Sets everybody up, and an order that is being written.
    pub async fn drafting() -> Self {
        let authority = TestAuthority::start().await.unwrap();
        let kit = TestWorld::sqlite_with(authority.bureau().unwrap()).await.unwrap();
        app::worker::begin(&kit.world).await.unwrap();
        let router = web::api::router(&kit.world);
        let mut scene = Self {
            kit,
            _authority: authority,
            router,
            tokens: vec![(Persona::Stranger, None)],
            order: String::new(),
            material: String::new(),
            handover: String::new(),
            bystander: String::new(),
            container: String::new(),
            task: String::new(),
            filing: String::new(),
            range: String::new(),
        };
        scene.container = testkit::story::waiting_upload(&scene.kit.world).await.unwrap().to_string();
        scene.people().await;
        scene.task = testkit::story::waiting_task(&scene.kit.world, "owner@example.cn").await.unwrap().to_string();
        let owner = scene.done(Persona::Owner, "GET", "/account", Value::Null, 200).await;
        let owner = text(&owner.body["id"]).parse().unwrap();
        scene.filing = testkit::filed::filing(&scene.kit.world, owner).await.unwrap().to_string();
        scene.open().await;
        scene
    }

    /// Sets everybody up, and an order that waits for a reviewer.
    pub async fn submitted() -> Self {
        let scene = Self::drafting().await;
        scene.write().await;
        scene.submit().await;
        scene
    }

    /// The token of a persona.
    pub fn token(&self, persona: Persona) -> Option<&str> {
        self.tokens.iter().find(|(other, _)| *other == persona).and_then(|(_, token)| token.as_deref())
    }

    /// Sends a JSON request as a persona.
    pub async fn call(&self, persona: Persona, method: &str, path: &str, body: Value) -> Told {
        let path = format!("/api/v1{path}");
        let request = json_request(method, &path, self.token(persona), &body).body(bytes(&body)).unwrap();
        send(&self.router, request).await
    }

    /// Sends a JSON request that must be answered with this status.
    pub async fn done(&self, persona: Persona, method: &str, path: &str, body: Value, status: u16) -> Told {
        let told = self.call(persona, method, path, body).await;
        assert_eq!(told.status.as_u16(), status, "{persona:?} {method} {path}: {:#}", told.body);
        told
    }

    /// Logs somebody in.
    pub async fn log_in(&self, login: &str) -> String {
        let body = json!({ "login": login, "password": PASSWORD });
        text(&self.done(Persona::Stranger, "POST", "/session", body, 201).await.body["token"])
    }

    async fn people(&mut self) {
        let administrator = CreateAccount {
            contact: "administrator@example.cn".into(),
            role: "administrator".into(),
            password: PASSWORD.into(),
        };
        create_account(&self.kit.world, &Actor::operator(), administrator).await.unwrap();
        let token = self.log_in("administrator@example.cn").await;
        self.tokens.push((Persona::Administrator, Some(token)));
        for (persona, role) in
            [(Persona::Reviewer, "reviewer"), (Persona::Supervisor, "supervisor"), (Persona::Auditor, "auditor")]
        {
            let contact = format!("{role}@example.cn");
            let body = json!({ "contact": contact, "role": role, "password": PASSWORD });
            self.done(Persona::Administrator, "POST", "/accounts", body, 201).await;
            let token = self.log_in(&contact).await;
            self.tokens.push((persona, Some(token)));
        }
        let body = json!({ "contact": "bystander@example.cn", "role": "reviewer", "password": PASSWORD });
        let made = self.done(Persona::Administrator, "POST", "/accounts", body, 201).await;
        self.bystander = text(&made.body["id"]);
        for (persona, contact) in [(Persona::Owner, "owner@example.cn"), (Persona::OtherApplicant, "other@example.cn")]
        {
            let token = self.register(contact).await;
            self.tokens.push((persona, Some(token)));
        }
        let body = json!({ "name": "edge", "for_gateway": true });
        let key = self.done(Persona::Administrator, "POST", "/account/api-keys", body, 201).await;
        self.tokens.push((Persona::Gateway, Some(text(&key.body["key"]))));
    }

    /// Registers with the code from the message.
    pub async fn register(&self, contact: &str) -> String {
        let body = json!({ "contact": contact, "password": PASSWORD });
        let sent = self.done(Persona::Stranger, "POST", "/registrations", body, 202).await;
        let messages = format!("/demo/messages?to={contact}");
        let messages = self.done(Persona::Stranger, "GET", &messages, Value::Null, 200).await;
        let code = six_digits(messages.body[0]["text"].as_str().unwrap());
        let body = json!({ "registration": sent.body["registration"], "contact": contact, "code": code });
        text(&self.done(Persona::Stranger, "POST", "/registrations/confirm", body, 201).await.body["token"])
    }

    /// The owner opens an order and takes the first picture.
    async fn open(&mut self) {
        self.done(Persona::Owner, "PUT", "/account/identity", identity(), 200).await;
        let import = json!({ "resources": [{ "account": "owner@example.cn", "resource": resource() }] });
        self.done(Persona::Administrator, "POST", "/resources/import", import, 200).await;
        let resources = self.done(Persona::Owner, "GET", "/resources", Value::Null, 200).await;
        let basic = basic(&resources.body[0]["id"]);
        let opened = self.done(Persona::Owner, "POST", "/orders", json!({ "basic": basic }), 201).await;
        self.order = text(&opened.body["id"]);
        let path = format!("/orders/{}/materials/{SLOT}", self.order);
        self.material = text(&self.put_picture(Persona::Owner, &path).await["material"]["id"]);
        let path = format!("/orders/{}/handovers", self.order);
        let link = self.done(Persona::Owner, "POST", &path, json!({ "site": 0 }), 201).await;
        let body = json!({ "bureau": testkit::world::BUREAU, "content": ip_range("203.0.113.0") });
        let range = self.done(Persona::Administrator, "POST", "/ip-ranges", body, 201).await;
        self.range = text(&range.body["range"]["id"]);
        self.handover = text(&link.body["url"]).rsplit('/').next().unwrap().to_owned();
    }

    /// The owner fills every section, and the phone takes the other pictures.
    async fn write(&self) {
        let draft = &case()["draft"];
        let mut site = draft["sites"][0].clone();
        let manager_is_principal = site.as_object_mut().unwrap().remove("manager_is_principal").unwrap();
        site["resource"] = self.edit().await.body["draft"]["sites"][0]["resource"].clone();
        for section in [
            json!({ "section": "subject", "subject": draft["subject"] }),
            json!({ "section": "principal", "principal": draft["principal"] }),
            json!({ "section": "site", "index": 0, "site": site }),
            json!({
                "section": "manager", "index": 0, "manager_is_principal": manager_is_principal, "manager": {}
            }),
        ] {
            let saved = self.versioned("PATCH", &format!("/orders/{}", self.order), section.clone()).await;
            assert_eq!(saved.status, 200, "{section}: {:#}", saved.body);
        }
        for slot in [PHONE_SLOT, "sites.0.materials.manager_photo"] {
            self.put_picture(Persona::Stranger, &format!("/handover/{}/materials/{slot}", self.handover)).await;
        }
        let path = format!("/handover/{}/finish", self.handover);
        self.done(Persona::Stranger, "POST", &path, Value::Null, 200).await;
    }

    /// The owner submits what is written.
    pub async fn submit(&self) {
        let checked =
            self.done(Persona::Owner, "GET", &format!("/orders/{}/check", self.order), Value::Null, 200).await;
        assert_eq!(checked.body["can_submit"], true, "{:#}", checked.body);
        let agreements = self.done(Persona::Stranger, "GET", "/agreements", Value::Null, 200).await;
        let accepted: Vec<_> = agreements
            .body
            .as_array()
            .unwrap()
            .iter()
            .map(|agreement| json!({ "agreement": agreement["id"], "version": agreement["version"] }))
            .collect();
        let body = json!({ "agreements": accepted });
        let submitted = self.versioned("POST", &format!("/orders/{}/submit", self.order), body).await;
        assert_eq!((submitted.status.as_u16(), &submitted.body["kind"]), (200, &json!("submitted")), "{submitted:#?}");
    }

    async fn edit(&self) -> Told {
        self.done(Persona::Owner, "GET", &format!("/orders/{}/edit", self.order), Value::Null, 200).await
    }

    /// Sends a change of the order as its owner, with the version it has now.
    pub async fn versioned(&self, method: &str, path: &str, body: Value) -> Told {
        let tag = self.edit().await.header("etag").to_owned();
        let path = format!("/api/v1{path}");
        let request = json_request(method, &path, self.token(Persona::Owner), &body).header("if-match", tag);
        send(&self.router, request.body(bytes(&body)).unwrap()).await
    }

    /// Puts a picture somewhere.
    async fn put_picture(&self, persona: Persona, path: &str) -> Value {
        let path = format!("/api/v1{path}");
        let request = json_request("PUT", &path, self.token(persona), &Value::Null).header("content-type", "image/png");
        let told = send(&self.router, request.body(Body::from(picture())).unwrap()).await;
        assert_eq!(told.status, 200, "{path}: {:#}", told.body);
        told.body
    }

    /// A second session of a persona, to be revoked, and a key of its own.
    pub async fn spare(&self, persona: Persona) -> (String, String) {
        let nowhere = "00000000-0000-7000-8000-000000000000".to_owned();
        if matches!(persona, Persona::Stranger | Persona::Gateway) {
            return (nowhere.clone(), nowhere);
        }
        let login = format!("{}@example.cn", login_of(persona));
        let token = self.log_in(&login).await;
        let actor = act::authenticate::by_session(&self.kit.world, &token).await.unwrap().unwrap();
        let app::Via::Session(session) = actor.via else { panic!("a token gives a session") };
        let key = self.done(persona, "POST", "/account/api-keys", json!({ "name": "spare" }), 201).await;
        (session.to_string(), text(&key.body["id"]))
    }
}

const fn login_of(persona: Persona) -> &'static str {
    match persona {
        Persona::OtherApplicant => "other",
        Persona::Owner => "owner",
        Persona::Reviewer => "reviewer",
        Persona::Supervisor => "supervisor",
        Persona::Administrator => "administrator",
        Persona::Auditor => "auditor",
        Persona::Stranger | Persona::Gateway => "",
    }
}

/// The owner's case file.
pub fn case() -> Value {
    let text = std::fs::read_to_string(testkit::persona::cases().join(CASE)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Who the owner is.
pub fn identity() -> Value {
    let basic = &case()["draft"]["basic"];
    let told = |name: &str| (name.to_owned(), basic[name].clone());
    ["nature", "name", "certificate_kind", "certificate_number"].map(told).into_iter().collect::<Map<_, _>>().into()
}

/// The owner's cloud resource.
pub fn resource() -> Value {
    case()["resources"][0].clone()
}

/// A source of one address.
pub fn ip_range(address: &str) -> Value {
    json!({ "kind": "source", "first": address, "last": address, "source_unit": "110000000001" })
}

/// The owner's answers on the first page, on this resource.
pub fn basic(resource: &Value) -> Value {
    let mut basic = case()["draft"]["basic"].clone();
    basic["resource"] = resource.clone();
    basic
}

/// The text of a JSON string.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is text")).to_owned()
}

fn six_digits(text: &str) -> String {
    text.split(|character: char| !character.is_ascii_digit())
        .find(|digits| digits.len() == 6)
        .unwrap_or_else(|| panic!("a code of six digits in {text:?}"))
        .to_owned()
}
