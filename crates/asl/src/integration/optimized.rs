//! Services with an integration of their own.
//!
//! Source: the developer guide, "Integrating optimized services" and the page of each service.

/// An integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Integration {
    /// The service, such as `sqs`.
    pub service: &'static str,
    /// The operation, such as `sendMessage`.
    pub operation: &'static str,
    /// How a state can wait for it, beside not at all.
    pub patterns: &'static [&'static str],
    /// The service and operation of the SDK whose parameters it takes, where these are the same.
    pub sdk: Option<(&'static str, &'static str)>,
    /// Parameters that must be given where the SDK's are others.
    pub required: &'static [&'static str],
}

const NONE: &[&str] = &[];
const SYNC: &[&str] = &["sync"];
const TOKEN: &[&str] = &["waitForTaskToken"];
const BOTH: &[&str] = &["sync", "waitForTaskToken"];

/// An integration with the parameters of the SDK.
const fn of(
    service: &'static str,
    operation: &'static str,
    patterns: &'static [&'static str],
    sdk: (&'static str, &'static str),
) -> Integration {
    Integration { service, operation, patterns, sdk: Some(sdk), required: NONE }
}

/// An integration with parameters of its own.
const fn own(
    service: &'static str,
    operation: &'static str,
    patterns: &'static [&'static str],
    required: &'static [&'static str],
) -> Integration {
    Integration { service, operation, patterns, sdk: None, required }
}

/// All integrations.
pub const INTEGRATIONS: &[Integration] = &[
    own("apigateway", "invoke", TOKEN, &["ApiEndpoint", "Method"]),
    of("athena", "getQueryExecution", NONE, ("athena", "getQueryExecution")),
    of("athena", "getQueryResults", NONE, ("athena", "getQueryResults")),
    of("athena", "startQueryExecution", SYNC, ("athena", "startQueryExecution")),
    of("athena", "stopQueryExecution", NONE, ("athena", "stopQueryExecution")),
    of("batch", "submitJob", SYNC, ("batch", "submitJob")),
    of("bedrock", "createModelCustomizationJob", SYNC, ("bedrock", "createModelCustomizationJob")),
    own("bedrock", "invokeModel", TOKEN, &["ModelId"]),
    own("bedrockagentcore", "invokeHarness", NONE, NONE),
    of("codebuild", "batchDeleteBuilds", NONE, ("codebuild", "batchDeleteBuilds")),
    of("codebuild", "batchGetReports", NONE, ("codebuild", "batchGetReports")),
    of("codebuild", "retryBuildBatch", SYNC, ("codebuild", "retryBuildBatch")),
    of("codebuild", "startBuild", SYNC, ("codebuild", "startBuild")),
    of("codebuild", "startBuildBatch", SYNC, ("codebuild", "startBuildBatch")),
    of("codebuild", "stopBuild", NONE, ("codebuild", "stopBuild")),
    of("codebuild", "stopBuildBatch", NONE, ("codebuild", "stopBuildBatch")),
    of("databrew", "startJobRun", SYNC, ("databrew", "startJobRun")),
    of("dynamodb", "deleteItem", NONE, ("dynamodb", "deleteItem")),
    of("dynamodb", "getItem", NONE, ("dynamodb", "getItem")),
    of("dynamodb", "putItem", NONE, ("dynamodb", "putItem")),
    of("dynamodb", "updateItem", NONE, ("dynamodb", "updateItem")),
    own("ecs", "runTask", BOTH, &["TaskDefinition"]),
    own("eks", "call", TOKEN, &["ClusterName", "CertificateAuthority", "Endpoint", "Method", "Path"]),
    of("eks", "createCluster", SYNC, ("eks", "createCluster")),
    of("eks", "createFargateProfile", SYNC, ("eks", "createFargateProfile")),
    of("eks", "createNodegroup", SYNC, ("eks", "createNodegroup")),
    of("eks", "deleteCluster", SYNC, ("eks", "deleteCluster")),
    of("eks", "deleteFargateProfile", SYNC, ("eks", "deleteFargateProfile")),
    of("eks", "deleteNodegroup", SYNC, ("eks", "deleteNodegroup")),
    own("eks", "runJob", BOTH, &["ClusterName", "CertificateAuthority", "Endpoint", "Job"]),
    own("elasticmapreduce", "addStep", SYNC, &["ClusterId", "Step"]),
    own("elasticmapreduce", "cancelStep", NONE, &["ClusterId", "StepId"]),
    own("elasticmapreduce", "createCluster", SYNC, &["Name", "Instances"]),
    own("elasticmapreduce", "modifyInstanceFleetByName", NONE, &["ClusterId", "InstanceFleetName", "InstanceFleet"]),
    own("elasticmapreduce", "modifyInstanceGroupByName", NONE, &["ClusterId", "InstanceGroupName", "InstanceGroup"]),
    own("elasticmapreduce", "setClusterTerminationProtection", NONE, &["ClusterId", "TerminationProtected"]),
    own("elasticmapreduce", "terminateCluster", SYNC, &["ClusterId"]),
    of("emr-containers", "createVirtualCluster", NONE, ("emrcontainers", "createVirtualCluster")),
    of("emr-containers", "deleteVirtualCluster", SYNC, ("emrcontainers", "deleteVirtualCluster")),
    of("emr-containers", "startJobRun", SYNC, ("emrcontainers", "startJobRun")),
    own("emr-serverless", "cancelJobRun", SYNC, &["ApplicationId", "JobRunId"]),
    own("emr-serverless", "createApplication", SYNC, NONE),
    own("emr-serverless", "deleteApplication", SYNC, &["ApplicationId"]),
    own("emr-serverless", "startApplication", SYNC, &["ApplicationId"]),
    own("emr-serverless", "startJobRun", SYNC, &["ApplicationId", "ExecutionRoleArn"]),
    own("emr-serverless", "stopApplication", SYNC, &["ApplicationId"]),
    of("events", "putEvents", TOKEN, ("eventbridge", "putEvents")),
    of("glue", "startJobRun", SYNC, ("glue", "startJobRun")),
    own("http", "invoke", NONE, &["ApiEndpoint", "Method"]),
    of("lambda", "invoke", TOKEN, ("lambda", "invoke")),
    of("mediaconvert", "createJob", SYNC, ("mediaconvert", "createJob")),
    own("sagemaker", "createEndpoint", NONE, &["EndpointConfigName", "EndpointName"]),
    own("sagemaker", "createEndpointConfig", NONE, &["EndpointConfigName", "ProductionVariants"]),
    of("sagemaker", "createHyperParameterTuningJob", SYNC, ("sagemaker", "createHyperParameterTuningJob")),
    of("sagemaker", "createLabelingJob", SYNC, ("sagemaker", "createLabelingJob")),
    own("sagemaker", "createModel", NONE, &["ModelName", "ExecutionRoleArn"]),
    of("sagemaker", "createProcessingJob", SYNC, ("sagemaker", "createProcessingJob")),
    of("sagemaker", "createTrainingJob", SYNC, ("sagemaker", "createTrainingJob")),
    of("sagemaker", "createTransformJob", SYNC, ("sagemaker", "createTransformJob")),
    own("sagemaker", "updateEndpoint", NONE, &["EndpointConfigName", "EndpointName"]),
    of("sns", "publish", TOKEN, ("sns", "publish")),
    of("sqs", "sendMessage", TOKEN, ("sqs", "sendMessage")),
    of("states", "startExecution", &["sync", "sync:2", "waitForTaskToken"], ("sfn", "startExecution")),
];

/// The integration of this service and operation.
pub fn integration(service: &str, operation: &str) -> Option<&'static Integration> {
    INTEGRATIONS.iter().find(|known| known.service == service && known.operation == operation)
}
