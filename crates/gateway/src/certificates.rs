//! The certificates under which TLS ends here, read from files and read again when those change.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use tracing::error;

use crate::config::Tls;
use crate::metrics::Metrics;

/// What ALPN offers: HTTP/2 first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The certificates under which TLS ends here.
#[derive(Default)]
pub(crate) struct Certificates {
    own: Option<Arc<ServerConfig>>,
    /// By the name of the file.
    sites: HashMap<String, Site>,
    /// What the files looked like before they were read.
    seen: Vec<Seen>,
}

#[derive(Clone)]
struct Site {
    leaf: CertificateDer<'static>,
    config: Arc<ServerConfig>,
}

/// A file, when it was changed, and how long it is; none where it is missing.
type Seen = (PathBuf, Option<(SystemTime, u64)>);

impl Certificates {
    /// Reads everything. What cannot be used is told and counted, and what was read of it before stays in use.
    ///
    /// # Errors
    /// Why the provider's own certificate cannot be used, when there is none from before.
    pub(crate) fn load(settings: &Tls, before: &Self, metrics: &Metrics) -> Result<Self, String> {
        // Looked at first: what changes while it is read is read once more.
        let seen = look(settings);
        let fail = |path: &Path, why: &str| {
            metrics.certificate_errors.increment(1);
            error!(path = %path.display(), "a certificate cannot be used: {why}");
        };
        let own = match &settings.own_certificate {
            None => None,
            Some(own) => match (Site::load(&own.chain, &own.key), &before.own) {
                (Ok(site), _) => Some(site.config),
                (Err(why), Some(before)) => {
                    fail(&own.chain, &why);
                    Some(Arc::clone(before))
                }
                (Err(why), None) => return Err(why),
            },
        };
        if let Some(folder) = &settings.certificates
            && let Err(error) = std::fs::read_dir(folder)
        {
            fail(folder, &error.to_string());
        }
        let mut sites = HashMap::new();
        for chain in seen.iter().map(|(path, _)| path).filter(|path| path.extension().is_some_and(|end| end == "pem")) {
            let in_folder = settings.certificates.as_deref() == chain.parent();
            let Some(name) = chain.file_stem().and_then(|name| name.to_str()).filter(|_| in_folder) else { continue };
            let name = name.to_ascii_lowercase();
            match Site::load(chain, &chain.with_extension("key")) {
                Ok(site) => {
                    sites.insert(name, site);
                }
                Err(why) => {
                    fail(chain, &why);
                    if let Some(site) = before.sites.get(&name) {
                        sites.insert(name, site.clone());
                    }
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics.certificates.set(sites.len() as f64);
        Ok(Self { own, sites, seen })
    }

    /// Whether a file came, went or changed.
    pub(crate) fn changed(&self, settings: &Tls) -> bool {
        self.seen != look(settings)
    }

    /// The provider's own certificate.
    pub(crate) fn own(&self) -> Option<Arc<ServerConfig>> {
        self.own.clone()
    }

    /// The certificate that covers a host: that of its name, or of the nearest name above it.
    pub(crate) fn site(&self, host: &[u8]) -> Option<Arc<ServerConfig>> {
        if self.sites.is_empty() {
            return None;
        }
        let host = std::str::from_utf8(host).ok()?.trim_end_matches('.').to_ascii_lowercase();
        let server = ServerName::try_from(host.as_str()).ok()?;
        let mut name = host.as_str();
        loop {
            if let Some(site) = self.sites.get(name)
                && ParsedCertificate::try_from(&site.leaf)
                    .is_ok_and(|certificate| verify_server_name(&certificate, &server).is_ok())
            {
                return Some(Arc::clone(&site.config));
            }
            name = name.split_once('.')?.1;
        }
    }
}

impl Site {
    fn load(chain: &Path, key: &Path) -> Result<Self, String> {
        let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(chain)
            .and_then(Iterator::collect)
            .map_err(|error| format!("{}: {error}", chain.display()))?;
        let leaf = certificates.first().cloned().ok_or_else(|| format!("{} holds none", chain.display()))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|error| format!("{}: {error}", key.display()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map(|builder| builder.with_no_client_auth())
            .and_then(|builder| builder.with_single_cert(certificates, key))
            .map_err(|error| error.to_string())?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        Ok(Self { leaf, config: Arc::new(config) })
    }
}

/// Looks at every file that is read, without reading it.
fn look(settings: &Tls) -> Vec<Seen> {
    let mut files: Vec<PathBuf> = Vec::new();
    if let Some(own) = &settings.own_certificate {
        files.extend([own.chain.clone(), own.key.clone()]);
    }
    if let Some(entries) = settings.certificates.as_deref().and_then(|folder| std::fs::read_dir(folder).ok()) {
        let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        files.extend(paths.filter(|path| path.extension().is_some_and(|end| end == "pem" || end == "key")));
    }
    files.sort();
    let look = |path: PathBuf| {
        let found = std::fs::metadata(&path).and_then(|found| Ok((found.modified()?, found.len()))).ok();
        (path, found)
    };
    files.into_iter().map(look).collect()
}
