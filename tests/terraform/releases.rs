//! Releases: static programs, and archives that Terraform installs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use e2e::dist::{self, COMMAND, PROVIDER, Platform, Programs};
use e2e::{HEADER, SOURCE, Workspace};
use rcgen::{CertifiedKey, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{assert_empty, assert_says, assert_success, aws};

const MACHINE: &str = r#"
resource "sfn_state_machine" "it" {
  name     = "it"
  start_at = "Done"

  execution_role {}

  succeed "Done" {}
}
"#;

/// The programs of a release, but with the `dev` profile, which takes only minutes to build.
fn programs() -> (Platform, Programs) {
    let platform = Platform::find(None).unwrap();
    let programs = dist::build(&platform, "dev").unwrap();
    (platform, programs)
}

/// A folder with the archives and checksums of these versions.
pub fn release(versions: &[&str]) -> (TempDir, Platform) {
    let (platform, programs) = programs();
    let folder = tempfile::tempdir().unwrap();
    for version in versions {
        dist::archive(&programs, &platform, version, folder.path()).unwrap();
        dist::seal(version, folder.path()).unwrap();
    }
    (folder, platform)
}

/// Writes settings with which Terraform installs the provider only with this method.
fn install_from(workspace: &Workspace, method: &str) {
    let settings = workspace.outside().join("terraform.rc");
    fs::write(
        settings,
        format!("disable_checkpoint = true\nprovider_installation {{\n  {method}\n}}\n"),
    )
    .unwrap();
}

fn requiring(version: &str) -> String {
    HEADER.replace(
        "sfn\"\n",
        &format!("sfn\"\n      version = \"{version}\"\n"),
    ) + MACHINE
}

/// The checksum `h1:` of the content of an archive of this version (Terraform documentation, "Dependency Lock File").
fn content_hash(version: &str) -> String {
    let (_, programs) = programs();
    let sum = dist::sha256(&fs::read(programs.provider).unwrap());
    let listed = Sha256::digest(format!("{sum}  {PROVIDER}_v{version}\n"));
    format!("h1:{}", STANDARD.encode(listed))
}

/// A certificate with its key, and the certificate in PEM.
fn certificate() -> (CertifiedKey<KeyPair>, String) {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let encoded = STANDARD.encode(own.cert.der());
    (
        own,
        format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n"),
    )
}

/// A server with TLS on loopback, and the folder with its certificate. The function returns the content of a path.
async fn serve(answer: impl Fn(&str) -> Option<Vec<u8>> + Send + 'static) -> (String, TempDir) {
    let (own, pem) = certificate();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
    let certificates = tempfile::tempdir().unwrap();
    fs::write(certificates.path().join("ca.pem"), pem).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = config
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let (mut request, mut part) = (String::new(), [0; 4096]);
            while !request.contains("\r\n\r\n") {
                let count = stream.read(&mut part).await.unwrap_or(0);
                request.push_str(&String::from_utf8_lossy(&part[..count]));
                if count == 0 {
                    break;
                }
            }
            let found = answer(request.split(' ').nth(1).unwrap_or(""));
            let (status, body) =
                found.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
            let _ = stream.shutdown().await;
        }
    });
    (host, certificates)
}

/// The checksum of an archive, as the checksums of the release list it.
fn listed_sum(files: &Path, version: &str, archive: &str) -> Option<String> {
    let sums = files.join(format!("{PROVIDER}_{version}_SHA256SUMS"));
    let sums = fs::read_to_string(sums).unwrap_or_default();
    let is_of = |line: &str| {
        line.strip_suffix(&format!("  {archive}"))
            .map(str::to_owned)
    };
    sums.lines().find_map(is_of)
}

/// A provider mirror (Terraform documentation, "Provider Network Mirror Protocol").
async fn mirror(files: PathBuf, platform: &Platform, versions: &[&str]) -> (String, TempDir) {
    let platform = platform.name();
    let index = versions
        .iter()
        .map(|version| format!("\"{version}\": {{}}"))
        .collect::<Vec<_>>()
        .join(", ");
    let answer = move |path: &str| -> Option<Vec<u8>> {
        let name = path.strip_prefix(&format!("/registry.terraform.io/{SOURCE}/"))?;
        if name == "index.json" {
            return Some(format!("{{\"versions\": {{{index}}}}}").into_bytes());
        }
        let Some(version) = name.strip_suffix(".json") else {
            return fs::read(files.join(name)).ok();
        };
        let archive = format!("{PROVIDER}_{version}_{platform}.zip");
        let hash = listed_sum(&files, version, &archive).unwrap_or_else(|| "0".repeat(64));
        let archive = format!("{{\"url\": \"{archive}\", \"hashes\": [\"zh:{hash}\"]}}");
        Some(format!("{{\"archives\": {{\"{platform}\": {archive}}}}}").into_bytes())
    };
    let (host, certificates) = serve(answer).await;
    (format!("https://{host}/"), certificates)
}

/// A signing key in a folder of its own: its ID, and the public key in ASCII armor. `None` without `gpg`.
fn signing_key(folder: &Path) -> Option<(String, String)> {
    let gpg = |arguments: &[&str]| {
        let mut command = Command::new("gpg");
        command
            .arg("--homedir")
            .arg(folder)
            .args(["--batch", "--quiet"])
            .args(arguments);
        let output = command.stdin(Stdio::null()).output().ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let user = "releases@example.com";
    gpg(&[
        "--passphrase",
        "",
        "--quick-generate-key",
        user,
        "rsa2048",
        "sign",
        "1d",
    ])?;
    let listed = gpg(&["--list-keys", "--with-colons"])?;
    let id = listed
        .lines()
        .find(|line| line.starts_with("pub:"))?
        .split(':')
        .nth(4)?
        .to_owned();
    Some((id, gpg(&["--armor", "--export", user])?))
}

/// A registry verifies the signature, and its checksums of all platforms are in the lock file (Terraform documentation,
/// "Provider Registry Protocol").
#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_installed_from_a_registry() {
    let (files, platform) = release(&["0.1.0"]);
    // The sockets of gpg need a short path.
    let keys = tempfile::Builder::new()
        .prefix("gpg")
        .tempdir_in("/tmp")
        .unwrap();
    let Some((id, public)) = signing_key(keys.path()) else {
        println!("skipped: a release from a registry: gpg cannot create a key");
        return;
    };
    let sums = files.path().join(format!("{PROVIDER}_0.1.0_SHA256SUMS"));
    let mut gpg = Command::new("gpg");
    gpg.arg("--homedir")
        .arg(keys.path())
        .args(["--batch", "--quiet", "--detach-sign"])
        .arg(&sums);
    assert!(gpg.status().unwrap().success());
    let archive = format!("{PROVIDER}_0.1.0_{}.zip", platform.name());
    let sum = listed_sum(files.path(), "0.1.0", &archive).unwrap();
    let manifest = dist::sha256(
        &fs::read(files.path().join(format!("{PROVIDER}_0.1.0_manifest.json"))).unwrap(),
    );
    let name = format!("{PROVIDER}_0.1.0_SHA256SUMS");
    let package = serde_json::json!({
        "protocols": ["6.0"], "os": platform.os, "arch": platform.arch, "filename": archive,
        "download_url": format!("/files/{archive}"), "shasum": sum,
        "shasums_url": format!("/files/{name}"),
        "shasums_signature_url": format!("/files/{name}.sig"),
        "signing_keys": { "gpg_public_keys": [{ "key_id": id, "ascii_armor": public }] },
    });
    let versions = serde_json::json!({ "versions": [{
        "version": "0.1.0", "protocols": ["6.0"],
        "platforms": [{ "os": platform.os, "arch": platform.arch }],
    }] });
    let folder = files.path().to_owned();
    let answer = move |path: &str| match path.strip_prefix("/files/") {
        Some(name) => fs::read(folder.join(name)).ok(),
        None if path == "/.well-known/terraform.json" => {
            Some(b"{\"providers.v1\": \"/v1/providers/\"}".to_vec())
        }
        None if path == format!("/v1/providers/{SOURCE}/versions") => {
            Some(versions.to_string().into_bytes())
        }
        None if path.starts_with(&format!("/v1/providers/{SOURCE}/0.1.0/download/")) => {
            Some(package.to_string().into_bytes())
        }
        None => None,
    };
    let (host, certificates) = serve(answer).await;
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    install_from(&workspace, "direct {}");
    workspace.set_env(
        "SSL_CERT_FILE",
        certificates.path().join("ca.pem").to_str().unwrap(),
    );
    let configuration = requiring("0.1.0").replace(SOURCE, &format!("{host}/{SOURCE}"));
    workspace.write("main.tf", &configuration).unwrap();
    let installed = workspace.terraform(&["init", "-no-color"]).await.unwrap();
    assert_says(&installed, &["v0.1.0 (self-signed, key ID"]);
    let lock = fs::read_to_string(workspace.path().join(".terraform.lock.hcl")).unwrap();
    // The checksum of the installed content, and those of all files of the release.
    for hash in [
        content_hash("0.1.0"),
        format!("zh:{sum}"),
        format!("zh:{manifest}"),
    ] {
        assert!(lock.contains(&hash), "{hash} is not in {lock}");
    }
    assert_says(&workspace.plan().await.unwrap(), &["1 to add"]);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
}

/// A version reads the state that the previous version wrote.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_installed_from_a_folder_and_upgraded() {
    let (files, platform) = release(&["0.1.0", "0.1.1"]);
    let aws = aws().await;
    let workspace = Workspace::new(&aws).unwrap();
    let folder = workspace
        .outside()
        .join("mirror/registry.terraform.io")
        .join(SOURCE);
    fs::create_dir_all(&folder).unwrap();
    for version in ["0.1.0", "0.1.1"] {
        let name = format!("{PROVIDER}_{version}_{}.zip", platform.name());
        fs::copy(files.path().join(&name), folder.join(&name)).unwrap();
    }
    let root = workspace.outside().join("mirror");
    install_from(
        &workspace,
        &format!(
            "filesystem_mirror {{\n    path = \"{}\"\n  }}",
            root.display()
        ),
    );
    workspace.write("main.tf", &requiring("0.1.0")).unwrap();
    assert_says(
        &workspace.terraform(&["init", "-no-color"]).await.unwrap(),
        &["Installed terraform-provider-sfn/sfn v0.1.0"],
    );
    assert_says(&workspace.plan().await.unwrap(), &["1 to add"]);
    assert_success(&workspace.apply().await.unwrap());
    let lock = fs::read_to_string(workspace.path().join(".terraform.lock.hcl")).unwrap();
    assert!(
        lock.contains("version     = \"0.1.0\"") && lock.contains(&content_hash("0.1.0")),
        "{lock}"
    );
    workspace.write("main.tf", &requiring("~> 0.1.0")).unwrap();
    assert_says(
        &workspace
            .terraform(&["init", "-no-color", "-upgrade"])
            .await
            .unwrap(),
        &["Installed terraform-provider-sfn/sfn v0.1.1"],
    );
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_installed_from_a_server() {
    let (files, platform) = release(&["0.1.0"]);
    // An archive with a different checksum.
    let broken = format!("{PROVIDER}_0.1.1_{}.zip", platform.name());
    fs::write(files.path().join(broken), "not this one").unwrap();
    let (address, certificates) =
        mirror(files.path().to_owned(), &platform, &["0.1.0", "0.1.1"]).await;
    let aws = aws().await;
    let mut workspace = Workspace::new(&aws).unwrap();
    install_from(
        &workspace,
        &format!("network_mirror {{\n    url = \"{address}\"\n  }}"),
    );
    workspace.set_env(
        "SSL_CERT_FILE",
        certificates.path().join("ca.pem").to_str().unwrap(),
    );
    workspace.write("main.tf", &requiring("0.1.0")).unwrap();
    assert_says(
        &workspace.terraform(&["init", "-no-color"]).await.unwrap(),
        &["Installed terraform-provider-sfn/sfn v0.1.0"],
    );
    // Terraform uses the checksum of the archive only from a registry. For a mirror, it stores the checksum that it
    // computes.
    let lock = fs::read_to_string(workspace.path().join(".terraform.lock.hcl")).unwrap();
    assert!(lock.contains(&content_hash("0.1.0")), "{lock}");
    assert_says(&workspace.plan().await.unwrap(), &["1 to add"]);
    assert_success(&workspace.apply().await.unwrap());
    assert_empty(&workspace.plan().await.unwrap());
    assert_success(&workspace.destroy().await.unwrap());
    workspace.write("main.tf", &requiring("0.1.1")).unwrap();
    let refused = workspace
        .terraform(&["init", "-no-color", "-upgrade"])
        .await
        .unwrap();
    assert_says(&refused, &["Failed to install provider", "checksum"]);
}

#[test]
fn archives_are_the_same_each_time_and_have_checksums() {
    let ((first, platform), (second, _)) = (release(&["0.1.0"]), release(&["0.1.0"]));
    let name = platform.name();
    let files = [
        format!("{PROVIDER}_0.1.0_SHA256SUMS"),
        format!("{PROVIDER}_0.1.0_{name}.zip"),
        format!("{PROVIDER}_0.1.0_manifest.json"),
        format!("{COMMAND}_0.1.0_SHA256SUMS"),
        format!("{COMMAND}_0.1.0_{name}.zip"),
        format!("sfn_asl-0.1.0-py3-none-{}.whl", platform.wheel),
        format!("{}-0.1.0.tgz", platform.npm_package()),
        format!("{}-0.1.0.tgz", dist::npm::PACKAGE),
    ];
    let mut found: Vec<String> = fs::read_dir(first.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    let mut expected = files.to_vec();
    expected.sort();
    assert_eq!(found, expected);
    for file in &files {
        let [first, second] =
            [&first, &second].map(|folder| fs::read(folder.path().join(file)).unwrap());
        assert!(first == second, "{file} differs");
    }
    let sums = fs::read_to_string(first.path().join(&files[0])).unwrap();
    let listed: Vec<&str> = sums
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(_, name)| name)
        .collect();
    assert_eq!(
        listed,
        [files[1].as_str(), files[2].as_str()],
        "every archive of the provider, and the manifest"
    );
}

/// Builds are reproducible, and contain no paths of the machine.
#[test]
fn programs_have_no_paths_of_the_machine() {
    let (_, programs) = programs();
    let paths = [
        e2e::repository(),
        dist::cargo_home(),
        programs.provider.parent().unwrap().to_owned(),
    ];
    for program in [&programs.provider, &programs.command] {
        let bytes = fs::read(program).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for path in &paths {
            let at = text.find(path.to_str().unwrap());
            let shown = at.map(|at| text[at..].chars().take(150).collect::<String>());
            assert_eq!(shown, None, "{}", program.display());
        }
    }
}

/// A program in a folder that contains only the program and these files.
#[cfg(target_os = "linux")]
struct Alone(TempDir);

#[cfg(target_os = "linux")]
impl Alone {
    fn new(program: &Path, files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::copy(program, root.path().join("program")).unwrap();
        fs::create_dir(root.path().join("tmp")).unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(root)
    }

    /// The program with only these environment variables.
    fn command(&self, env: &[(&str, String)]) -> Command {
        let mut command = Command::new("unshare");
        command
            .args(["--map-root-user", "chroot"])
            .arg(self.0.path())
            .arg("/program");
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Runs the program. Returns `None` if the system does not allow it.
    fn run(&self, arguments: &[&str], env: &[(&str, String)]) -> Option<(i32, String)> {
        let output = match self.command(env).args(arguments).output() {
            Ok(output) => output,
            Err(error) => {
                println!("skipped: programs in an empty folder: unshare: {error}");
                return None;
            }
        };
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        if text.starts_with("unshare:") {
            println!("skipped: programs in an empty folder: {text}");
            return None;
        }
        Some((output.status.code().unwrap_or(-1), text))
    }
}

/// The image of OpenTofu has no C library, and that of Terraform has a different one.
#[tokio::test(flavor = "multi_thread")]
#[cfg(target_os = "linux")]
async fn programs_need_no_libraries() {
    let (_, programs) = programs();
    let right = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    let wrong = right.replace("\"A\", ", "\"B\", ");
    let command = Alone::new(
        &programs.command,
        &[("right.asl.json", right), ("wrong.asl.json", &wrong)],
    );
    let Some((code, said)) = command.run(&["validate", "/right.asl.json"], &[]) else {
        return;
    };
    assert_eq!(code, 0, "{said}");
    let (code, said) = command.run(&["validate", "/wrong.asl.json"], &[]).unwrap();
    assert!(
        code == 1 && said.contains("there is no state `B`"),
        "{said}"
    );
    assert_handshake(&programs.provider);
    let aws = aws().await;
    let port = aws
        .url()
        .rsplit(':')
        .next()
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    // CA certificates are read from a file of the image, or from `SSL_CERT_FILE`.
    let (_, authorities) = certificate();
    let files = [
        ("etc/hosts", "127.0.0.1 emulator.internal\n"),
        ("ca.pem", &authorities),
    ];
    let command = Alone::new(&programs.command, &files);
    for host in ["127.0.0.1", "emulator.internal"] {
        let mut env = aws.env();
        env.retain(|(name, _)| *name != "AWS_ENDPOINT_URL");
        env.push(("AWS_ENDPOINT_URL", format!("http://{host}:{port}")));
        env.push(("SSL_CERT_FILE", "/ca.pem".to_owned()));
        let (code, said) = command.run(&["import", "nobody"], &env).unwrap();
        assert!(
            code == 2 && said.contains("state machine not found"),
            "{host}: {said}"
        );
    }
}

/// Starts the provider in an empty folder, and returns the line with its address.
#[cfg(target_os = "linux")]
fn assert_handshake(program: &Path) {
    use std::io::{BufRead as _, BufReader};

    let provider = Alone::new(program, &[]);
    let env = [
        (
            "TF_PLUGIN_MAGIC_COOKIE",
            "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2".to_owned(),
        ),
        ("PLUGIN_PROTOCOL_VERSIONS", "6".to_owned()),
        ("PLUGIN_CLIENT_CERT", certificate().1),
    ];
    let mut child = provider
        .command(&env)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    child.kill().unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(
        line.starts_with("1|6|unix|"),
        "{line}{}",
        String::from_utf8_lossy(&ended.stderr)
    );
}
