//! Optimized integrations.
//!
//! Source: the developer guide, "Integrating optimized services" and the page of each service.

use std::borrow::Cow;

use super::sdk::{Operation, Structure, operation};

/// An integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Integration {
    /// The service, such as `sqs`.
    pub service: &'static str,
    /// The operation, such as `sendMessage`.
    pub operation: &'static str,
    /// Supported integration patterns, in addition to request response.
    pub patterns: &'static [&'static str],
    /// The parameters of the integration.
    pub parameters: Parameters,
}

/// The parameters of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameters {
    /// The parameters of an SDK operation, by service and operation.
    Sdk(&'static str, &'static str),
    /// The parameters of an SDK operation, with other required parameters.
    SdkRequiring(&'static str, &'static str, &'static [&'static str]),
    /// Required and optional parameters.
    Own(&'static [&'static str], &'static [&'static str]),
    /// Not known.
    Unknown,
}

impl Integration {
    /// Returns the SDK operation with the same parameters, by service and operation.
    pub fn sdk(&self) -> Option<(&'static str, &'static str)> {
        match self.parameters {
            Parameters::Sdk(service, operation)
            | Parameters::SdkRequiring(service, operation, _) => Some((service, operation)),
            Parameters::Own(..) | Parameters::Unknown => None,
        }
    }

    /// Returns the structures of its parameters and its result. `None` if they are not known.
    pub fn operation(&self) -> Option<Cow<'static, Operation>> {
        Some(match self.parameters {
            Parameters::Sdk(service, name) => Cow::Borrowed(operation(service, name)?),
            Parameters::SdkRequiring(service, name, required) => {
                let known = operation(service, name)?;
                let all = known.request.into_iter().flat_map(Structure::names);
                let optional = all.filter(|name| !required.contains(name)).collect();
                Cow::Owned(Operation {
                    required: required.to_vec(),
                    optional,
                    ..*known
                })
            }
            Parameters::Own(required, optional) => {
                let (required, optional) = (required.to_vec(), optional.to_vec());
                Cow::Owned(Operation {
                    required,
                    optional,
                    request: None,
                    response: None,
                })
            }
            Parameters::Unknown => return None,
        })
    }
}

const NONE: &[&str] = &[];
const SYNC: &[&str] = &["sync"];
const TOKEN: &[&str] = &["waitForTaskToken"];
const BOTH: &[&str] = &["sync", "waitForTaskToken"];

const fn of(
    service: &'static str,
    operation: &'static str,
    patterns: &'static [&'static str],
    parameters: Parameters,
) -> Integration {
    Integration {
        service,
        operation,
        patterns,
        parameters,
    }
}

use Parameters::{Own, Sdk, SdkRequiring, Unknown};

/// All integrations.
pub const INTEGRATIONS: &[Integration] = &[
    of(
        "apigateway",
        "invoke",
        TOKEN,
        Own(
            &["ApiEndpoint", "Method"],
            &[
                "AllowNullValues",
                "AuthType",
                "Headers",
                "Path",
                "QueryParameters",
                "RequestBody",
                "Stage",
            ],
        ),
    ),
    of(
        "athena",
        "getQueryExecution",
        NONE,
        Sdk("athena", "getQueryExecution"),
    ),
    of(
        "athena",
        "getQueryResults",
        NONE,
        Sdk("athena", "getQueryResults"),
    ),
    of(
        "athena",
        "startQueryExecution",
        SYNC,
        Sdk("athena", "startQueryExecution"),
    ),
    of(
        "athena",
        "stopQueryExecution",
        NONE,
        Sdk("athena", "stopQueryExecution"),
    ),
    of("batch", "submitJob", SYNC, Sdk("batch", "submitJob")),
    of(
        "bedrock",
        "createModelCustomizationJob",
        SYNC,
        Sdk("bedrock", "createModelCustomizationJob"),
    ),
    of(
        "bedrock",
        "invokeModel",
        TOKEN,
        Own(
            &["ModelId"],
            &[
                "Accept",
                "Body",
                "ContentType",
                "GuardrailIdentifier",
                "GuardrailVersion",
                "Input",
                "Output",
                "PerformanceConfigLatency",
                "ServiceTier",
                "Trace",
            ],
        ),
    ),
    of("bedrockagentcore", "invokeHarness", NONE, Unknown),
    of(
        "codebuild",
        "batchDeleteBuilds",
        NONE,
        Sdk("codebuild", "batchDeleteBuilds"),
    ),
    of(
        "codebuild",
        "batchGetReports",
        NONE,
        Sdk("codebuild", "batchGetReports"),
    ),
    of(
        "codebuild",
        "retryBuildBatch",
        SYNC,
        Sdk("codebuild", "retryBuildBatch"),
    ),
    of(
        "codebuild",
        "startBuild",
        SYNC,
        Sdk("codebuild", "startBuild"),
    ),
    of(
        "codebuild",
        "startBuildBatch",
        SYNC,
        Sdk("codebuild", "startBuildBatch"),
    ),
    of(
        "codebuild",
        "stopBuild",
        NONE,
        Sdk("codebuild", "stopBuild"),
    ),
    of(
        "codebuild",
        "stopBuildBatch",
        NONE,
        Sdk("codebuild", "stopBuildBatch"),
    ),
    of(
        "databrew",
        "startJobRun",
        SYNC,
        Sdk("databrew", "startJobRun"),
    ),
    of(
        "dynamodb",
        "deleteItem",
        NONE,
        Sdk("dynamodb", "deleteItem"),
    ),
    of("dynamodb", "getItem", NONE, Sdk("dynamodb", "getItem")),
    of("dynamodb", "putItem", NONE, Sdk("dynamodb", "putItem")),
    of(
        "dynamodb",
        "updateItem",
        NONE,
        Sdk("dynamodb", "updateItem"),
    ),
    of(
        "ecs",
        "runTask",
        BOTH,
        SdkRequiring("ecs", "runTask", &["TaskDefinition"]),
    ),
    of(
        "eks",
        "call",
        TOKEN,
        Own(
            &[
                "ClusterName",
                "CertificateAuthority",
                "Endpoint",
                "Method",
                "Path",
            ],
            &["QueryParameters", "RequestBody"],
        ),
    ),
    of("eks", "createCluster", SYNC, Sdk("eks", "createCluster")),
    of(
        "eks",
        "createFargateProfile",
        SYNC,
        Sdk("eks", "createFargateProfile"),
    ),
    of(
        "eks",
        "createNodegroup",
        SYNC,
        Sdk("eks", "createNodegroup"),
    ),
    of("eks", "deleteCluster", SYNC, Sdk("eks", "deleteCluster")),
    of(
        "eks",
        "deleteFargateProfile",
        SYNC,
        Sdk("eks", "deleteFargateProfile"),
    ),
    of(
        "eks",
        "deleteNodegroup",
        SYNC,
        Sdk("eks", "deleteNodegroup"),
    ),
    of(
        "eks",
        "runJob",
        BOTH,
        Own(
            &["ClusterName", "CertificateAuthority", "Endpoint", "Job"],
            &["LogOptions", "Namespace"],
        ),
    ),
    of(
        "elasticmapreduce",
        "addStep",
        SYNC,
        Own(&["ClusterId", "Step"], &["ExecutionRoleArn"]),
    ),
    of(
        "elasticmapreduce",
        "cancelStep",
        NONE,
        Own(&["ClusterId", "StepId"], NONE),
    ),
    of(
        "elasticmapreduce",
        "createCluster",
        SYNC,
        SdkRequiring("emr", "runJobFlow", &["Name", "Instances"]),
    ),
    of(
        "elasticmapreduce",
        "modifyInstanceFleetByName",
        NONE,
        Own(&["ClusterId", "InstanceFleetName", "InstanceFleet"], NONE),
    ),
    of(
        "elasticmapreduce",
        "modifyInstanceGroupByName",
        NONE,
        Own(&["ClusterId", "InstanceGroupName", "InstanceGroup"], NONE),
    ),
    of(
        "elasticmapreduce",
        "setClusterTerminationProtection",
        NONE,
        Own(&["ClusterId", "TerminationProtected"], NONE),
    ),
    of(
        "elasticmapreduce",
        "terminateCluster",
        SYNC,
        Own(&["ClusterId"], NONE),
    ),
    of(
        "emr-containers",
        "createVirtualCluster",
        NONE,
        Sdk("emrcontainers", "createVirtualCluster"),
    ),
    of(
        "emr-containers",
        "deleteVirtualCluster",
        SYNC,
        Sdk("emrcontainers", "deleteVirtualCluster"),
    ),
    of(
        "emr-containers",
        "startJobRun",
        SYNC,
        Sdk("emrcontainers", "startJobRun"),
    ),
    of(
        "emr-serverless",
        "cancelJobRun",
        SYNC,
        SdkRequiring(
            "emrserverless",
            "cancelJobRun",
            &["ApplicationId", "JobRunId"],
        ),
    ),
    of(
        "emr-serverless",
        "createApplication",
        SYNC,
        SdkRequiring("emrserverless", "createApplication", NONE),
    ),
    of(
        "emr-serverless",
        "deleteApplication",
        SYNC,
        SdkRequiring("emrserverless", "deleteApplication", &["ApplicationId"]),
    ),
    of(
        "emr-serverless",
        "startApplication",
        SYNC,
        SdkRequiring("emrserverless", "startApplication", &["ApplicationId"]),
    ),
    of(
        "emr-serverless",
        "startJobRun",
        SYNC,
        SdkRequiring(
            "emrserverless",
            "startJobRun",
            &["ApplicationId", "ExecutionRoleArn"],
        ),
    ),
    of(
        "emr-serverless",
        "stopApplication",
        SYNC,
        SdkRequiring("emrserverless", "stopApplication", &["ApplicationId"]),
    ),
    of(
        "events",
        "putEvents",
        TOKEN,
        Sdk("eventbridge", "putEvents"),
    ),
    of("glue", "startJobRun", SYNC, Sdk("glue", "startJobRun")),
    of(
        "http",
        "invoke",
        NONE,
        Own(
            &["ApiEndpoint", "Method"],
            &[
                "Authentication",
                "Headers",
                "InvocationConfig",
                "QueryParameters",
                "RequestBody",
                "Transform",
            ],
        ),
    ),
    of("lambda", "invoke", TOKEN, Sdk("lambda", "invoke")),
    of(
        "mediaconvert",
        "createJob",
        SYNC,
        Sdk("mediaconvert", "createJob"),
    ),
    of(
        "sagemaker",
        "createEndpoint",
        NONE,
        SdkRequiring(
            "sagemaker",
            "createEndpoint",
            &["EndpointConfigName", "EndpointName"],
        ),
    ),
    of(
        "sagemaker",
        "createEndpointConfig",
        NONE,
        SdkRequiring(
            "sagemaker",
            "createEndpointConfig",
            &["EndpointConfigName", "ProductionVariants"],
        ),
    ),
    of(
        "sagemaker",
        "createHyperParameterTuningJob",
        SYNC,
        Sdk("sagemaker", "createHyperParameterTuningJob"),
    ),
    of(
        "sagemaker",
        "createLabelingJob",
        SYNC,
        Sdk("sagemaker", "createLabelingJob"),
    ),
    of(
        "sagemaker",
        "createModel",
        NONE,
        SdkRequiring(
            "sagemaker",
            "createModel",
            &["ModelName", "ExecutionRoleArn"],
        ),
    ),
    of(
        "sagemaker",
        "createProcessingJob",
        SYNC,
        Sdk("sagemaker", "createProcessingJob"),
    ),
    of(
        "sagemaker",
        "createTrainingJob",
        SYNC,
        Sdk("sagemaker", "createTrainingJob"),
    ),
    of(
        "sagemaker",
        "createTransformJob",
        SYNC,
        Sdk("sagemaker", "createTransformJob"),
    ),
    of(
        "sagemaker",
        "updateEndpoint",
        NONE,
        SdkRequiring(
            "sagemaker",
            "updateEndpoint",
            &["EndpointConfigName", "EndpointName"],
        ),
    ),
    of("sns", "publish", TOKEN, Sdk("sns", "publish")),
    of("sqs", "sendMessage", TOKEN, Sdk("sqs", "sendMessage")),
    of(
        "states",
        "startExecution",
        &["sync", "sync:2", "waitForTaskToken"],
        Sdk("sfn", "startExecution"),
    ),
];

/// The integration with this service and operation.
pub fn integration(service: &str, operation: &str) -> Option<&'static Integration> {
    INTEGRATIONS
        .iter()
        .find(|known| known.service == service && known.operation == operation)
}
