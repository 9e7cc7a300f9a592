//! A real sandbox on a free port, a client for it, and a filing that is in order.

use std::net::SocketAddr;
use std::time::Duration;

use authority::client::{Bureau, Client, Timeouts};
use authority::message::{
    Access, Address, Attachment, AttachmentFormat, AttachmentOwner, AttachmentPurpose, Certificate, Domain, Download,
    FiledBy, IpRange, NewFiling, Person, Site, Subject, Upload, UploadOperation, Version,
};
use authority::sandbox::{self, Config, Provider};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const ISP: i64 = 110_000_000_001;
pub const PRINCIPAL: &str = "13800006620";
pub const MANAGER: &str = "13900001111";
pub const PRINCIPAL_TAIL: &str = "010018";
pub const MANAGER_TAIL: &str = "31002x";

pub struct Sandbox {
    pub address: SocketAddr,
    pub folder: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<Result<(), sandbox::Error>>>,
    pub http: reqwest::Client,
}

pub fn provider() -> Provider {
    Provider::new(ISP, "云上接入", "tester", "pass-word".into(), "0123456789abcdef".into(), "0102030405060708".into())
}

pub fn config(folder: &std::path::Path) -> Config {
    Config { providers: vec![provider()], seed: Some(7), ..Config::new(&folder.join("authority.sqlite")) }
}

impl Sandbox {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path());
        change(&mut config);
        Self::run(config, folder).await
    }

    async fn run(config: Config, folder: tempfile::TempDir) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(sandbox::serve(config, listener, async move {
            let _ = stopped.await;
        }));
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Self { address, folder, stop: Some(stop), task: Some(task), http }
    }

    /// Stops it and starts it again on the same database.
    pub async fn restart(mut self) -> Self {
        self.stop.take().unwrap().send(()).unwrap();
        self.task.take().unwrap().await.unwrap().unwrap();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        let config = config(folder.path());
        Self::run(config, folder).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn bureau(&self) -> Bureau {
        Bureau {
            url: self.url("/").parse().unwrap(),
            isp_id: ISP,
            user: "tester".to_owned(),
            password: "pass-word".into(),
            aes_key: "0123456789abcdef".into(),
            aes_iv: "0102030405060708".into(),
            encrypt: true,
            version: Version::V3_0,
            timeouts: Timeouts { connect: Duration::from_secs(5), call: Duration::from_secs(20) },
        }
    }

    pub fn client(&self) -> Client {
        Client::new(self.bureau()).unwrap()
    }

    pub async fn get(&self, path: &str) -> Value {
        let response = self.http.get(self.url(path)).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.json().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let response = self.http.post(self.url(path)).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
    }

    pub async fn fault(&self, fault: Value) {
        assert_eq!(self.post("/api/faults", fault).await.0, 201);
    }

    /// The newest code that a phone received.
    pub async fn code(&self, mobile: &str) -> String {
        let inbox = self.get(&format!("/api/sms?mobile={mobile}")).await;
        let found = inbox.as_array().unwrap().iter().find_map(|sms| sms["code"].as_str());
        found.unwrap_or_else(|| panic!("{mobile} received no code: {inbox}")).to_owned()
    }

    pub async fn verify(&self, mobile: &str, code: &str, tail: &str) -> Value {
        let entry = serde_json::json!({ "mobile": mobile, "code": code, "id_tail": tail });
        self.post("/api/verify", entry).await.1
    }

    /// Both people enter their codes.
    pub async fn verify_both(&self) {
        let first = self.verify(PRINCIPAL, &self.code(PRINCIPAL).await, PRINCIPAL_TAIL).await;
        assert_eq!(first["state"], "waiting_for_other");
        let second = self.verify(MANAGER, &self.code(MANAGER).await, MANAGER_TAIL).await;
        assert_eq!(second["state"], "verified");
    }

    /// The id of the only filing at the desk.
    pub async fn at_desk(&self) -> i64 {
        let queue = self.get("/api/desk?state=waiting").await;
        assert_eq!(queue.as_array().unwrap().len(), 1, "{queue}");
        queue[0]["id"].as_i64().unwrap()
    }

    /// Downloads and acknowledges everything that waits.
    pub async fn drain(&self) -> Vec<Download> {
        let client = self.client();
        let mut downloads = Vec::new();
        loop {
            let answer = client.download().await.unwrap();
            let Some(file) = answer.file else {
                assert_eq!(answer.answer.code.0, 2);
                return downloads;
            };
            let download = client.open(&file.container).unwrap();
            assert_eq!((&download.violations, &download.unreadable), (&vec![], &vec![]));
            assert_eq!(client.acknowledge(&file.name).await.unwrap().code.0, 0);
            downloads.push(download);
        }
    }
}

/// A picture as it comes from a phone.
pub fn picture(shade: u8) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_fn(480, 300, |x, y| {
        let edge = x < 8 || y < 8 || x > 471 || y > 291;
        if edge { image::Rgb([shade, 90, 60]) } else { image::Rgb([250, 248, 240]) }
    });
    image.write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

/// A filing of a unit with two people in charge.
pub fn filing(id: i64, domain: &str, certificate: &str) -> NewFiling {
    let principal = Person {
        name: Some("周云".to_owned()),
        office_phone: Some("0571-88880000".to_owned()),
        mobile: Some(PRINCIPAL.to_owned()),
        email: Some("zhou@yunshan-tech.cn".to_owned()),
        certificate_kind: Some(2),
        certificate_number: Some("330106199001010018".to_owned()),
        ..Person::default()
    };
    let manager = Person {
        name: Some("林杉".to_owned()),
        mobile: Some(MANAGER.to_owned()),
        certificate_number: Some("11010519491231002X".to_owned()),
        ..principal.clone()
    };
    let attachment = |purpose, owner, shade| Attachment {
        format: AttachmentFormat::JPEG,
        purpose,
        content: picture(shade).into(),
        owner,
        remark: None,
    };
    NewFiling {
        subject: Subject {
            id,
            name: "云杉科技（杭州）有限公司".to_owned(),
            nature: Some(4),
            investor: Some("云杉控股有限公司".to_owned()),
            address: Address {
                province: 330_000,
                city: Some(330_100),
                county: Some(330_106),
                street: Some("浙江省杭州市西湖区云栖路1号3幢502室".to_owned()),
            },
            certificate: Certificate {
                kind: 1,
                number: certificate.to_owned(),
                address: "浙江省杭州市西湖区云栖路1号3幢502室".to_owned(),
            },
            principal,
            filed_by: FiledBy::Provider,
            remark: None,
        },
        sites: vec![Site {
            id: id + 1,
            name: "云杉科技官网".to_owned(),
            approvals: Vec::new(),
            contents: vec![8],
            languages: vec![1, 12],
            domains: vec![Domain { id: id + 2, name: domain.to_owned() }],
            accesses: vec![Access {
                id: id + 3,
                locations: vec![34],
                methods: vec![5],
                ips: vec![IpRange { id: id + 4, first: [203, 0, 113, 24].into(), last: [203, 0, 113, 24].into() }],
            }],
            manager,
            home_url: Some(format!("www.{domain}")),
            remark: Some("介绍公司产品".to_owned()),
        }],
        attachments: vec![
            attachment(AttachmentPurpose::SUBJECT_CERTIFICATE, AttachmentOwner::Subject(id), 160),
            attachment(AttachmentPurpose::MANAGER_PHOTO, AttachmentOwner::Site(id + 1), 40),
        ],
    }
}

/// The XML of an upload with these filings.
pub fn xml(filings: Vec<NewFiling>) -> Vec<u8> {
    upload(ISP, UploadOperation::NewFiling(filings))
}

/// The XML of an upload of a provider.
pub fn upload(provider: i64, operation: UploadOperation) -> Vec<u8> {
    Upload { provider, operation }.to_gbk(Version::V3_0).unwrap()
}
