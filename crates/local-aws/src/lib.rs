//! A local AWS, for tests and the demo.
//!
//! Starts an emulator in its own virtual environment, and a proxy in front of it that adds behavior
//! of AWS, records calls and injects faults. All servers listen on 127.0.0.1 only.

mod emulator;
mod operation;
mod proxy;
mod venv;

pub use venv::{program, python};

use std::io;
use std::path::{Path, PathBuf};

use hyper::Method;
use serde_json::Value;

pub use emulator::Emulator;
use emulator::Process;
pub use operation::operation;
pub use proxy::{Fault, Proxy, RecordedCall};

/// Version of ministack with which the tests were written.
pub const MINISTACK: &str = "1.5.33";
/// Version of moto, the second emulator.
pub const MOTO: &str = "5.2.5";
/// Version of the CBOR library of the emulator, for the protocol of CloudWatch.
const CBOR2: &str = "5.9.0";
/// Version of boto3 in the Lambda runtime of Python.
const BOTO3: &str = "1.43.106";
/// Region of the demo and the tests.
pub const REGION: &str = "eu-west-1";
/// Account of [`LocalAws::env`]. ministack uses a 12-digit access key as the account, and moto has
/// no other account.
pub const ACCOUNT: &str = "123456789012";

/// A running local AWS. Ends when dropped.
pub struct LocalAws {
    emulator: Process,
    proxy: Proxy,
    log: PathBuf,
}

impl Drop for LocalAws {
    /// Keeps the log of a failed test.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_file(&self.log);
        }
    }
}

impl LocalAws {
    /// Starts a local AWS on free ports, with the emulator from [`Emulator::of_environment`]. Its
    /// output is written to `log`, which is deleted with it.
    ///
    /// # Errors
    /// Python is missing, or the emulator is unknown, cannot be installed or does not start.
    pub async fn start(log: &Path) -> io::Result<Self> {
        Self::start_with(Emulator::of_environment()?, log).await
    }

    /// Starts a local AWS with the second emulator, moto.
    ///
    /// # Errors
    /// Python is missing, or moto cannot be installed or does not start.
    pub async fn start_moto(log: &Path) -> io::Result<Self> {
        Self::start_with(Emulator::Moto, log).await
    }

    async fn start_with(emulator: Emulator, log: &Path) -> io::Result<Self> {
        let emulator = Process::start(emulator, log).await?;
        let proxy = Proxy::start(emulator.port()).await?;
        Ok(Self {
            emulator,
            proxy,
            log: log.to_path_buf(),
        })
    }

    /// Endpoint URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.proxy.port())
    }

    /// The proxy, to inspect calls and to inject faults.
    pub fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// Environment variables with which AWS clients use only this local AWS.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.url()),
            ("AWS_REGION", REGION.into()),
            // Version 1 of the AWS CLI only supports this variable.
            ("AWS_DEFAULT_REGION", REGION.into()),
            ("AWS_ACCESS_KEY_ID", ACCOUNT.into()),
            ("AWS_SECRET_ACCESS_KEY", "test".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("AWS_CONFIG_FILE", "/dev/null".into()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".into()),
        ]
    }

    /// Makes Wait states end immediately, or restores their duration.
    ///
    /// # Errors
    /// When the emulator is not ministack or does not respond.
    pub async fn skip_waits(&self, skip: bool) -> io::Result<()> {
        let scale = i32::from(!skip);
        self.emulator
            .configure(&serde_json::json!({ "stepfunctions._SFN_WAIT_SCALE": scale }))
            .await
    }

    /// Mocks responses of calls that the emulator does not support, in the format of Step Functions
    /// Local. An execution uses them if its state machine is started with `ARN#CASE`.
    ///
    /// # Errors
    /// When the emulator is not ministack or does not respond.
    pub async fn mock(&self, config: &Value) -> io::Result<()> {
        self.emulator
            .configure(&serde_json::json!({ "stepfunctions._sfn_mock_config": config }))
            .await
    }

    /// Sends a JSON call to a service as a client, for tests that change objects outside of
    /// Terraform.
    ///
    /// # Errors
    /// If there is no response, or AWS returns an error.
    pub async fn call(&self, target: &str, body: &Value) -> io::Result<Value> {
        emulator::call(self.proxy.port(), target, body).await
    }

    /// Deletes all objects in this local AWS.
    ///
    /// # Errors
    /// When the emulator does not respond.
    pub async fn reset(&self) -> io::Result<()> {
        self.proxy.forget();
        self.emulator.reset().await
    }

    /// Sends a form to a query service, such as `Action=ListRoles` to `iam`, and returns the XML
    /// response.
    ///
    /// # Errors
    /// If there is no response, or AWS returns an error.
    pub async fn query(&self, service: &str, form: &str) -> io::Result<String> {
        emulator::query(self.proxy.port(), service, form).await
    }

    /// Invokes a function and returns its result.
    ///
    /// # Errors
    /// If there is no response, or AWS returns an error.
    pub async fn invoke(&self, function: &str, payload: &Value) -> io::Result<Value> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let answer = emulator::rest(
            self.proxy.port(),
            "lambda",
            Method::POST,
            &path,
            &payload.to_string(),
        )
        .await?;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Creates an S3 bucket.
    ///
    /// # Errors
    /// If there is no response, or AWS returns an error.
    pub async fn create_bucket(&self, bucket: &str) -> io::Result<()> {
        let location = format!("<LocationConstraint>{REGION}</LocationConstraint>");
        let body = format!("<CreateBucketConfiguration>{location}</CreateBucketConfiguration>");
        emulator::rest(
            self.proxy.port(),
            "s3",
            Method::PUT,
            &format!("/{bucket}"),
            &body,
        )
        .await
        .map(drop)
    }

    /// Writes an object to an S3 bucket.
    ///
    /// # Errors
    /// If there is no response, or AWS returns an error.
    pub async fn put_object(&self, bucket: &str, key: &str, content: &str) -> io::Result<()> {
        let path = format!("/{bucket}/{key}");
        emulator::rest(self.proxy.port(), "s3", Method::PUT, &path, content)
            .await
            .map(drop)
    }

    /// Creates an SNS topic and returns its ARN.
    ///
    /// # Errors
    /// If there is no response, or AWS returns an error.
    pub async fn create_topic(&self, name: &str) -> io::Result<String> {
        self.query(
            "sns",
            &format!("Action=CreateTopic&Version=2010-03-31&Name={name}"),
        )
        .await?;
        Ok(format!("arn:aws:sns:{REGION}:{ACCOUNT}:{name}"))
    }

    /// The names of all roles.
    ///
    /// # Errors
    /// If there is no response, or AWS returns an error.
    pub async fn role_names(&self) -> io::Result<Vec<String>> {
        let xml = self
            .query("iam", "Action=ListRoles&Version=2010-05-08")
            .await?;
        let names = xml
            .split("<RoleName>")
            .skip(1)
            .filter_map(|rest| rest.split("</RoleName>").next());
        Ok(names.map(str::to_owned).collect())
    }

    /// An inline policy of a role, as returned by IAM.
    ///
    /// # Errors
    /// If there is no response, or AWS returns an error.
    pub async fn role_policy(&self, role: &str, policy: &str) -> io::Result<String> {
        let form =
            format!("Action=GetRolePolicy&Version=2010-05-08&RoleName={role}&PolicyName={policy}");
        self.query("iam", &form)
            .await
            .map(|xml| xml.replace("%3A", ":"))
    }

    /// Removes an inline policy from a role.
    ///
    /// # Errors
    /// If there is no response, or AWS returns an error.
    pub async fn remove_role_policy(&self, role: &str, policy: &str) -> io::Result<()> {
        let form = format!(
            "Action=DeleteRolePolicy&Version=2010-05-08&RoleName={role}&PolicyName={policy}"
        );
        self.query("iam", &form).await.map(|_| ())
    }

    /// Process group of the emulator, for tests that check that it has ended.
    pub fn process_group(&self) -> i32 {
        self.emulator.process_group()
    }
}
