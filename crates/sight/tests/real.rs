//! The readers against what the real programs write, configured with the lines of `docs/find.md` as they stand there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use filing::sighting::Source;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sight::{Count, Place};

const OURS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The blocks of a language on the page.
fn documented(language: &str) -> Vec<String> {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/find.md")).unwrap();
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// A program that is ended when the test is over.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(program: &str, arguments: &[&str], output: Stdio) -> Program {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(output).stderr(Stdio::null());
    Program(command.spawn().unwrap_or_else(|error| panic!("{program} is needed for this test: {error}")))
}

/// A port that nobody listens on.
fn port() -> u16 {
    TcpListener::bind((OURS, 0)).unwrap().local_addr().unwrap().port()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a request and waits for the end of the answer.
fn ask(port: u16, host: &str) {
    let mut stream = None;
    until("the server", || {
        stream = TcpStream::connect((OURS, port)).ok();
        stream.is_some()
    });
    let mut stream = stream.unwrap();
    let request =
        format!("GET /a{{b}} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nUser-Agent: \"x\" [1/2] {{y}}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
}

type Seen = Vec<(String, Option<IpAddr>)>;

/// Reads a log that has so many lines; every sighting is of now.
fn seen(source: Source, log: &[u8]) -> (Count, Seen) {
    let place = Place { zone: TimeZone::system(), ours: vec![] };
    let mut seen = Vec::new();
    let count = sight::source::read(source, log, &place, &mut |sighting| {
        #[expect(clippy::disallowed_methods, reason = "the programs know no other clock")]
        let age = Timestamp::now().duration_since(sighting.at);
        assert!(age.as_secs().abs() < 60, "{sighting:?}");
        seen.push((String::from_utf8(sighting.host.to_vec()).unwrap(), sighting.address));
    });
    (count.unwrap(), seen)
}

fn lines(path: &Path) -> usize {
    fs::read(path).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count()
}

#[test]
fn the_access_logs_of_nginx() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let port = port();
    let formats = documented("nginx").concat();
    let config = format!(
        "daemon off; master_process off; pid {0}; error_log {1}; events {{}}\nhttp {{\n{formats}\n\
         access_log {2} beian; access_log {3} beian_json; client_body_temp_path {4}; proxy_temp_path {4};\n\
         fastcgi_temp_path {4}; uwsgi_temp_path {4}; scgi_temp_path {4};\n\
         server {{ listen 127.0.0.1:{port}; return 200 ok; }}\n}}\n",
        path("pid"),
        path("error.log"),
        path("text.log"),
        path("json.log"),
        path("room"),
    );
    fs::write(path("nginx.conf"), config).unwrap();
    let _nginx = start("nginx", &["-c", &path("nginx.conf"), "-p", &path("")], Stdio::null());
    for host in ["www.example.cn", "Shop.Example.COM.CN:8080", "192.0.2.1"] {
        ask(port, host);
    }
    let want = ["www.example.cn", "shop.example.com.cn", "192.0.2.1"].map(|host| (host.to_owned(), Some(OURS)));
    for log in ["text.log", "json.log"] {
        let log = folder.path().join(log);
        until("the log", || lines(&log) == 3);
        let read = seen(Source::Nginx, &fs::read(&log).unwrap());
        assert_eq!(read, (Count { read: 3, passed_over: 0 }, want.to_vec()), "{}", log.display());
    }
}

#[test]
fn the_logs_of_haproxy() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = documented("haproxy");
    for (block, address) in [(&blocks[0], None), (&blocks[1], Some(OURS))] {
        let port = port();
        let log = folder.path().join(format!("{port}.log"));
        let config = folder.path().join(format!("{port}.cfg"));
        // On standard output no syslog stands before a line; over UDP one does.
        let syslog = UdpSocket::bind((OURS, 0)).unwrap();
        syslog.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let text = format!(
            "global\n log stdout format raw local0\n log {} local0\ndefaults\n mode http\n log global\n timeout client 5s\n \
             timeout connect 5s\n timeout server 5s\nfrontend in\n bind 127.0.0.1:{port}\n {}\n \
             http-request return status 200\n",
            syslog.local_addr().unwrap(),
            block.replace('\n', "\n "),
        );
        fs::write(&config, text).unwrap();
        let output = fs::File::create(&log).unwrap();
        let _haproxy = start("haproxy", &["-db", "-f", config.to_str().unwrap()], output.into());
        for host in ["www.example.cn", "Shop.Example.COM.CN:8080"] {
            ask(port, host);
        }
        let want = ["Shop.Example.COM.CN:8080", "www.example.cn"].map(|host| (host.to_owned(), address));
        until("the log", || String::from_utf8_lossy(&fs::read(&log).unwrap()).matches("xample.").count() == 2);
        // HAProxy's threads write when they come to it, so its lines stand in no order.
        let (_, mut read) = seen(Source::Haproxy, &fs::read(&log).unwrap());
        read.sort();
        assert_eq!(read, want, "{}", fs::read_to_string(&log).unwrap());
        let mut lines = Vec::new();
        let mut room = [0; 4_096];
        while String::from_utf8_lossy(&lines).matches("xample.").count() < 2 {
            let length = syslog.recv(&mut room).unwrap();
            lines.extend_from_slice(&room[..length]);
            lines.push(b'\n');
        }
        let (_, mut read) = seen(Source::Haproxy, &lines);
        read.sort();
        assert_eq!(read, want, "{}", String::from_utf8_lossy(&lines));
    }
}

/// A question for an address, as it goes over UDP.
fn question(host: &str) -> Vec<u8> {
    let mut bytes = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in host.split('.') {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.extend([0, 0, 1, 0, 1]);
    bytes
}

#[test]
fn the_query_log_and_the_dnstap_of_unbound() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let port = port();
    let socket = std::os::unix::net::UnixListener::bind(path("dnstap.sock")).unwrap();
    let config = format!(
        "server:\n interface: 127.0.0.1@{port}\n do-daemonize: no\n chroot: \"\"\n username: \"\"\n directory: \"{0}\"\n \
         pidfile: \"{1}\"\n use-syslog: no\n logfile: \"{2}\"\n verbosity: 1\n num-threads: 1\n module-config: \"iterator\"\n \
         local-data: \"www.example.cn. A 192.0.2.7\"\n local-data: \"www.example.cn. A 198.51.100.7\"\n \
         local-zone: \"nothing.cn.\" always_nxdomain\n {3}\nremote-control:\n control-enable: no\ndnstap:\n \
         dnstap-enable: yes\n dnstap-socket-path: \"{4}\"\n dnstap-log-client-query-messages: yes\n \
         dnstap-log-client-response-messages: yes\n",
        path(""),
        path("pid"),
        path("log"),
        documented("unbound").concat().replace('\n', "\n "),
        path("dnstap.sock"),
    );
    fs::write(path("unbound.conf"), config).unwrap();
    let _unbound = start("unbound", &["-d", "-c", &path("unbound.conf")], Stdio::null());
    let (mut stream, _) = socket.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // The other side of frame streams: it is ready, we accept, it starts.
    let control = |stream: &mut std::os::unix::net::UnixStream| {
        let mut head = [0; 8];
        stream.read_exact(&mut head).unwrap();
        let mut body = vec![0; u32::from_be_bytes(head[4..].try_into().unwrap()) as usize];
        stream.read_exact(&mut body).unwrap();
        [&head[..], &body].concat()
    };
    let mut accept = control(&mut stream);
    accept[11] = 1;
    stream.write_all(&accept).unwrap();
    let mut tap = control(&mut stream);
    let client = UdpSocket::bind((OURS, 0)).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    for host in ["www.example.cn", "nothing.cn"] {
        client.send_to(&question(host), (OURS, port)).unwrap();
        client.recv(&mut [0; 512]).unwrap();
    }
    let log = folder.path().join("log");
    until("the log", || String::from_utf8_lossy(&fs::read(&log).unwrap()).contains("nothing.cn"));
    let (_, read) = seen(Source::DnsLog, &fs::read(&log).unwrap());
    assert_eq!(read, ["www.example.cn.", "nothing.cn."].map(|host| (host.to_owned(), None)));

    // Two queries and two answers.
    for _ in 0..4 {
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let mut frame = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut frame).unwrap();
        tap.extend([&length[..], &frame].concat());
    }
    let ours: IpAddr = [198, 51, 100, 7].into();
    let place = Place { zone: TimeZone::UTC, ours: vec!["198.51.100.0/24".parse().unwrap()] };
    let mut seen = Vec::new();
    let count = sight::source::read(Source::Dnstap, &tap[..], &place, &mut |sighting| {
        seen.push((String::from_utf8(sighting.host.to_vec()).unwrap(), sighting.address));
    });
    assert_eq!(count.unwrap(), Count { read: 4, passed_over: 3 });
    assert_eq!(seen, [("www.example.cn.".to_owned(), Some(ours))], "of its addresses the one that is ours");
}

/// What curl and openssl sent over the loopback to a server of Python, as the kernel showed it.
#[test]
fn the_packets_of_real_clients() {
    let capture = include_bytes!("recorded/loopback.pcap");
    let read = |place: &Place| {
        let mut seen = Vec::new();
        let count = sight::source::read(Source::Capture, &capture[..], place, &mut |sighting| {
            assert_eq!(sighting.address, Some(OURS));
            seen.push(String::from_utf8(sighting.host.to_vec()).unwrap());
        });
        assert_eq!(count.unwrap(), Count { read: 55, passed_over: 0 });
        seen
    };
    let mut place = Place { zone: TimeZone::UTC, ours: vec!["127.0.0.0/8".parse().unwrap()] };
    // The fourth client asks for an address, which is no name in a ClientHello.
    assert_eq!(read(&place), ["www.example.cn:18080", "shop.example.com.cn", "tls12.example.cn"]);
    place.ours = vec!["192.0.2.0/24".parse().unwrap()];
    assert_eq!(read(&place), [""; 0]);
}
