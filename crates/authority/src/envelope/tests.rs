use std::io::Write as _;
use std::process::{Command, Stdio};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const KEY: &str = "0123456789abcdef";
const IV: &str = "0102030405060708";

fn cipher() -> Cipher {
    Cipher::new(KEY, IV).unwrap()
}

fn sample() -> Vec<u8> {
    gbk::encode("<?xml version=\"1.0\" encoding=\"GBK\"?><a><b>备案 · 浙江省</b></a>").unwrap()
}

/// Runs a program with some input and returns its output; these programs are part of a plain Debian.
fn run(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{program} failed");
    output.stdout
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_packed_file_opens_to_the_same_bytes_with_and_without_encryption() {
    for cipher in [None, Some(cipher())] {
        let container = pack(&sample(), ENTRY, cipher.as_ref()).unwrap();
        assert_eq!(container.open(cipher.as_ref()).unwrap(), sample());
        assert_eq!(container, pack(&sample(), ENTRY, cipher.as_ref()).unwrap(), "packing is reproducible");
        assert_eq!(container.document(cipher.as_ref()).unwrap().text_of("b"), Some("备案 · 浙江省"));
    }
}

#[test]
fn other_programs_open_what_is_packed_here() {
    let container = pack(&sample(), ENTRY, Some(&cipher())).unwrap();
    let encrypted = run("openssl", &["base64", "-d", "-A"], container.info.as_bytes());
    let zip = run("openssl", &["enc", "-d", "-aes-128-cbc", "-K", &hex(KEY), "-iv", &hex(IV)], &encrypted);
    let script = "import sys,zipfile,hashlib,base64,io\n\
                  data=sys.stdin.buffer.read()\n\
                  z=zipfile.ZipFile(io.BytesIO(data))\n\
                  assert z.testzip() is None\n\
                  print(base64.b64encode(hashlib.md5(data).digest()).decode())\n\
                  print(','.join(z.namelist()))\n\
                  print(z.read(z.namelist()[0]).decode('gbk').encode('unicode_escape').decode())";
    let seen = String::from_utf8(run("python3", &["-c", script], &zip)).unwrap();
    let mut lines = seen.lines();
    assert_eq!(lines.next(), Some(container.hash.as_str()));
    assert_eq!(lines.next(), Some(ENTRY));
    assert!(lines.next().unwrap().contains("\\u5907\\u6848 \\xb7 \\u6d59\\u6c5f\\u7701"));
}

#[test]
fn papers_open_elsewhere_and_travel_at_three_quarters() {
    let paper = |seed: u32| {
        let bytes =
            (0..9_000u32).flat_map(|n| (n ^ seed).wrapping_mul(2_654_435_761).rotate_left(n % 31).to_le_bytes());
        armour::encode(&bytes.collect::<Vec<u8>>())
    };
    // Enough for two halves, and papers of every kind of end.
    let records = (0..40u32).map(|n| format!("<b>周云{n}</b><Fjnr>{}</Fjnr>", &paper(n)[..47_000 + 4 * n as usize]));
    let text = format!("<?xml version=\"1.0\" encoding=\"GBK\"?><a>{}</a>", records.collect::<String>());
    let xml = gbk::encode(&text).unwrap();
    let zip = zip(&xml, ENTRY).unwrap();
    assert!(zip.len() * 100 < xml.len() * 77, "{} of {}", zip.len(), xml.len());
    assert_eq!(unzip(&zip).unwrap(), xml);
    let script = "import sys,zipfile,io\n\
                  z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))\n\
                  sys.stdout.buffer.write(z.read('beianinfo.xml'))";
    assert!(run("python3", &["-c", script], &zip) == xml, "Python's zipfile reads something else");
}

#[test]
fn what_other_programs_packed_opens_here() {
    let script = "import sys,zipfile,io\n\
                  out=io.BytesIO()\n\
                  z=zipfile.ZipFile(out,'w',zipfile.ZIP_DEFLATED)\n\
                  z.writestr('20160325145800_zj_3058.xml','<?xml version=\"1.0\" encoding=\"GBK\"?><a><b>\\u5ba1\\u6838\\u901a\\u8fc7</b></a>'.encode('gbk'))\n\
                  z.close()\n\
                  sys.stdout.buffer.write(out.getvalue())";
    let zip = run("python3", &["-c", script], b"");
    let encrypted = run("openssl", &["enc", "-aes-128-cbc", "-K", &hex(KEY), "-iv", &hex(IV)], &zip);
    // The line breaks every 64 characters stay in: a server wraps its base64, too.
    let info = String::from_utf8(run("openssl", &["base64"], &encrypted)).unwrap();
    let digest = run("openssl", &["dgst", "-md5", "-binary"], &zip);
    let hash = String::from_utf8(run("openssl", &["base64"], &digest)).unwrap();
    let container = Container { info, hash, encrypt_algorithm: 1, hash_algorithm: 0, compression_format: 0 };
    assert_eq!(container.document(Some(&cipher())).unwrap().text_of("b"), Some("审核通过"));
}

#[test]
fn gbk_agrees_with_another_implementation_for_every_character() {
    let script = "import sys\n\
                  for c in range(0x80,0x10000):\n\
                  \tif 0xd800<=c<0xe000: continue\n\
                  \ttry: print('%04x %s'%(c,chr(c).encode('gbk').hex()))\n\
                  \texcept UnicodeEncodeError: pass";
    let table = String::from_utf8(run("python3", &["-c", script], b"")).unwrap();
    let table: std::collections::HashMap<&str, &str> = table.lines().filter_map(|line| line.split_once(' ')).collect();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for character in ('\u{80}'..='\u{ffff}').filter(|c| !c.is_ascii()) {
        if let Ok(bytes) = gbk::encode(&character.to_string()) {
            count += 1;
            let ours = format!("{:02x}{:02x}", bytes[0], bytes[1]);
            if table.get(format!("{:04x}", u32::from(character)).as_str()) != Some(&ours.as_str()) {
                wrong.push(character);
            }
        }
    }
    assert_eq!(wrong, Vec::<char>::new());
    assert!(count > 21_000, "only {count} characters can be written");
}

#[test]
fn a_changed_container_is_told_apart_by_what_is_wrong_with_it() {
    let good = pack(&sample(), ENTRY, Some(&cipher())).unwrap();
    let open = |change: &dyn Fn(&mut Container)| {
        let mut container = good.clone();
        change(&mut container);
        container.open(Some(&cipher())).unwrap_err()
    };
    assert_eq!(open(&|c| c.encrypt_algorithm = 2), OpenError::EncryptAlgorithm(2));
    assert_eq!(open(&|c| c.hash_algorithm = 1), OpenError::HashAlgorithm(1));
    assert_eq!(open(&|c| c.compression_format = 1), OpenError::CompressionFormat(1));
    assert_eq!(open(&|c| c.info.insert(0, '*')), OpenError::Base64);
    assert_eq!(open(&|c| c.info.truncate(40)), OpenError::Decryption);
    assert_eq!(open(&|c| c.hash = hash(b"else")), OpenError::Hash);
    assert_eq!(open(&|c| c.hash = "not base64".to_owned()), OpenError::Hash);
    assert_eq!(good.open(None).unwrap_err(), OpenError::Decryption);
    let other = Cipher::new("ffffffffffffffff", IV).unwrap();
    assert!(matches!(good.open(Some(&other)).unwrap_err(), OpenError::Decryption | OpenError::Hash));
    assert!(matches!(seal(b"no zip at all", None).open(None).unwrap_err(), OpenError::Unzip(_)));
}

#[test]
fn a_zip_with_no_file_two_files_or_a_bomb_is_refused() {
    let zip_of = |names: &[&str], content: &[u8]| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        seal(&writer.finish().unwrap().into_inner(), None).open(None)
    };
    assert_eq!(zip_of(&[], b""), Err(OpenError::Files(0)));
    assert_eq!(zip_of(&["a", "b"], b"x"), Err(OpenError::Files(2)));
    assert_eq!(zip_of(&["a"], &vec![b'x'; 20 * 1024 * 1024]), Err(OpenError::TooLarge));
    assert_eq!(zip_of(&["a"], &vec![b'x'; largest_file() + 1]), Err(OpenError::TooLarge));
    assert!(pack(&vec![0; largest_file() + 1], ENTRY, None).is_err());
}

#[test]
fn the_declared_character_set_decides_and_wrong_bytes_are_refused() {
    assert_eq!(declared_encoding(b"<?xml version='1.0' encoding = 'GBK' ?><a/>").as_deref(), Some("gbk"));
    assert_eq!(declared_encoding(b"<a/>"), None);
    let utf8 = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a><b>案</b></a>";
    assert_eq!(read_document(utf8.as_bytes()).unwrap().text_of("b"), Some("案"));
    assert_eq!(read_document(b"<a>\xff\xff</a>"), Err(OpenError::CharacterSet));
    assert!(matches!(read_document(b"<!DOCTYPE a><a/>"), Err(OpenError::Xml(TreeError::Entity))));
}

#[test]
fn a_key_has_sixteen_bytes_and_is_never_printed() {
    assert_eq!(
        Cipher::new("short", IV).unwrap_err().to_string(),
        "an AES key must be 16 ASCII characters, this one has 5 bytes"
    );
    assert!(!format!("{:?}", cipher()).contains("0123"));
}
