//! The results of tasks.
//!
//! Source: the developer guide, the pages of the optimized services; results recorded on AWS.

use serde_json::Value;

use super::{Called, Resource, Structure, integration, operation};

/// An integration with `.sync`.
struct Polled {
    /// Service and operation of the integration.
    starts: (&'static str, &'static str),
    /// Service and operation of the SDK whose response is the result.
    reads: (&'static str, &'static str),
    /// The member of the response with the status of the job. Elements of arrays have no name.
    status: &'static str,
    /// The values of the status with which the task succeeds. Empty if others are possible as well.
    done: &'static [&'static str],
    /// The values of the status with which the task fails.
    failed: &'static [&'static str],
}

/// All integrations with `.sync`.
///
/// Source: the API references of the services, for the values of a status.
const POLLED: &[Polled] = &[
    Polled {
        starts: ("athena", "startQueryExecution"),
        done: &["SUCCEEDED"],
        reads: ("athena", "getQueryExecution"),
        status: "QueryExecution.Status.State",
        failed: &["FAILED", "CANCELLED"],
    },
    Polled {
        starts: ("batch", "submitJob"),
        done: &["SUCCEEDED"],
        reads: ("batch", "describeJobs"),
        status: "Jobs.Status",
        failed: &["FAILED"],
    },
    Polled {
        starts: ("bedrock", "createModelCustomizationJob"),
        done: &["Completed"],
        reads: ("bedrock", "getModelCustomizationJob"),
        status: "Status",
        failed: &["Failed", "Stopped"],
    },
    Polled {
        starts: ("codebuild", "startBuild"),
        done: &["SUCCEEDED"],
        reads: ("codebuild", "batchGetBuilds"),
        status: "Builds.BuildStatus",
        failed: &["FAILED", "FAULT", "STOPPED", "TIMED_OUT"],
    },
    Polled {
        starts: ("codebuild", "startBuildBatch"),
        done: &["SUCCEEDED"],
        reads: ("codebuild", "batchGetBuildBatches"),
        status: "BuildBatches.BuildBatchStatus",
        failed: &["FAILED", "FAULT", "STOPPED", "TIMED_OUT"],
    },
    Polled {
        starts: ("codebuild", "retryBuildBatch"),
        done: &["SUCCEEDED"],
        reads: ("codebuild", "batchGetBuildBatches"),
        status: "BuildBatches.BuildBatchStatus",
        failed: &["FAILED", "FAULT", "STOPPED", "TIMED_OUT"],
    },
    Polled {
        starts: ("databrew", "startJobRun"),
        done: &["SUCCEEDED"],
        reads: ("databrew", "describeJobRun"),
        status: "State",
        failed: &["FAILED", "STOPPED", "TIMEOUT"],
    },
    Polled {
        starts: ("ecs", "runTask"),
        done: &[],
        reads: ("ecs", "describeTasks"),
        status: "Tasks.StopCode",
        failed: &["TaskFailedToStart"],
    },
    Polled {
        starts: ("eks", "createCluster"),
        done: &[],
        reads: ("eks", "describeCluster"),
        status: "Cluster.Status",
        failed: &["FAILED"],
    },
    Polled {
        starts: ("eks", "deleteCluster"),
        done: &[],
        reads: ("eks", "describeCluster"),
        status: "Cluster.Status",
        failed: &["FAILED"],
    },
    Polled {
        starts: ("eks", "createFargateProfile"),
        done: &[],
        reads: ("eks", "describeFargateProfile"),
        status: "FargateProfile.Status",
        failed: &["CREATE_FAILED"],
    },
    Polled {
        starts: ("eks", "deleteFargateProfile"),
        done: &[],
        reads: ("eks", "describeFargateProfile"),
        status: "FargateProfile.Status",
        failed: &["DELETE_FAILED"],
    },
    Polled {
        starts: ("eks", "createNodegroup"),
        done: &[],
        reads: ("eks", "describeNodegroup"),
        status: "Nodegroup.Status",
        failed: &["CREATE_FAILED"],
    },
    Polled {
        starts: ("eks", "deleteNodegroup"),
        done: &[],
        reads: ("eks", "describeNodegroup"),
        status: "Nodegroup.Status",
        failed: &["DELETE_FAILED"],
    },
    Polled {
        starts: ("elasticmapreduce", "addStep"),
        done: &["COMPLETED"],
        reads: ("emr", "describeStep"),
        status: "Step.Status.State",
        failed: &["CANCELLED", "FAILED", "INTERRUPTED"],
    },
    Polled {
        starts: ("elasticmapreduce", "createCluster"),
        done: &[],
        reads: ("emr", "describeCluster"),
        status: "Cluster.Status.State",
        failed: &["TERMINATED_WITH_ERRORS"],
    },
    Polled {
        starts: ("elasticmapreduce", "terminateCluster"),
        done: &[],
        reads: ("emr", "describeCluster"),
        status: "Cluster.Status.State",
        failed: &[],
    },
    Polled {
        starts: ("emr-containers", "deleteVirtualCluster"),
        done: &[],
        reads: ("emrcontainers", "describeVirtualCluster"),
        status: "VirtualCluster.State",
        failed: &["ARRESTED"],
    },
    Polled {
        starts: ("emr-containers", "startJobRun"),
        done: &["COMPLETED"],
        reads: ("emrcontainers", "describeJobRun"),
        status: "JobRun.State",
        failed: &["CANCELLED", "FAILED"],
    },
    Polled {
        starts: ("emr-serverless", "createApplication"),
        done: &[],
        reads: ("emrserverless", "getApplication"),
        status: "Application.State",
        failed: &["TERMINATED"],
    },
    Polled {
        starts: ("emr-serverless", "deleteApplication"),
        done: &[],
        reads: ("emrserverless", "getApplication"),
        status: "Application.State",
        failed: &[],
    },
    Polled {
        starts: ("emr-serverless", "startApplication"),
        done: &[],
        reads: ("emrserverless", "getApplication"),
        status: "Application.State",
        failed: &["STOPPED", "TERMINATED"],
    },
    Polled {
        starts: ("emr-serverless", "stopApplication"),
        done: &[],
        reads: ("emrserverless", "getApplication"),
        status: "Application.State",
        failed: &["TERMINATED"],
    },
    Polled {
        starts: ("emr-serverless", "startJobRun"),
        done: &["SUCCESS"],
        reads: ("emrserverless", "getJobRun"),
        status: "JobRun.State",
        failed: &["CANCELLED", "FAILED"],
    },
    Polled {
        starts: ("emr-serverless", "cancelJobRun"),
        done: &[],
        reads: ("emrserverless", "getJobRun"),
        status: "JobRun.State",
        failed: &["FAILED"],
    },
    Polled {
        starts: ("glue", "startJobRun"),
        done: &["SUCCEEDED"],
        reads: ("glue", "getJobRun"),
        status: "JobRun.JobRunState",
        failed: &["ERROR", "EXPIRED", "FAILED", "STOPPED", "TIMEOUT"],
    },
    Polled {
        starts: ("mediaconvert", "createJob"),
        done: &["COMPLETE"],
        reads: ("mediaconvert", "getJob"),
        status: "Job.Status",
        failed: &["CANCELED", "ERROR"],
    },
    Polled {
        starts: ("sagemaker", "createHyperParameterTuningJob"),
        done: &["Completed"],
        reads: ("sagemaker", "describeHyperParameterTuningJob"),
        status: "HyperParameterTuningJobStatus",
        failed: &["Failed", "Stopped"],
    },
    Polled {
        starts: ("sagemaker", "createLabelingJob"),
        done: &["Completed"],
        reads: ("sagemaker", "describeLabelingJob"),
        status: "LabelingJobStatus",
        failed: &["Failed", "Stopped"],
    },
    Polled {
        starts: ("sagemaker", "createProcessingJob"),
        done: &["Completed"],
        reads: ("sagemaker", "describeProcessingJob"),
        status: "ProcessingJobStatus",
        failed: &["Failed", "Stopped"],
    },
    Polled {
        starts: ("sagemaker", "createTrainingJob"),
        done: &["Completed"],
        reads: ("sagemaker", "describeTrainingJob"),
        status: "TrainingJobStatus",
        failed: &["Failed", "Stopped"],
    },
    Polled {
        starts: ("sagemaker", "createTransformJob"),
        done: &["Completed"],
        reads: ("sagemaker", "describeTransformJob"),
        status: "TransformJobStatus",
        failed: &["Failed", "Stopped"],
    },
    Polled {
        starts: ("states", "startExecution"),
        done: &["SUCCEEDED"],
        reads: ("sfn", "describeExecution"),
        status: "Status",
        failed: &["ABORTED", "FAILED", "TIMED_OUT"],
    },
];

impl Resource<'_> {
    /// Returns the structure of the result of a task that calls it. `None` if it is not known: after `.waitForTaskToken`,
    /// the result is any JSON.
    pub fn result(self) -> Option<Structure> {
        let (service, name) = match self {
            Self::Sdk(Called {
                service,
                operation,
                pattern: "",
            }) => (service, operation),
            Self::Optimized(called) if called.pattern.starts_with("sync") => polled(called)?.reads,
            // An integration with another name than its operation, such as `elasticmapreduce:createCluster`, returns
            // another result.
            Self::Optimized(called) if called.pattern.is_empty() => {
                integration(called.service, called.operation)?
                    .sdk()
                    .filter(|(_, name)| *name == called.operation)?
            }
            _ => return None,
        };
        operation(service, name)?.response
    }

    /// The member of the result of a job, to which the task waits with `.sync`, that has its status.
    pub fn job_status(self) -> Option<&'static str> {
        let Self::Optimized(called) = self else {
            return None;
        };
        let row = polled(called).filter(|_| called.pattern.starts_with("sync"))?;
        row.status.rsplit('.').next()
    }

    /// The status of a job with which a task that waits for its end does not end, and those with which it does.
    pub fn unfinished_job(self, result: &Value) -> Option<(String, Vec<&'static str>)> {
        let Self::Optimized(called) = self else {
            return None;
        };
        let row = polled(called)
            .filter(|row| called.pattern.starts_with("sync") && !row.done.is_empty())?;
        let way: Vec<_> = row.status.split('.').collect();
        let inner = way.get(1..).filter(|inner| !inner.is_empty());
        let status = first(result, &way)
            .or_else(|| first(result, inner?))?
            .as_str()?;
        let ends = row.done.iter().chain(row.failed).copied();
        let ends: Vec<_> = ends.collect();
        (!ends.contains(&status)).then(|| (status.to_owned(), ends))
    }

    /// Whether the result of a job, to which the task waits with `.sync`, fails the task.
    ///
    /// Some results are the job itself, and not the response with the job. A container that exits with a code other
    /// than 0 fails `ecs:runTask`.
    pub fn is_failed_job(self, result: &Value) -> bool {
        let Self::Optimized(called) = self else {
            return false;
        };
        let Some(row) = polled(called).filter(|_| called.pattern.starts_with("sync")) else {
            return false;
        };
        let has = |way: &str, fits: &dyn Fn(&Value) -> bool| {
            let way: Vec<_> = way.split('.').collect();
            any(result, &way, fits)
                || way
                    .get(1..)
                    .is_some_and(|way| !way.is_empty() && any(result, way, fits))
        };
        let is_failed = |status: &Value| {
            status
                .as_str()
                .is_some_and(|text| row.failed.contains(&text))
        };
        has(row.status, &is_failed)
            || row.starts.0 == "ecs"
                && has("Tasks.Containers.ExitCode", &|code| {
                    code.as_i64().is_some_and(|code| code != 0)
                })
    }
}

/// The integration with `.sync` of a call.
fn polled(called: Called<'_>) -> Option<&'static Polled> {
    POLLED
        .iter()
        .find(|row| row.starts == (called.service, called.operation))
}

/// The first value that names lead to. Elements of arrays have no name.
fn first<'a>(value: &'a Value, way: &[&str]) -> Option<&'a Value> {
    match (value, way) {
        (Value::Array(elements), _) => elements.iter().find_map(|element| first(element, way)),
        (value, []) => Some(value),
        (value, [name, rest @ ..]) => first(value.get(name)?, rest),
    }
}

/// Whether a member of a value, or of the elements of an array in it, fits.
fn any(value: &Value, way: &[&str], fits: &dyn Fn(&Value) -> bool) -> bool {
    match (value, way) {
        (Value::Array(elements), _) => elements.iter().any(|element| any(element, way, fits)),
        (value, []) => fits(value),
        (value, [name, rest @ ..]) => value.get(name).is_some_and(|value| any(value, rest, fits)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::INTEGRATIONS;
    use super::*;

    #[test]
    fn integrations_with_sync_have_the_response_of_an_operation() {
        let mut unknown = Vec::new();
        for known in INTEGRATIONS {
            let called = |pattern| {
                Resource::Optimized(Called {
                    service: known.service,
                    operation: known.operation,
                    pattern,
                })
            };
            for pattern in known
                .patterns
                .iter()
                .filter(|name| name.starts_with("sync"))
            {
                if called(pattern).result().is_none() {
                    unknown.push((known.service, known.operation));
                }
            }
            assert_eq!(called("waitForTaskToken").result(), None);
        }
        // The result of the Kubernetes job is that of its API.
        assert_eq!(unknown, [("eks", "runJob")]);
        for row in POLLED {
            let (service, operation) = row.starts;
            let known = integration(service, operation).map(|known| known.patterns);
            let known = known.is_some_and(|patterns| patterns.contains(&"sync"));
            assert!(known, "{service}:{operation} has no `.sync`");
        }
    }

    /// Each status is a member of the response.
    #[test]
    fn a_status_is_a_member_of_the_response() {
        for row in POLLED {
            let (service, name) = row.reads;
            let response = operation(service, name).and_then(|operation| operation.response);
            let first = row.status.split('.').next().unwrap_or("");
            let found = response.is_some_and(|response| response.names().any(|name| name == first));
            assert!(found, "{}: {}", row.reads.1, row.status);
        }
    }

    #[test]
    fn a_status_is_one_with_which_the_job_ends() {
        let ends = vec![
            "SUCCEEDED",
            "ERROR",
            "EXPIRED",
            "FAILED",
            "STOPPED",
            "TIMEOUT",
        ];
        for (resource, result, expected) in [
            (
                "glue:startJobRun.sync",
                json!({ "JobRunState": "SUCCEED" }),
                Some("SUCCEED"),
            ),
            (
                "glue:startJobRun.sync",
                json!({ "JobRun": { "JobRunState": "RUNNING" } }),
                Some("RUNNING"),
            ),
            (
                "glue:startJobRun.sync",
                json!({ "JobRunState": "SUCCEEDED" }),
                None,
            ),
            (
                "glue:startJobRun.sync",
                json!({ "JobRunState": "FAILED" }),
                None,
            ),
            ("glue:startJobRun.sync", json!({ "Id": "1" }), None),
            (
                "glue:startJobRun",
                json!({ "JobRunState": "RUNNING" }),
                None,
            ),
            (
                "eks:createCluster.sync",
                json!({ "Cluster": { "Status": "ACTIVE" } }),
                None,
            ),
        ] {
            let arn = format!("arn:aws:states:::{resource}");
            let found = Resource::parse(&arn).unfinished_job(&result);
            let expected = expected.map(|status| (status.to_owned(), ends.clone()));
            assert_eq!(found, expected, "{resource} {result}");
        }
        let jobs = json!({ "Jobs": [{ "Status": "RUNNABLE" }] });
        let found = Resource::parse("arn:aws:states:::batch:submitJob.sync").unfinished_job(&jobs);
        assert_eq!(found.map(|(status, _)| status).as_deref(), Some("RUNNABLE"));
    }

    #[test]
    fn a_job_fails_by_its_status() {
        for (resource, result, failed) in [
            (
                "glue:startJobRun.sync",
                json!({ "JobRunState": "FAILED" }),
                true,
            ),
            (
                "glue:startJobRun.sync",
                json!({ "JobRun": { "JobRunState": "TIMEOUT" } }),
                true,
            ),
            (
                "glue:startJobRun.sync",
                json!({ "JobRunState": "SUCCEEDED" }),
                false,
            ),
            (
                "glue:startJobRun",
                json!({ "JobRunState": "FAILED" }),
                false,
            ),
            ("batch:submitJob.sync", json!({ "Status": "FAILED" }), true),
            (
                "batch:submitJob.sync",
                json!({ "Jobs": [{ "Status": "FAILED" }] }),
                true,
            ),
            (
                "batch:submitJob.sync",
                json!({ "Jobs": [{ "Status": "SUCCEEDED" }] }),
                false,
            ),
            (
                "states:startExecution.sync:2",
                json!({ "Status": "TIMED_OUT" }),
                true,
            ),
            (
                "states:startExecution.sync:2",
                json!({ "Output": { "Status": "FAILED" } }),
                false,
            ),
            (
                "ecs:runTask.sync",
                json!({ "Containers": [{ "ExitCode": 1 }] }),
                true,
            ),
            (
                "ecs:runTask.sync",
                json!({ "Tasks": [{ "Containers": [{ "ExitCode": 0 }] }] }),
                false,
            ),
            (
                "ecs:runTask.sync",
                json!({ "Tasks": [{ "StopCode": "TaskFailedToStart" }] }),
                true,
            ),
            (
                "sqs:sendMessage.waitForTaskToken",
                json!({ "Status": "FAILED" }),
                false,
            ),
        ] {
            let arn = format!("arn:aws:states:::{resource}");
            let found = Resource::parse(&arn).is_failed_job(&result);
            assert_eq!(found, failed, "{resource} {result}");
        }
    }
}
