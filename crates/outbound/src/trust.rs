//! Whom encrypted connections trust: the machine's certificates, read once, when the first server shows its own. They
//! are more than a hundred, and most homes never need one.

use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// Whom to trust.
#[derive(Debug, Default)]
pub enum Trust {
    /// Whom the machine trusts.
    #[default]
    Machine,
    /// These as well.
    Also(Vec<CertificateDer<'static>>),
    /// Whoever answers: connections are encrypted, and with anybody.
    Anybody,
}

impl Trust {
    /// The certificates of a file (PEM) beside the machine's; there must be one at least.
    pub fn file(path: &Path) -> io::Result<Self> {
        let certificates = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        match certificates.map_err(io::Error::other)? {
            none if none.is_empty() => Err(io::Error::new(io::ErrorKind::InvalidData, "there is no certificate in it")),
            certificates => Ok(Self::Also(certificates)),
        }
    }
}

static TRUST: OnceLock<Trust> = OnceLock::new();

/// Says whom every client trusts; what is said first counts, so it is said before there are clients.
pub fn trust(trust: Trust) {
    _ = TRUST.set(trust);
}

/// One for all clients, so that they share what they know of servers too.
static CONFIG: LazyLock<ClientConfig> = LazyLock::new(|| {
    // Fails when it is there already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(Machine { provider, verifier: OnceLock::new() });
    let mut config =
        ClientConfig::builder().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
});

/// How clients encrypt what they send, for HTTP/2 and HTTP/1.1.
pub fn encryption() -> ClientConfig {
    CONFIG.clone()
}

/// The same for clients that speak HTTP/1.1 alone.
pub fn encryption_http1() -> ClientConfig {
    let mut config = encryption();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// Asks the machine's own verifier. A machine without certificates can still talk to servers that need none.
#[derive(Debug)]
struct Machine {
    provider: Arc<CryptoProvider>,
    verifier: OnceLock<Verifier>,
}

impl Machine {
    fn verifier(&self) -> Result<&Verifier, Error> {
        if self.verifier.get().is_none() {
            // Another thread may have been faster, which is as good.
            let verifier = match TRUST.get() {
                Some(Trust::Also(more)) => Verifier::new_with_extra_roots(more.clone(), self.provider.clone())?,
                _ => Verifier::new(self.provider.clone())?,
            };
            let _ = self.verifier.set(verifier);
        }
        self.verifier.get().ok_or(Error::General("the machine's certificates cannot be read".to_owned()))
    }
}

impl ServerCertVerifier for Machine {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if matches!(TRUST.get(), Some(Trust::Anybody)) {
            return Ok(ServerCertVerified::assertion());
        }
        self.verifier()?.verify_server_cert(certificate, intermediates, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
