//! Measures the start time of the provider.

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;

/// Maximum start time. Terraform starts a provider several times in each run.
pub const LIMIT: Duration = Duration::from_millis(5);

/// Environment variable of the plugin protocol without which the provider does not start.
const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

const RUNS: usize = 21;

/// The median time from the start of the process to the line with its socket.
///
/// # Errors
/// When the provider does not start, or prints another line.
pub fn measure(binary: &Path) -> io::Result<Duration> {
    let certificate = certificate()?;
    let mut times = (0..RUNS)
        .map(|_| once(binary, &certificate))
        .collect::<io::Result<Vec<_>>>()?;
    times.sort_unstable();
    times
        .get(RUNS / 2)
        .copied()
        .ok_or_else(|| io::Error::other("nothing was measured"))
}

fn once(binary: &Path, certificate: &str) -> io::Result<Duration> {
    let mut command = Command::new(binary);
    command
        .env(COOKIE.0, COOKIE.1)
        .env("PLUGIN_PROTOCOL_VERSIONS", "6")
        .env("PLUGIN_CLIENT_CERT", certificate);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let mut line = String::new();
    let read = child
        .stdout
        .take()
        .map_or(Ok(0), |stdout| BufReader::new(stdout).read_line(&mut line));
    let time = start.elapsed();
    child.kill()?;
    child.wait()?;
    read?;
    // The killed process did not remove its socket.
    if let Some(socket) = line.split('|').nth(3) {
        let _ = fs::remove_file(socket);
    }
    if line.starts_with("1|6|") {
        Ok(time)
    } else {
        Err(io::Error::other(format!("no handshake: `{}`", line.trim())))
    }
}

/// A self-signed certificate in PEM, as Terraform generates one.
fn certificate() -> io::Result<String> {
    let own =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).map_err(io::Error::other)?;
    let encoded = base64::engine::general_purpose::STANDARD.encode(own.cert.der());
    Ok(format!(
        "-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n"
    ))
}
