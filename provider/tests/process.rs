//! The program as a process: started manually, by Terraform, and by a client without the right
//! certificate.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

fn provider() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-sfn"));
    command
        .env_remove("TF_PLUGIN_MAGIC_COOKIE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn by_hand_it_says_what_it_is() {
    let output = provider().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("started by Terraform or OpenTofu") && text.contains("docs"),
        "{text}"
    );
    assert_eq!(output.stdout, b"");
}

#[test]
fn an_older_protocol_is_refused_with_the_version_that_is_needed() {
    let output = provider()
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "4,5")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("version 6 of the plugin protocol, but the client offered 4,5"),
        "{text}"
    );
}

#[test]
fn without_a_client_certificate_it_does_not_serve() {
    let output = provider()
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("PLUGIN_CLIENT_CERT does not contain a certificate")
    );
}

struct Running {
    child: Child,
    line: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(command: &mut Command) -> Running {
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    Running {
        child,
        line: line.trim_end().to_owned(),
    }
}

#[test]
fn for_debugging_it_prints_how_to_attach() {
    let running = start(provider().arg("-debug"));
    let json = running
        .line
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .unwrap()
        .strip_suffix('\'')
        .unwrap();
    let config: serde_json::Value = serde_json::from_str(json).unwrap();
    let entry = config.as_object().unwrap().values().next().unwrap();
    assert_eq!(
        (&entry["Protocol"], &entry["ProtocolVersion"]),
        (&"grpc".into(), &6.into())
    );
    assert_eq!(entry["Pid"], running.child.id());
    assert!(std::path::Path::new(entry["Addr"]["String"].as_str().unwrap()).exists());
}

/// A client or server with a certificate.
struct Party {
    pem: String,
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

fn party() -> Party {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let encoded = base64::engine::general_purpose::STANDARD.encode(own.cert.der());
    let pem = format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n");
    Party {
        pem,
        certificate: own.cert.der().clone(),
        key: own.signing_key.serialize_der(),
    }
}

/// Whether a client can connect to the provider with HTTP/2.
async fn is_let_in(handshake: &str, client: Option<&Party>) -> bool {
    let parts: Vec<&str> = handshake.split('|').collect();
    let server = base64::engine::general_purpose::STANDARD_NO_PAD
        .decode(parts[5])
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(server)).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match client {
        Some(party) => {
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(party.key.clone()));
            builder
                .with_client_auth_cert(vec![party.certificate.clone()], key)
                .unwrap()
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let socket = UnixStream::connect(parts[3]).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let Ok(mut stream) = connector
        .connect(ServerName::try_from("localhost").unwrap(), socket)
        .await
    else {
        return false;
    };
    // With TLS 1.3, a rejection follows the handshake, instead of the first frame of the server.
    if stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .is_err()
    {
        return false;
    }
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.is_ok()
}

#[tokio::test]
async fn only_the_client_that_started_it_is_let_in() {
    let (terraform, stranger) = (party(), party());
    let running = start(
        provider()
            .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_CLIENT_CERT", &terraform.pem),
    );
    assert!(running.line.starts_with("1|6|unix|"), "{}", running.line);
    assert!(is_let_in(&running.line, Some(&terraform)).await);
    assert!(!is_let_in(&running.line, Some(&stranger)).await);
    assert!(!is_let_in(&running.line, None).await);
}
