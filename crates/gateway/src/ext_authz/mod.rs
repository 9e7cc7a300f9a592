//! Envoy's question over gRPC (`envoy.service.auth.v3.Authorization/Check`): is this host open?
//!
//! Asked of an HTTP request, the host is what Envoy routes by; asked of a TLS connection, the name in the client's first
//! message. No header of the visitor's says anything here.

mod message;

use std::convert::Infallible;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tonic::body::Body;
use tonic::server::{Grpc, UnaryService};
use tonic::{Code, Status};
use tonic_prost::ProstCodec;
use tracing::{debug, error, warn};

use crate::ask::AskApp;
use crate::config::Style;
use crate::pages::closed_address;
use message::{
    Allowed, CheckRequest, CheckResponse, Denied, HeaderValueOption, HttpRequest, HttpResponse, HttpStatus, TlsSession,
};

const CHECK: &str = "/envoy.service.auth.v3.Authorization/Check";

/// No question is longer: a request's headers, and as much of its body as Envoy may be told to send along.
const QUESTION: usize = 1024 * 1024;
/// How long a question may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);
/// How long a connection may be silent. Envoy opens another when it needs one.
const IDLE: Duration = Duration::from_secs(300);
/// Connections at one time; each of Envoy's workers has one.
const CONNECTIONS: usize = 1024;
/// Questions at one time on a connection.
const STREAMS: u32 = 1024;

/// Answers Envoy.
pub(crate) struct ExtAuthz {
    /// Taken when the service starts.
    pub(crate) listener: Mutex<Option<TcpListener>>,
    pub(crate) ask: Arc<AskApp>,
    pub(crate) draining: watch::Receiver<bool>,
}

#[async_trait]
impl BackgroundService for ExtAuthz {
    async fn start(&self, _shutdown: ShutdownWatch) {
        let Some(listener) = self.listener.lock().ok().and_then(|mut listener| listener.take()) else { return };
        let listener = listener.set_nonblocking(true).and_then(|()| tokio::net::TcpListener::from_std(listener));
        let listener = match listener {
            Ok(listener) => listener,
            Err(error) => return error!("Envoy cannot be listened to: {error}"),
        };
        let mut draining = self.draining.clone();
        tokio::select! {
            () = self.accept(&listener) => {}
            _ = draining.wait_for(|draining| *draining) => {}
        }
    }
}

impl ExtAuthz {
    async fn accept(&self, listener: &tokio::net::TcpListener) {
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, from)) => {
                    let (ask, draining) = (Arc::clone(&self.ask), self.draining.clone());
                    tokio::spawn(async move {
                        if let Err(error) = serve(stream, ask, draining).await {
                            debug!(%from, "a connection ended: {error}");
                        }
                        drop(permit);
                    });
                }
                Err(error) => {
                    warn!("cannot accept a connection: {error}");
                    sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }
}

/// Serves one connection until it ends, is silent for too long, or the gateway stops.
async fn serve(stream: TcpStream, ask: Arc<AskApp>, mut draining: watch::Receiver<bool>) -> Result<(), hyper::Error> {
    if let Err(error) = stream.set_nodelay(true) {
        debug!("a connection closed before it was served: {error}");
    }
    let heard = Arc::new(Notify::new());
    let service = {
        let heard = Arc::clone(&heard);
        service_fn(move |request| {
            heard.notify_one();
            answer(Arc::clone(&ask), request)
        })
    };
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(16 * 1024)
        .keep_alive_interval(Duration::from_secs(60))
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let mut patience = ARRIVAL;
    loop {
        tokio::select! {
            ended = &mut connection => return ended,
            () = heard.notified() => patience = IDLE,
            () = sleep(patience) => return Ok(()),
            _ = draining.wait_for(|draining| *draining) => break,
        }
    }
    connection.as_mut().graceful_shutdown();
    timeout(ARRIVAL, connection).await.unwrap_or(Ok(()))
}

async fn answer(ask: Arc<AskApp>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    if request.uri().path() != CHECK {
        return Ok(Status::unimplemented("only Authorization/Check is answered here").into_http());
    }
    let mut grpc = Grpc::new(ProstCodec::default()).max_decoding_message_size(QUESTION);
    let answered = timeout(ARRIVAL, grpc.unary(Check(ask), request)).await;
    Ok(answered.unwrap_or_else(|_| Status::deadline_exceeded("the question did not arrive in time").into_http()))
}

struct Check(Arc<AskApp>);

impl UnaryService<CheckRequest> for Check {
    type Response = CheckResponse;
    type Future = std::future::Ready<Result<tonic::Response<CheckResponse>, Status>>;

    fn call(&mut self, request: tonic::Request<CheckRequest>) -> Self::Future {
        std::future::ready(Ok(tonic::Response::new(self.0.check(request.into_inner()))))
    }
}

impl AskApp {
    fn check(&self, CheckRequest { attributes }: CheckRequest) -> CheckResponse {
        let asked = attributes.and_then(|attributes| match (attributes.request, attributes.tls_session) {
            (Some(message::Request { http: Some(HttpRequest { host }) }), _) => Some(host),
            (_, Some(TlsSession { sni })) => Some(sni),
            _ => None,
        });
        let said = self.say(asked.as_deref().map(str::as_bytes));
        let mut headers = vec![
            HeaderValueOption::instead("x-beian-verdict", said.told.as_str()),
            HeaderValueOption::instead("x-beian-reason", said.reason),
        ];
        let status = |code| Some(message::Status { code: code as i32 });
        if said.told.is_open() {
            let http_response = Some(HttpResponse::Allowed(Allowed { headers }));
            return CheckResponse { status: status(Code::Ok), http_response };
        }
        let domain = said.domain.as_deref().unwrap_or_default();
        let settings = self.settings.load();
        let (code, body) = match settings.closed.style {
            Style::Redirect => {
                headers.push(HeaderValueOption::instead("location", closed_address(&settings.public_url, domain)));
                (StatusCode::FOUND, String::new())
            }
            // Envoy's list of statuses lacks 451.
            Style::Page => {
                headers.push(HeaderValueOption::instead("content-type", "text/html; charset=utf-8"));
                (StatusCode::FORBIDDEN, String::from_utf8_lossy(&self.pages.closed(domain)).into_owned())
            }
        };
        let http_status = Some(HttpStatus { code: code.as_u16().into() });
        let http_response = Some(HttpResponse::Denied(Denied { status: http_status, headers, body }));
        CheckResponse { status: status(Code::PermissionDenied), http_response }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message as _;

    /// Written by code generated from Envoy's own files: each message with every field, of which most are passed over.
    #[test]
    fn messages_are_what_envoys_own_files_make_of_them() {
        let asked = hex::decode(concat!(
            "0ae2010a150a130a11120b3230332e302e3131332e3718a2900312110a0f0a0d12093139322e302e322e311850229b010a060880",
            "8795cd061290010a05313233343512034745541a1f0a0a3a617574686f72697479121173686f702e434c4f5345442e636e3a3830",
            "1a0f0a053a7061746812062f613f623d631a1a0a0f782d6f726967696e616c2d686f737412076f70656e2e636e22062f613f623d",
            "632a1173686f702e434c4f5345442e636e3a383032046874747048ffffffffffffffffff015208485454502f312e3152180a0c76",
            "69727475616c5f686f737412087765627369746573",
        ));
        let asked = CheckRequest::decode(asked.unwrap().as_slice()).unwrap();
        let request = asked.attributes.unwrap().request.unwrap();
        assert_eq!(request.http.unwrap().host, "shop.CLOSED.cn:80");
        let of_a_connection = hex::decode("0a0d620b0a09636c6f7365642e636e").unwrap();
        let asked = CheckRequest::decode(of_a_connection.as_slice()).unwrap();
        assert_eq!(asked.attributes.unwrap().tls_session.unwrap().sni, "closed.cn");

        let headers = vec![
            HeaderValueOption::instead("x-beian-verdict", "closed"),
            HeaderValueOption::instead("x-beian-reason", "closed"),
            HeaderValueOption::instead("location", "https://beian.example.com/closed?domain=closed.cn"),
        ];
        let denied = CheckResponse {
            status: Some(message::Status { code: 7 }),
            http_response: Some(HttpResponse::Denied(Denied {
                status: Some(HttpStatus { code: 302 }),
                headers,
                body: String::new(),
            })),
        };
        assert_eq!(
            hex::encode(denied.encode_to_vec()),
            concat!(
                "0a0208071285010a0308ae02121d0a190a0f782d626569616e2d766572646963741206636c6f7365641802121c0a180a0e782d",
                "626569616e2d726561736f6e1206636c6f736564180212410a3d0a086c6f636174696f6e123168747470733a2f2f626569616e",
                "2e6578616d706c652e636f6d2f636c6f7365643f646f6d61696e3d636c6f7365642e636e1802",
            )
        );
        let allowed = CheckResponse {
            status: Some(message::Status { code: 0 }),
            http_response: Some(HttpResponse::Allowed(Allowed {
                headers: vec![
                    HeaderValueOption::instead("x-beian-verdict", "open"),
                    HeaderValueOption::instead("x-beian-reason", "open"),
                ],
            })),
        };
        assert_eq!(
            hex::encode(allowed.encode_to_vec()),
            concat!(
                "0a001a39121b0a170a0f782d626569616e2d7665726469637412046f70656e1802121a0a160a0e782d626569616e2d72656173",
                "6f6e12046f70656e1802",
            )
        );
    }
}
