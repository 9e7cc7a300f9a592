//! The client against a real sandbox on a real socket.

#![expect(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod common;

use std::time::Duration;

use authority::client::{Bureau, Client};
use authority::client::{Cause, Condition, Delivery, Timeouts, Verdict};
use authority::envelope::Container;
use authority::message::NewFiling;
use common::{ISP, MANAGER, PRINCIPAL, PRINCIPAL_TAIL, Sandbox, filing, xml};
use serde_json::json;

const DOMAIN: &str = "yunshan-tech.cn";
const LICENCE: &str = "91330106MA2K0XXX7Q";

fn good() -> NewFiling {
    filing(7001, DOMAIN, LICENCE)
}

/// Sends a file under a number and returns the code of the answer.
async fn send(client: &Client, sequence: i64, xml: &[u8]) -> i64 {
    client.upload(sequence, &client.pack(xml).unwrap()).await.unwrap().answer.code.0
}

/// The result codes of the only machine result that waits.
async fn machine_codes(sandbox: &Sandbox) -> Vec<i64> {
    let downloads = sandbox.drain().await;
    assert_eq!(downloads.len(), 1);
    assert_eq!(downloads[0].results.len(), 1);
    downloads[0].results[0].findings.iter().map(|finding| finding.code.0).collect()
}

#[tokio::test]
async fn a_first_filing_goes_from_the_upload_to_the_number() {
    let sandbox = Sandbox::start().await;
    let client = sandbox.client();
    let domain = Condition::Domain(DOMAIN.to_owned());
    assert_eq!(client.status(&domain).await.unwrap().status.unwrap().filed, Some(false));
    assert_eq!(client.previous_upload().await.unwrap().sequence, Some(0));

    let container = client.pack(&xml(vec![good()])).unwrap();
    assert!(client.upload(1, &container).await.unwrap().is_stored());
    let previous = client.previous_upload().await.unwrap();
    assert_eq!(previous.verdict(1, &container.hash), Verdict::Taken);
    assert_eq!(previous.file.unwrap().container, container, "the bureau gives back the very bytes");

    let machine = sandbox.drain().await;
    assert!(machine[0].results[0].is_success());
    assert_eq!(machine[0].results[0].key_id(), Some(7001));

    sandbox.verify_both().await;
    let id = sandbox.at_desk().await;
    let (status, decided) = sandbox.post(&format!("/api/desk/{id}/decision"), json!({ "approve": true })).await;
    assert_eq!(status, 200);
    let number = decided["number"].as_str().unwrap().to_owned();
    assert!(
        number.starts_with("浙ICP备20") && number.ends_with("000001号") && number.chars().count() == 16,
        "{number}"
    );

    // The same file comes until it is acknowledged.
    let first = client.download().await.unwrap();
    assert_eq!(first.answer.code.0, 3);
    let again = client.download().await.unwrap();
    assert_eq!(first.file, again.file);
    let downloads = sandbox.drain().await;
    assert_eq!(downloads.len(), 2);
    let decision = &downloads[0].decisions[0];
    assert!(decision.approved);
    assert_eq!(decision.record, Some(7001));
    let record = &downloads[1].records[0];
    assert_eq!(record.subject.number.as_deref(), Some(number.as_str()));
    assert_eq!(record.subject.id, Some(7001));
    let site = &record.sites[0];
    assert_eq!(site.number.as_deref(), Some(format!("{number}-1").as_str()));
    assert_eq!((site.id, site.domains[0].id, site.accesses[0].id), (Some(7002), Some(7003), Some(7004)));
    assert_eq!((site.accesses[0].ips[0].id, site.accesses[0].provider), (Some(7005), ISP));
    let ids = [record.subject.bureau_id, site.bureau_id, site.domains[0].bureau_id, site.accesses[0].bureau_id];
    assert!(ids.iter().all(|id| id.to_string().len() == 12), "{ids:?}");

    let status = client.status(&domain).await.unwrap().status.unwrap();
    assert_eq!((status.filed, status.subject_number.as_deref()), (Some(true), Some(number.as_str())));
    let credential = Condition::Credential(1, LICENCE.to_lowercase());
    let status = client.status(&credential).await.unwrap().status.unwrap();
    assert_eq!(status.site_number, Some(format!("{number}-1")));
    let found = sandbox.get(&format!("/api/lookup?q={DOMAIN}")).await;
    assert_eq!(found[0]["site_number"], format!("{number}-1"));
    let inbox = sandbox.get(&format!("/api/sms?mobile={PRINCIPAL}")).await;
    assert!(inbox[0]["text"].as_str().unwrap().contains(&number), "{inbox}");

    let ledger = sandbox.get("/api/ledger").await;
    assert_eq!(ledger.as_array().unwrap().len(), 1);
    assert_eq!(
        (&ledger[0]["received"], &ledger[0]["accepted"], &ledger[0]["duplicate"]),
        (&json!(1), &json!(1), &json!(0))
    );
}

#[tokio::test]
async fn a_refusal_needs_a_reason_and_frees_the_domain() {
    let sandbox = Sandbox::start().await;
    let client = sandbox.client();
    assert_eq!(send(&client, 1, &xml(vec![good()])).await, 0);
    sandbox.drain().await;
    sandbox.verify_both().await;
    let path = format!("/api/desk/{}/decision", sandbox.at_desk().await);
    assert_eq!(sandbox.post(&path, json!({ "approve": false, "opinion": " " })).await.0, 422);
    let body = json!({ "approve": false, "opinion": "请改为实际区县", "officer": "王审" });
    assert_eq!(sandbox.post(&path, body).await.0, 200);
    assert_eq!(sandbox.post(&path, json!({ "approve": true })).await.0, 409, "decided is decided");
    let downloads = sandbox.drain().await;
    let decision = &downloads[0].decisions[0];
    assert_eq!((decision.approved, decision.opinion.as_deref()), (false, Some("请改为实际区县")));
    assert_eq!(decision.officer.as_deref(), Some("王审"));

    assert_eq!(send(&client, 2, &xml(vec![good()])).await, 0, "the same filing may come again");
    assert_eq!(machine_codes(&sandbox).await, [1062]);
}

#[tokio::test]
async fn numbers_are_taken_once_and_without_gaps() {
    let sandbox = Sandbox::start().await;
    let client = sandbox.client();
    let container = client.pack(&xml(vec![good()])).unwrap();
    let gap = client.upload(4, &container).await.unwrap();
    assert_eq!((gap.answer.code.0, gap.missing), (14, vec![1, 2, 3]));
    assert_eq!(send(&client, 0, &xml(vec![good()])).await, 999);
    assert!(client.upload(1, &container).await.unwrap().is_stored());
    let repeated = client.upload(1, &container).await.unwrap();
    assert_eq!(repeated.answer.code.0, 999);
    assert!(repeated.answer.text.contains("1 已受理"), "{}", repeated.answer.text);
    assert_eq!(sandbox.drain().await.len(), 1, "the repetition was not processed");
    let ledger = sandbox.get("/api/ledger").await;
    assert_eq!(ledger[0]["sequence"], 1);
    assert_eq!(
        (&ledger[0]["received"], &ledger[0]["accepted"], &ledger[0]["duplicate"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!((&ledger[1]["sequence"], &ledger[1]["refused"]), (&json!(4), &json!(1)));
}

#[tokio::test]
async fn what_was_taken_survives_a_restart() {
    let sandbox = Sandbox::start().await;
    assert_eq!(send(&sandbox.client(), 1, &xml(vec![good()])).await, 0);
    sandbox.post("/api/clock", json!({ "advance_seconds": 3600 })).await;
    let before = sandbox.get("/api/clock").await["now"].as_str().unwrap().to_owned();
    let sandbox = sandbox.restart().await;
    assert!(sandbox.get("/api/clock").await["now"].as_str().unwrap() >= before.as_str());
    assert_eq!(sandbox.client().previous_upload().await.unwrap().sequence, Some(1));
    assert_eq!(machine_codes(&sandbox).await, [1062]);
    sandbox.verify_both().await;
}

#[tokio::test]
async fn a_lost_answer_is_ambiguous_and_the_previous_upload_decides() {
    let sandbox = Sandbox::start().await;
    let client = sandbox.client();
    let container = client.pack(&xml(vec![good()])).unwrap();
    for (fault, verdict) in [("drop_before_commit", Verdict::NotTaken), ("drop_after_commit", Verdict::Taken)] {
        sandbox.fault(json!({ "kind": fault, "method": "isp_upload" })).await;
        let error = client.upload(1, &container).await.unwrap_err();
        assert_eq!(error.delivery, Delivery::Ambiguous, "{error}");
        assert!(matches!(error.cause, Cause::Broken(_)), "{error}");
        assert_eq!(client.previous_upload().await.unwrap().verdict(1, &container.hash), verdict, "{fault}");
    }
    sandbox.fault(json!({ "kind": "delay", "method": "isp_upload", "delay_ms": 1500 })).await;
    let timeouts = Timeouts { connect: Duration::from_secs(5), call: Duration::from_millis(400) };
    let hasty = Client::new(Bureau { timeouts, ..sandbox.bureau() }).unwrap();
    let container = client.pack(&xml(vec![filing(8001, "other.cn", "91330106MA2K0YYY7Q")])).unwrap();
    let error = hasty.upload(2, &container).await.unwrap_err();
    assert!(matches!((error.delivery, error.cause), (Delivery::Ambiguous, Cause::Timeout)));
    assert_eq!(client.previous_upload().await.unwrap().verdict(2, &container.hash), Verdict::Taken);
    let ledger = sandbox.get("/api/ledger").await;
    for entry in ledger.as_array().unwrap() {
        assert_eq!((&entry["received"], &entry["accepted"]), (&json!(1), &json!(1)), "{ledger}");
    }
}

#[tokio::test]
async fn a_bureau_that_is_down_or_lies_is_noticed() {
    let sandbox = Sandbox::start().await;
    let client = sandbox.client();
    let file = xml(vec![good()]);
    sandbox.fault(json!({ "kind": "down", "times": 2 })).await;
    for _ in 0..2 {
        let error = client.download().await.unwrap_err();
        assert!(matches!(error.cause, Cause::Http(503)), "{error}");
    }
    for (fault, code) in [("maintenance", 901), ("gap", 14), ("unknown_msg_code", 777)] {
        sandbox.fault(json!({ "kind": fault })).await;
        assert_eq!(send(&client, 1, &file).await, code);
    }
    sandbox.fault(json!({ "kind": "maintenance" })).await;
    assert_eq!(client.download().await.unwrap().answer.code.0, 902);
    assert_eq!(send(&client, 1, &file).await, 0);

    sandbox.fault(json!({ "kind": "corrupt_hash" })).await;
    let spoiled = client.download().await.unwrap().file.unwrap();
    assert_eq!(client.open(&spoiled.container).unwrap_err(), authority::envelope::OpenError::Hash);
    sandbox.fault(json!({ "kind": "truncated_zip" })).await;
    let spoiled = client.download().await.unwrap().file.unwrap();
    let error = client.open(&spoiled.container).unwrap_err();
    assert!(matches!(error, authority::envelope::OpenError::Unzip(_)), "{error}");
    let good = client.download().await.unwrap().file.unwrap();
    assert!(client.open(&good.container).is_ok(), "the file itself is unharmed");

    sandbox.fault(json!({ "kind": "down", "times": 9 })).await;
    sandbox.http.delete(sandbox.url("/api/faults")).send().await.unwrap();
    assert_eq!(sandbox.get("/api/faults").await, json!([]));
    assert!(client.download().await.is_ok());
}

#[tokio::test]
async fn every_wrong_envelope_has_its_code() {
    let sandbox = Sandbox::start().await;
    let client = sandbox.client();
    let good = client.pack(&xml(vec![good()])).unwrap();
    let plain =
        Client::new(Bureau { encrypt: false, ..sandbox.bureau() }).unwrap().pack(&xml(vec![self::good()])).unwrap();
    let code = async |change: &dyn Fn(&mut Container), base: &Container| {
        let mut container = base.clone();
        change(&mut container);
        client.upload(1, &container).await.unwrap().answer.code.0
    };
    assert_eq!(code(&|c| c.info.truncate(64), &good).await, 6);
    assert_eq!(code(&|c| c.hash = "AAAAAAAAAAAAAAAAAAAAAA==".to_owned(), &good).await, 7);
    assert_eq!(code(&|c| c.info = "*".to_owned(), &plain).await, 8);
    assert_eq!(code(&|c| c.encrypt_algorithm = 2, &good).await, 9);
    assert_eq!(code(&|c| c.hash_algorithm = 1, &good).await, 10);
    assert_eq!(code(&|c| c.compression_format = 1, &good).await, 11);
    assert_eq!(code(&|_| {}, &plain).await, 0);
}

#[tokio::test]
async fn every_wrong_account_has_its_code() {
    let sandbox = Sandbox::with(|config| {
        let other = |isp_id| sandbox_provider(isp_id);
        config.providers.push(authority::sandbox::Provider { province: 11, ..other(2) });
        config.providers.push(authority::sandbox::Provider { open: false, ..other(3) });
        config.providers.push(authority::sandbox::Provider { max_waiting: 0, ..other(4) });
    })
    .await;
    let code = async |change: &dyn Fn(&mut Bureau)| {
        let mut bureau = sandbox.bureau();
        change(&mut bureau);
        let client = Client::new(bureau).unwrap();
        client.upload(1, &client.pack(&xml(vec![good()])).unwrap()).await.unwrap().answer.code.0
    };
    assert_eq!(code(&|b| b.user = "else".to_owned()).await, 4);
    assert_eq!(code(&|b| b.password = "else".into()).await, 5);
    assert_eq!(code(&|b| b.isp_id = 9).await, 12);
    assert_eq!(code(&|b| b.isp_id = 2).await, 13);
    assert_eq!(code(&|b| b.isp_id = 3).await, 19);
    assert_eq!(code(&|b| b.isp_id = 4).await, 15);
    assert_eq!(sandbox.client().acknowledge(" ").await.unwrap().code.0, 21);
    assert_eq!(sandbox.client().acknowledge("none.xml").await.unwrap().code.0, 999);
    let answer = sandbox.client().verify_password("浙ICP备2026000001号", &"x".into()).await.unwrap();
    assert_eq!((answer.answer.code.0, answer.right), (999, None));
}

fn sandbox_provider(isp_id: i64) -> authority::sandbox::Provider {
    authority::sandbox::Provider { isp_id, ..common::provider() }
}

#[tokio::test]
async fn uploads_outside_the_reporting_hours_are_told_the_hours() {
    let sandbox = Sandbox::with(|config| {
        // Open for one second after midnight: closed at any other time of the day.
        config.hours = Some((jiff::civil::time(0, 0, 0, 0), jiff::civil::time(0, 0, 1, 0)));
    })
    .await;
    let client = sandbox.client();
    let answer = client.upload(1, &client.pack(&xml(vec![good()])).unwrap()).await.unwrap().answer;
    assert_eq!(answer.code.0, 20);
    assert!(answer.text.ends_with("00:00:00-00:00:01"), "{}", answer.text);
}

/// What the machine says about a raw file.
async fn judged(sandbox: &Sandbox, sequence: i64, text: &str) -> (i64, Option<String>, Option<String>) {
    let bytes = authority::gbk::encode(text).unwrap();
    assert_eq!(send(&sandbox.client(), sequence, &bytes).await, 0, "the verdict comes by download");
    let downloads = sandbox.drain().await;
    let result = &downloads[0].results[0];
    (result.findings[0].code.0, result.findings[0].text.clone(), result.remark.clone())
}

#[tokio::test]
async fn a_file_that_is_not_what_it_should_be_is_refused_as_a_whole() {
    let sandbox = Sandbox::start().await;
    let text = authority::gbk::decode(&xml(vec![good()])).unwrap();
    let name = Some(format!("{ISP}_1.xml"));
    let (code, about, remark) = judged(&sandbox, 1, &text.replace("<Zjlx>1</Zjlx>", "<Zjlx>1000</Zjlx>")).await;
    assert_eq!((code, about), (5001, name));
    assert_eq!(remark.as_deref(), Some("UploadData/ICP/XZBA/Baxx[1]/Zt_xx/Zj/Zjlx: is 1000, 1 to 999 allowed"));
    assert_eq!(judged(&sandbox, 2, &text.replace("V.3.0", "V3.0")).await.0, 5004);
    assert_eq!(judged(&sandbox, 3, &text.replace("<Qqdwid>110000000001", "<Qqdwid>5")).await.0, 5003);
    assert_eq!(judged(&sandbox, 4, &text.replace("GBK", "UTF-8")).await.0, 5001);
    assert_eq!(judged(&sandbox, 5, "no xml").await.0, 5001);
    assert_eq!(judged(&sandbox, 6, &text.replace("<Fjnr>", "<Fjnr>*")).await.0, 5010);
    assert_eq!(judged(&sandbox, 7, &text.replace("<Dwmc>", "<Dwmc>&#2;")).await.0, 5008);
    let cancel = "<?xml version=\"1.0\" encoding=\"GBK\"?><UploadData version=\"V.3.0\"><ICP><ZXBA><Zx_xx><Zxlb>0</Zxlb>\
                  <Jlid>1</Jlid><Zxly>1</Zxly></Zx_xx></ZXBA><Qqdwid>110000000001</Qqdwid></ICP></UploadData>";
    assert_eq!(judged(&sandbox, 8, cancel).await, (1058, Some("主体信息不存在：1".to_owned()), None));
}

#[tokio::test]
async fn conflicts_with_what_is_filed_or_on_its_way_are_found() {
    let sandbox = Sandbox::with(|config| config.approve_after = Some(Duration::ZERO)).await;
    let client = sandbox.client();
    assert_eq!(send(&client, 1, &xml(vec![good()])).await, 0);
    assert_eq!(machine_codes(&sandbox).await, [1062]);
    let rival = |id, domain: &str, licence: &str| xml(vec![filing(id, domain, licence)]);
    assert_eq!(send(&client, 2, &rival(8001, DOMAIN, "91330106MA2K0YYY7Q")).await, 0);
    assert_eq!(machine_codes(&sandbox).await, [1021, 1039], "on its way");
    sandbox.verify_both().await;
    assert_eq!(sandbox.drain().await.len(), 2, "the policy approved it");
    assert_eq!(send(&client, 3, &rival(8001, DOMAIN, LICENCE)).await, 0);
    assert_eq!(machine_codes(&sandbox).await, [1003, 1021, 1005], "filed");
    assert_eq!(send(&client, 4, &rival(7001, "other.cn", "91330106MA2K0YYY7Q")).await, 0);
    assert_eq!(machine_codes(&sandbox).await, [1037, 1037, 1039, 1038, 1040], "the provider's ids are taken");
}

#[tokio::test]
async fn five_wrong_tries_are_forgiven_and_the_sixth_returns_the_filing() {
    let sandbox = Sandbox::start().await;
    assert_eq!(sandbox.verify(PRINCIPAL, "000000", PRINCIPAL_TAIL).await["state"], "not_found");
    assert_eq!(send(&sandbox.client(), 1, &xml(vec![good()])).await, 0);
    sandbox.drain().await;
    let code = sandbox.code(PRINCIPAL).await;
    assert_eq!(sandbox.verify(PRINCIPAL, &code, "000000").await, json!({ "state": "wrong", "tries_left": 4 }));
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for (mobile, left) in [(MANAGER, 3), (PRINCIPAL, 2), (MANAGER, 1), (PRINCIPAL, 0)] {
        assert_eq!(
            sandbox.verify(mobile, wrong, PRINCIPAL_TAIL).await,
            json!({ "state": "wrong", "tries_left": left })
        );
    }
    assert_eq!(sandbox.verify(PRINCIPAL, wrong, PRINCIPAL_TAIL).await["state"], "returned");
    assert_eq!(sandbox.verify(PRINCIPAL, &code, PRINCIPAL_TAIL).await["state"], "not_found");
    let downloads = sandbox.drain().await;
    let decision = &downloads[0].decisions[0];
    assert!(!decision.approved);
    assert!(decision.opinion.as_deref().unwrap().contains("填错超过 5 次"));
}

#[tokio::test]
async fn the_fifth_wrong_try_still_leaves_a_right_one() {
    let sandbox = Sandbox::start().await;
    assert_eq!(send(&sandbox.client(), 1, &xml(vec![good()])).await, 0);
    sandbox.drain().await;
    for _ in 0..5 {
        assert_eq!(sandbox.verify(PRINCIPAL, "nought", PRINCIPAL_TAIL).await["state"], "wrong");
    }
    sandbox.verify_both().await;
}

#[tokio::test]
async fn after_24_hours_the_filing_is_returned_and_not_before() {
    let sandbox = Sandbox::start().await;
    assert_eq!(send(&sandbox.client(), 1, &xml(vec![good()])).await, 0);
    sandbox.drain().await;
    let code = sandbox.code(PRINCIPAL).await;
    sandbox.post("/api/clock", json!({ "advance_seconds": 24 * 3600 - 60 })).await;
    assert!(sandbox.drain().await.is_empty());
    assert_eq!(sandbox.verify(PRINCIPAL, &code, PRINCIPAL_TAIL).await["state"], "waiting_for_other");
    sandbox.post("/api/clock", json!({ "advance_seconds": 61 })).await;
    let downloads = sandbox.drain().await;
    assert!(downloads[0].decisions[0].opinion.as_deref().unwrap().contains("24 小时"));
    assert_eq!(sandbox.get("/api/desk?state=returned").await[0]["record"], 7001);
}

#[tokio::test]
async fn a_new_code_replaces_the_old_one() {
    let sandbox = Sandbox::start().await;
    let resend = || sandbox.post("/api/resend", json!({ "mobile": PRINCIPAL }));
    assert_eq!(resend().await.1["state"], "not_found");
    assert_eq!(send(&sandbox.client(), 1, &xml(vec![good()])).await, 0);
    sandbox.drain().await;
    let old = sandbox.code(PRINCIPAL).await;
    assert_eq!(resend().await.1["state"], "too_soon");
    sandbox.post("/api/clock", json!({ "advance_seconds": 61 })).await;
    assert_eq!(resend().await.1["state"], "sent");
    let new = sandbox.code(PRINCIPAL).await;
    assert_ne!(old, new);
    assert_eq!(sandbox.verify(PRINCIPAL, &old, PRINCIPAL_TAIL).await["state"], "wrong");
    assert_eq!(sandbox.verify(PRINCIPAL, &new, PRINCIPAL_TAIL).await["state"], "waiting_for_other");
}

#[tokio::test]
async fn envelopes_of_other_stacks_and_wsdl_are_served() {
    let sandbox = Sandbox::start().await;
    for path in
        ["/ISPWebService/upDownLoad", "/BeianStatusWebService/queryBeianStatus", "/BeianStatusWebService/verifyBamm"]
    {
        let text = sandbox.http.get(sandbox.url(&format!("{path}?WSDL"))).send().await.unwrap().text().await.unwrap();
        assert!(text.contains(&format!("location=\"http://{}{path}\"", sandbox.address)), "{text}");
        assert_eq!(sandbox.http.get(sandbox.url(path)).send().await.unwrap().status(), 404);
    }
    let random = "abcdefghijklmnopqrst";
    let hash = authority::soap::password_hash("pass-word", random).unwrap();
    let body = format!(
        "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:ns1=\"http://www.miibeian.gov.cn\"><SOAP-ENV:Body><ns1:isp_download><ns1:ispId>{ISP}</ns1:ispId>\
         <ns1:userName>tester</ns1:userName><ns1:randVal>{random}</ns1:randVal><ns1:pwdHash>{hash}</ns1:pwdHash>\
         <ns1:hashAlgorithm>0</ns1:hashAlgorithm></ns1:isp_download></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    );
    let post = async |path: &str, body: String| {
        let response = sandbox.http.post(sandbox.url(path)).body(body).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (status, text) = post("/ISPWebService/upDownLoad", body.clone()).await;
    assert_eq!(status, 200);
    assert!(text.contains("&lt;msg_code&gt;2&lt;/msg_code&gt;"), "{text}");
    let short = body.replace(random, "short");
    assert!(post("/ISPWebService/upDownLoad", short).await.1.contains("&lt;msg_code&gt;16&lt;"));
    for (path, body) in [("/BeianStatusWebService/verifyBamm", body.as_str()), ("/ISPWebService/upDownLoad", "junk")] {
        let (status, text) = post(path, body.to_owned()).await;
        assert_eq!(status, 500);
        assert!(text.contains("<faultcode>soapenv:Client</faultcode>"), "{text}");
    }
}

#[tokio::test]
async fn the_pages_show_the_filing_in_both_languages_and_keep_to_themselves() {
    let sandbox = Sandbox::start().await;
    assert_eq!(send(&sandbox.client(), 1, &xml(vec![good()])).await, 0);
    sandbox.drain().await;
    sandbox.verify_both().await;
    let id = sandbox.at_desk().await;
    let paths = [
        "/".to_owned(),
        format!("/phone?mobile={PRINCIPAL}"),
        "/phone".to_owned(),
        "/verify".to_owned(),
        "/desk".to_owned(),
        format!("/desk/{id}"),
        "/lookup?q=none.cn".to_owned(),
    ];
    for path in &paths {
        for (lang, word) in [("zh-CN", "这里不是真正的备案管理系统"), ("en", "This is not the real filing system")]
        {
            let joint = if path.contains('?') { '&' } else { '?' };
            let response = sandbox.http.get(sandbox.url(&format!("{path}{joint}lang={lang}"))).send().await.unwrap();
            assert_eq!(response.status(), 200, "{path}");
            assert!(response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
            let text = response.text().await.unwrap();
            assert!(text.contains(word) && text.contains("沙箱 SANDBOX"), "{path}");
            assert!(!text.contains("Unknown localization"), "{path}: {text}");
        }
    }
    let page = sandbox.http.get(sandbox.url(&format!("/desk/{id}"))).send().await.unwrap().text().await.unwrap();
    for shown in ["云杉科技（杭州）有限公司", LICENCE, "单位门户网站", "203.0.113.24", "林杉"] {
        assert!(page.contains(shown), "{shown}");
    }
    let picture = sandbox.http.get(sandbox.url(&format!("/desk/{id}/attachment/0"))).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/jpeg");

    let post = |approve: &'static str, site: &'static str| {
        sandbox
            .http
            .post(sandbox.url(&format!("/desk/{id}")))
            .header("sec-fetch-site", site)
            .form(&[("approve", approve), ("opinion", ""), ("officer", "")])
            .send()
    };
    assert_eq!(post("true", "cross-site").await.unwrap().status(), 403);
    assert_eq!(post("false", "same-origin").await.unwrap().status(), 422);
    let approved = post("true", "same-origin").await.unwrap().text().await.unwrap();
    assert!(approved.contains("浙ICP备"), "the decision leads back to the filing");
    assert_eq!(sandbox.http.get(sandbox.url("/nowhere")).send().await.unwrap().status(), 404);
    assert_eq!(sandbox.http.get(sandbox.url("/desk/99")).send().await.unwrap().status(), 404);
}
