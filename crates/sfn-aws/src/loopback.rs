//! Local servers for tests.

use std::future::Future;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The response of STS to `GetCallerIdentity`.
pub(crate) const CALLER: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                                 <GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u</Arn>\
                                 <UserId>u</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
                                 </GetCallerIdentityResponse>";

/// An HTTP response.
pub(crate) fn response(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// Starts a server that handles one connection after the other, and returns its port.
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

/// Reads a request, or the first data of a client with another protocol.
async fn receive(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let (mut text, mut received) = (String::new(), [0; 8192]);
    while !is_complete(&text) {
        match stream.read(&mut received).await {
            Ok(count) if count > 0 => text.push_str(&String::from_utf8_lossy(&received[..count])),
            _ => break,
        }
    }
    text
}

fn is_complete(text: &str) -> bool {
    let is_http = ["GET ", "POST ", "PUT "]
        .iter()
        .any(|method| text.starts_with(method));
    let Some((head, body)) = text.split_once("\r\n\r\n").filter(|_| is_http) else {
        return !text.is_empty() && !is_http;
    };
    let head = head.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// Reads a request, writes its response, and waits until the client has read it.
pub(crate) async fn respond(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    response: impl FnOnce(&str) -> String,
) {
    let response = response(&receive(&mut stream).await);
    let _ = stream.write_all(response.as_bytes()).await;
    let _ = stream.shutdown().await;
    let mut received = [0; 64];
    while stream
        .read(&mut received)
        .await
        .is_ok_and(|count| count > 0)
    {}
}

/// As [`respond`], with a response that does not depend on the request.
pub(crate) async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, text: &str) {
    respond(stream, |_| text.to_owned()).await;
}

/// A self-signed certificate authority for a host that expires in this year, and its key.
pub(crate) fn certificate(
    name: &str,
    not_after: i32,
) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, format!("the authority of {name}"));
    params.not_after = rcgen::date_time_ymd(not_after, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().der().clone();
    (
        certificate,
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
    )
}

/// The file of a certificate authority.
pub(crate) fn bundle(folder: &Path, certificate: &CertificateDer<'_>) -> PathBuf {
    let path = folder.join("ca.pem");
    let body = STANDARD.encode(certificate);
    std::fs::write(
        &path,
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"),
    )
    .unwrap();
    path
}

/// The file of an unused authority, so that tests do not depend on those of the system.
pub(crate) fn authority(folder: &Path) -> PathBuf {
    bundle(folder, &certificate("nobody.invalid", 4000).0)
}
