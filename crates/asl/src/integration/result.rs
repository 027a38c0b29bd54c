//! The results of tasks.
//!
//! Source: the developer guide, the pages of the optimized services; results recorded on AWS.

use super::{Called, Resource, Structure, integration, operation};

/// The operations whose response is the result of an integration with `.sync`: service and operation of the integration,
/// service and operation in the SDK.
const POLLED: &[(&str, &str, &str, &str)] = &[
    (
        "athena",
        "startQueryExecution",
        "athena",
        "getQueryExecution",
    ),
    ("batch", "submitJob", "batch", "describeJobs"),
    (
        "bedrock",
        "createModelCustomizationJob",
        "bedrock",
        "getModelCustomizationJob",
    ),
    ("codebuild", "startBuild", "codebuild", "batchGetBuilds"),
    (
        "codebuild",
        "startBuildBatch",
        "codebuild",
        "batchGetBuildBatches",
    ),
    (
        "codebuild",
        "retryBuildBatch",
        "codebuild",
        "batchGetBuildBatches",
    ),
    ("databrew", "startJobRun", "databrew", "describeJobRun"),
    ("ecs", "runTask", "ecs", "describeTasks"),
    ("eks", "createCluster", "eks", "describeCluster"),
    ("eks", "deleteCluster", "eks", "describeCluster"),
    (
        "eks",
        "createFargateProfile",
        "eks",
        "describeFargateProfile",
    ),
    (
        "eks",
        "deleteFargateProfile",
        "eks",
        "describeFargateProfile",
    ),
    ("eks", "createNodegroup", "eks", "describeNodegroup"),
    ("eks", "deleteNodegroup", "eks", "describeNodegroup"),
    ("elasticmapreduce", "addStep", "emr", "describeStep"),
    (
        "elasticmapreduce",
        "createCluster",
        "emr",
        "describeCluster",
    ),
    (
        "elasticmapreduce",
        "terminateCluster",
        "emr",
        "describeCluster",
    ),
    (
        "emr-containers",
        "deleteVirtualCluster",
        "emrcontainers",
        "describeVirtualCluster",
    ),
    (
        "emr-containers",
        "startJobRun",
        "emrcontainers",
        "describeJobRun",
    ),
    (
        "emr-serverless",
        "createApplication",
        "emrserverless",
        "getApplication",
    ),
    (
        "emr-serverless",
        "deleteApplication",
        "emrserverless",
        "getApplication",
    ),
    (
        "emr-serverless",
        "startApplication",
        "emrserverless",
        "getApplication",
    ),
    (
        "emr-serverless",
        "stopApplication",
        "emrserverless",
        "getApplication",
    ),
    (
        "emr-serverless",
        "startJobRun",
        "emrserverless",
        "getJobRun",
    ),
    (
        "emr-serverless",
        "cancelJobRun",
        "emrserverless",
        "getJobRun",
    ),
    ("glue", "startJobRun", "glue", "getJobRun"),
    ("mediaconvert", "createJob", "mediaconvert", "getJob"),
    (
        "sagemaker",
        "createHyperParameterTuningJob",
        "sagemaker",
        "describeHyperParameterTuningJob",
    ),
    (
        "sagemaker",
        "createLabelingJob",
        "sagemaker",
        "describeLabelingJob",
    ),
    (
        "sagemaker",
        "createProcessingJob",
        "sagemaker",
        "describeProcessingJob",
    ),
    (
        "sagemaker",
        "createTrainingJob",
        "sagemaker",
        "describeTrainingJob",
    ),
    (
        "sagemaker",
        "createTransformJob",
        "sagemaker",
        "describeTransformJob",
    ),
    ("states", "startExecution", "sfn", "describeExecution"),
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
            Self::Optimized(called) if called.pattern.starts_with("sync") => polled(called)?,
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
}

/// The operation of the SDK whose response is the result of a call with `.sync`.
fn polled(called: Called<'_>) -> Option<(&'static str, &'static str)> {
    let row = POLLED.iter().find(|(service, operation, ..)| {
        (*service, *operation) == (called.service, called.operation)
    });
    row.map(|(_, _, service, operation)| (*service, *operation))
}

#[cfg(test)]
mod tests {
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
        for (service, operation, ..) in POLLED {
            let known = integration(service, operation).map(|known| known.patterns);
            let known = known.is_some_and(|patterns| patterns.contains(&"sync"));
            assert!(known, "{service}:{operation} has no `.sync`");
        }
    }
}
