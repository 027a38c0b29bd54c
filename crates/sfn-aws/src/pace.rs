//! Throttling of calls to AWS's quotas, for users who make thousands of calls.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::time::Instant;

/// Operations with the size of their bucket and its refill rate in calls per second (Step Functions
/// developer guide, "Quotas related to API action throttling").
const QUOTAS: [(&str, f64, f64); 8] = [
    ("AWSStepFunctions.DescribeActivity", 200.0, 1.0),
    ("AWSStepFunctions.DescribeStateMachine", 200.0, 20.0),
    ("AWSStepFunctions.DescribeStateMachineAlias", 200.0, 1.0),
    ("AWSStepFunctions.ListActivities", 100.0, 10.0),
    ("AWSStepFunctions.ListStateMachineAliases", 100.0, 1.0),
    ("AWSStepFunctions.ListStateMachineVersions", 100.0, 1.0),
    ("AWSStepFunctions.ListStateMachines", 100.0, 5.0),
    ("AWSStepFunctions.ListTagsForResource", 100.0, 1.0),
];

/// Quota of all other operations. Lambda allows fifteen calls per second for most read operations
/// (Lambda developer guide, "Lambda quotas").
const OTHERS: (f64, f64) = (15.0, 15.0);

/// Share of a bucket that is used at once, because other clients may use it too.
const SHARE: f64 = 0.5;

/// Hosts with these quotas.
const HOSTS: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];

/// State of all buckets.
#[derive(Debug)]
struct Buckets {
    /// Multiple of AWS's default quotas.
    factor: f64,
    /// Time of the next call, by host and operation.
    next: Mutex<HashMap<(String, String), Instant>>,
}

impl Buckets {
    /// Reserves the time of the next call of this operation, which is now at the earliest.
    fn turn(&self, host: &str, operation: &str) -> Instant {
        let (size, rate) = QUOTAS
            .iter()
            .find(|(name, ..)| *name == operation)
            .map_or(OTHERS, |(_, size, rate)| (*size, *rate));
        let (size, rate) = (size * SHARE * self.factor, rate * self.factor);
        let interval = Duration::from_secs_f64(1.0 / rate);
        let now = Instant::now();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        // The start of a full bucket lies that number of intervals in the past.
        let full = now.checked_sub(interval.mul_f64(size)).unwrap_or(now);
        let turn = next
            .entry((host.to_owned(), operation.to_owned()))
            .or_insert(full);
        *turn = (*turn).max(full) + interval;
        *turn
    }
}

/// An HTTP client that limits calls to AWS to the quotas, times `factor`.
pub(crate) fn paced(client: SharedHttpClient, factor: f64) -> SharedHttpClient {
    SharedHttpClient::new(Paced {
        client,
        buckets: Arc::new(Buckets {
            factor,
            next: Mutex::default(),
        }),
    })
}

#[derive(Debug)]
struct Paced {
    client: SharedHttpClient,
    buckets: Arc<Buckets>,
}

impl HttpClient for Paced {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(PacedConnector {
            connector,
            buckets: self.buckets.clone(),
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}

#[derive(Debug)]
struct PacedConnector {
    connector: SharedHttpConnector,
    buckets: Arc<Buckets>,
}

impl HttpConnector for PacedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let address = request
            .uri()
            .split_once("://")
            .map_or(request.uri(), |(_, rest)| rest);
        let host = address.split(['/', ':']).next().unwrap_or_default();
        if !HOSTS.iter().any(|suffix| host.ends_with(suffix)) {
            return self.connector.call(request);
        }
        let turn = self.buckets.turn(
            host,
            request.headers().get("x-amz-target").unwrap_or_default(),
        );
        let connector = self.connector.clone();
        HttpConnectorFuture::new(async move {
            tokio::time::sleep_until(turn).await;
            connector.call(request).await
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
mod tests {
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    #[derive(Debug)]
    struct Answers;

    impl HttpConnector for Answers {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let status = 200.try_into().unwrap();
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::empty())))
        }
    }

    /// The time for this number of calls, ten at a time.
    async fn time(factor: f64, address: &str, operation: &str, calls: usize) -> f64 {
        let buckets = Arc::new(Buckets {
            factor,
            next: Mutex::default(),
        });
        let connector = SharedHttpConnector::new(Answers);
        let connector = Arc::new(PacedConnector { connector, buckets });
        let start = Instant::now();
        let workers = (0..10).map(|worker| {
            let (connector, address, operation) =
                (connector.clone(), address.to_owned(), operation.to_owned());
            tokio::spawn(async move {
                for _ in (worker..calls).step_by(10) {
                    let mut request = HttpRequest::new(SdkBody::empty());
                    request.set_uri(address.as_str()).unwrap();
                    request
                        .headers_mut()
                        .insert("x-amz-target", operation.clone());
                    connector.call(request).await.unwrap();
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        start.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn calls_keep_to_the_quota_of_their_operation() {
        let aws = "https://states.eu-west-1.amazonaws.com/";
        for (factor, address, operation, calls, seconds) in [
            // Half a bucket at once, then one per second.
            (1.0, aws, "AWSStepFunctions.ListTagsForResource", 50, 0.0),
            (
                1.0,
                aws,
                "AWSStepFunctions.ListTagsForResource",
                1000,
                950.0,
            ),
            (
                1.0,
                aws,
                "AWSStepFunctions.DescribeStateMachine",
                1000,
                45.0,
            ),
            (
                10.0,
                aws,
                "AWSStepFunctions.ListTagsForResource",
                1000,
                50.0,
            ),
            (
                1.0,
                "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/f",
                "",
                157,
                10.0,
            ),
            (
                1.0,
                "http://127.0.0.1:4566/",
                "AWSStepFunctions.ListTagsForResource",
                1000,
                0.0,
            ),
        ] {
            let took = time(factor, address, operation, calls).await;
            assert!((took - seconds).abs() < 1.5, "{operation}: {took} s");
        }
    }
}
