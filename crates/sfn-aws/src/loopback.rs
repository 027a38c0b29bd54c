//! Servers on loopback for tests.

use std::future::Future;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The answer of STS to `GetCallerIdentity`.
pub(crate) const CALLER: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                                 <GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u</Arn>\
                                 <UserId>u</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
                                 </GetCallerIdentityResponse>";

/// A response of HTTP.
pub(crate) fn response(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// A server that treats one connection after the other in this way, and its port.
pub(crate) async fn server<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            serve(stream).await;
        }
    });
    port
}

/// Reads what the client sends first, writes what belongs to it, and waits until the client has read it.
pub(crate) async fn respond(mut stream: impl AsyncRead + AsyncWrite + Unpin, response: impl FnOnce(&str) -> String) {
    let mut received = [0; 8192];
    let count = stream.read(&mut received).await.unwrap_or(0);
    let response = response(&String::from_utf8_lossy(&received[..count]));
    let _ = stream.write_all(response.as_bytes()).await;
    let _ = stream.shutdown().await;
    while stream.read(&mut received).await.is_ok_and(|count| count > 0) {}
}

/// As [`respond`], with a text that does not depend on the request.
pub(crate) async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, text: &str) {
    respond(stream, |_| text.to_owned()).await;
}

/// A certificate of its own authority for a host, which ends with a year, and its key.
pub(crate) fn certificate(name: &str, not_after: i32) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("the authority of {name}"));
    params.not_after = rcgen::date_time_ymd(not_after, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().der().clone();
    (certificate, PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
}

/// The file of a certificate authority.
pub(crate) fn bundle(folder: &Path, certificate: &CertificateDer<'_>) -> PathBuf {
    let path = folder.join("ca.pem");
    let body = STANDARD.encode(certificate);
    std::fs::write(&path, format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")).unwrap();
    path
}

/// The file of an authority that nobody uses, so that tests do not depend on those of the system.
pub(crate) fn authority(folder: &Path) -> PathBuf {
    bundle(folder, &certificate("nobody.invalid", 4000).0)
}
