//! The six methods as SOAP 1.1 messages.
//!
//! Document/literal, wrapped; the wrapper element in the namespace, its children unqualified: the envelope that worked
//! against a real bureau. Reading is tolerant of what other SOAP stacks write: prefixes, qualified children, other order.

mod answer;

pub(crate) use answer::{Document, to_text};

pub use answer::{
    Answer, DownloadAnswer, FileInfo, PreviousUploadAnswer, StatusAnswer, StatusInfo, UploadAnswer, VerifyAnswer,
};

use crate::envelope;
use crate::gbk;
use crate::tree::{Element, Markup, TreeError, escape};

/// The namespace of the wrapper elements.
pub const NAMESPACE: &str = "http://www.miibeian.gov.cn";
/// The namespace of SOAP 1.1 envelopes.
pub const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// One of the methods of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// `isp_upload`: send one data file.
    Upload,
    /// `isp_download`: get the next data file.
    Download,
    /// `isp_downloadack`: confirm a downloaded file.
    Acknowledge,
    /// `isp_querypreviousupload`: what was the last upload.
    PreviousUpload,
    /// `isp_querybeianstatus`: is a domain or a credential filed.
    Status,
    /// `isp_verifybamm`: is a filing password right.
    VerifyPassword,
}

impl Method {
    /// All six.
    pub const ALL: [Self; 6] =
        [Self::Upload, Self::Download, Self::Acknowledge, Self::PreviousUpload, Self::Status, Self::VerifyPassword];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upload => "isp_upload",
            Self::Download => "isp_download",
            Self::Acknowledge => "isp_downloadack",
            Self::PreviousUpload => "isp_querypreviousupload",
            Self::Status => "isp_querybeianstatus",
            Self::VerifyPassword => "isp_verifybamm",
        }
    }

    /// The method of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// The path of its service on every bureau's server.
    pub fn path(self) -> &'static str {
        match self {
            Self::Upload | Self::Download | Self::Acknowledge | Self::PreviousUpload => "/ISPWebService/upDownLoad",
            Self::Status => "/BeianStatusWebService/queryBeianStatus",
            Self::VerifyPassword => "/BeianStatusWebService/verifyBamm",
        }
    }

    /// The name of its first parameter, the provider's id. The specification writes `ispId` everywhere; on the wire a
    /// real client needed `ispID`, and `ispId` for the previous upload only.
    pub fn id_parameter(self) -> &'static str {
        match self {
            Self::PreviousUpload => "ispId",
            _ => "ispID",
        }
    }

    /// Its parameters after the first, in order.
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Upload => &[
                "userName",
                "randVal",
                "pwdHash",
                "beianInfo",
                "beianInfoHash",
                "dataSequence",
                "encryptAlgorithm",
                "hashAlgorithm",
                "compressionFormat",
            ],
            Self::Download | Self::PreviousUpload => &["userName", "randVal", "pwdHash", "hashAlgorithm"],
            Self::Acknowledge => &["userName", "randVal", "pwdHash", "hashAlgorithm", "fileName"],
            Self::Status => {
                &["userName", "randVal", "pwdHash", "hashAlgorithm", "queryConditionType", "queryCondition"]
            }
            Self::VerifyPassword => &["userName", "randVal", "pwdHash", "hashAlgorithm", "baxh", "bamm"],
        }
    }
}

/// A SOAP message that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SoapError {
    /// Not XML.
    #[error(transparent)]
    Xml(#[from] TreeError),
    /// XML, but not the expected message.
    #[error("{0}")]
    Shape(&'static str),
    /// The other side answered with a SOAP fault.
    #[error("SOAP fault: {0}")]
    Fault(String),
}

/// `pwdHash` of a call: base64(MD5(GBK(password + randVal))). Fails on a character that GBK does not have.
pub fn password_hash(password: &str, random: &str) -> Result<String, char> {
    Ok(envelope::hash(&gbk::encode(&format!("{password}{random}"))?))
}

/// Writes the request of a method; `values` stand in the order of its parameters, the provider's id first.
pub fn request(method: Method, values: &[String]) -> String {
    let names = std::iter::once(method.id_parameter()).chain(method.parameters().iter().copied());
    let mut body = format!("<{} xmlns=\"{NAMESPACE}\">", method.name());
    for (name, value) in names.zip(values) {
        body.push_str(&format!("<{name} xmlns=\"\">{}</{name}>", escape(value)));
    }
    body.push_str(&format!("</{}>", method.name()));
    enclose(&body)
}

/// Writes the answer of a method around its return document.
pub fn response(method: Method, document: &str) -> String {
    let name = method.name();
    enclose(&format!(
        "<ns:{name}Response xmlns:ns=\"{NAMESPACE}\"><return>{}</return></ns:{name}Response>",
        escape(document)
    ))
}

/// Writes a SOAP fault.
pub fn fault(code: &str, text: &str) -> String {
    enclose(&format!(
        "<soapenv:Fault><faultcode>soapenv:{code}</faultcode><faultstring>{}</faultstring></soapenv:Fault>",
        escape(text)
    ))
}

fn enclose(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{ENVELOPE}\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )
}

/// A request as it was read: the method and its parameters by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is called.
    pub method: Method,
    parameters: Vec<(String, String)>,
}

impl Request {
    /// Reads a request of any SOAP stack.
    pub fn read(text: &str) -> Result<Self, SoapError> {
        let root = Markup::read(text)?;
        if root.name != "Envelope" {
            return Err(SoapError::Shape("not a SOAP envelope"));
        }
        let call = root
            .get("Body")
            .and_then(|body| body.children.first())
            .ok_or(SoapError::Shape("the SOAP body is empty"))?;
        let method = Method::named(&call.name).ok_or(SoapError::Shape("no such method"))?;
        let parameters = call.children.iter().map(|child| (child.name.to_string(), child.text.to_string())).collect();
        Ok(Self { method, parameters })
    }

    /// The value of a parameter, whatever the case of its name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter as a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }
}

/// Reads the return document out of the answer of a method.
pub fn read_response(text: &str, method: Method) -> Result<Element, SoapError> {
    let root = Markup::read(text)?;
    if root.name != "Envelope" {
        return Err(SoapError::Shape("not a SOAP envelope"));
    }
    let Some(content) = root.get("Body").and_then(|body| body.children.first()) else {
        return Err(SoapError::Shape("the SOAP body is empty"));
    };
    if content.name == "Fault" {
        let text = content.text_of("faultstring").unwrap_or("without a reason");
        return Err(SoapError::Fault(text.to_owned()));
    }
    if content.name.strip_suffix("Response") != Some(method.name()) {
        return Err(SoapError::Shape("the answer of another method"));
    }
    let Some(answer) = content.children.first() else {
        return Err(SoapError::Shape("the answer holds no return document"));
    };
    // The document is text inside the element; a stack that puts it in as elements is understood as well. Its own
    // declaration says GBK although the text is Unicode by now, so it is not looked at.
    let document =
        if answer.children.is_empty() { Element::parse(answer.text.trim())? } else { answer.clone().into_owned() };
    if document.name != "return" {
        return Err(SoapError::Shape("the return document has another root"));
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_hash_is_that_of_the_specification() {
        assert_eq!(password_hash("1234567890", "abcdefghijklmnopqrst").unwrap(), "RZrwhLXgQt0ID6FHhX2sZg==");
        assert_eq!(password_hash("p€", "abcdefghijklmnopqrst"), Err('€'));
    }

    #[test]
    fn a_request_is_the_envelope_that_worked() {
        let values = ["110000000001", "user", "r", "h", "0"].map(str::to_owned);
        assert_eq!(
            request(Method::Download, &values),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
             <soapenv:Body><isp_download xmlns=\"http://www.miibeian.gov.cn\"><ispID xmlns=\"\">110000000001</ispID>\
             <userName xmlns=\"\">user</userName><randVal xmlns=\"\">r</randVal><pwdHash xmlns=\"\">h</pwdHash>\
             <hashAlgorithm xmlns=\"\">0</hashAlgorithm></isp_download></soapenv:Body></soapenv:Envelope>"
        );
        let previous = request(Method::PreviousUpload, &values);
        assert!(previous.contains("<ispId xmlns=\"\">110000000001</ispId>"), "{previous}");
    }

    #[test]
    fn values_are_escaped_and_read_back() {
        let values = ["1", "a<b>&\"c\"", "r", "h", "0", "0", "例子.cn"].map(str::to_owned);
        let read = Request::read(&request(Method::Status, &values)).unwrap();
        assert_eq!(read.method, Method::Status);
        assert_eq!(read.text("userName"), Some("a<b>&\"c\""));
        assert_eq!(read.text("queryCondition"), Some("例子.cn"));
        assert_eq!(read.number("ispid"), Some(1));
    }

    #[test]
    fn prefixed_and_qualified_requests_of_other_stacks_are_read() {
        let text = "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" \
                    xmlns:ns1=\"http://www.miibeian.gov.cn\"><SOAP-ENV:Header/><SOAP-ENV:Body><ns1:isp_downloadack>\
                    <ns1:ispId> 7 </ns1:ispId><ns1:fileName>x.xml</ns1:fileName></ns1:isp_downloadack>\
                    </SOAP-ENV:Body></SOAP-ENV:Envelope>";
        let read = Request::read(text).unwrap();
        assert_eq!(
            (read.method, read.number("ispID"), read.text("fileName")),
            (Method::Acknowledge, Some(7), Some("x.xml"))
        );
    }

    #[test]
    fn what_is_not_a_call_says_why() {
        assert_eq!(Request::read("<a/>"), Err(SoapError::Shape("not a SOAP envelope")));
        let empty = "<e:Envelope xmlns:e=\"x\"><e:Body/></e:Envelope>";
        assert_eq!(Request::read(empty), Err(SoapError::Shape("the SOAP body is empty")));
        let other = "<e:Envelope xmlns:e=\"x\"><e:Body><drop/></e:Body></e:Envelope>";
        assert_eq!(Request::read(other), Err(SoapError::Shape("no such method")));
        assert!(matches!(Request::read("no xml"), Err(SoapError::Xml(_))));
    }

    #[test]
    fn answers_faults_and_foreign_answers_are_told_apart() {
        let document =
            "<?xml version=\"1.0\" encoding=\"GBK\"?><return><msg_code>0</msg_code><msg>操作成功</msg></return>";
        let read = read_response(&response(Method::Upload, document), Method::Upload).unwrap();
        assert_eq!(read.text_of("msg"), Some("操作成功"));
        assert!(matches!(
            read_response(&response(Method::Upload, document), Method::Download),
            Err(SoapError::Shape(_))
        ));
        assert_eq!(
            read_response(&fault("Server", "out of <order>"), Method::Upload),
            Err(SoapError::Fault("out of <order>".to_owned()))
        );
        assert!(read_response(&response(Method::Upload, "nothing"), Method::Upload).is_err());
    }
}
