//! Mutual TLS with the parent process.
//!
//! Terraform passes its certificate in the environment, and pins ours from the handshake line. Its
//! certificate is a self-signed authority on P-521 that is used as a client certificate, which
//! standard verifiers reject. It is compared byte by byte, and the library only verifies that the
//! client has the key.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};

/// The reason why TLS cannot be set up.
#[derive(Debug)]
pub struct TlsError(String);

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TlsError {}

/// A server configuration that accepts only this client, and our certificate in the format of the
/// handshake line.
pub(crate) fn server_config(client_pem: &str) -> Result<(Arc<ServerConfig>, String), TlsError> {
    let fail = |what: &str, error: &dyn fmt::Display| TlsError(format!("{what}: {error}"));
    let client = certificate(client_pem)?;
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()])
        .map_err(|error| fail("cannot create a certificate", &error))?;
    let der = own.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
    let crypto = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(OnlyClient {
        client,
        crypto: Arc::clone(&crypto),
    });
    let mut config = ServerConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .map_err(|error| fail("cannot choose a TLS version", &error))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![der.clone()], key)
        .map_err(|error| fail("cannot use the created certificate", &error))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok((Arc::new(config), STANDARD_NO_PAD.encode(der)))
}

/// The first certificate in PEM text.
fn certificate(pem: &str) -> Result<CertificateDer<'static>, TlsError> {
    let body: String = pem
        .lines()
        .skip_while(|line| !line.starts_with("-----BEGIN CERTIFICATE"))
        .skip(1)
        .take_while(|line| !line.starts_with("-----END"))
        .map(str::trim)
        .collect();
    match STANDARD.decode(&body) {
        Ok(der) if !der.is_empty() => Ok(der.into()),
        _ => Err(TlsError(
            "PLUGIN_CLIENT_CERT does not contain a certificate".into(),
        )),
    }
}

#[derive(Debug)]
struct OnlyClient {
    client: CertificateDer<'static>,
    crypto: Arc<CryptoProvider>,
}

impl ClientCertVerifier for OnlyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.client {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            ))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.crypto.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.crypto.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.crypto
            .signature_verification_algorithms
            .supported_schemes()
    }
}
