//! Integrations whose permissions follow from their parameters by the same pattern.
//!
//! Sources: the Step Functions developer guide, "IAM policies for integrated services"; the service
//! authorization reference for the form of ARNs.

/// The permissions of a call, and the additional permissions to wait for its end.
///
/// A resource is a service and the rest of an ARN: `glue:job/{JobName}`. A parameter in braces is replaced
/// with its value. The text after `=` is the default of an absent parameter. `*` before the name of a
/// parameter means that its value is not the resource. Permissions without resources apply to any resource,
/// because IAM does not limit them.
pub(super) struct Row {
    pub(super) service: &'static str,
    pub(super) operation: &'static str,
    pub(super) call: Permissions,
    pub(super) wait: Permissions,
    /// The EventBridge rule that notifies Step Functions of the end.
    pub(super) rule: &'static str,
    /// Parameters with roles that are passed on, and the services that receive them.
    pub(super) passes: &'static [(&'static str, &'static str)],
    /// The service-linked role that the first call creates.
    pub(super) linked_role: &'static str,
    /// A condition key and the parameter with its value.
    pub(super) binds: Option<(&'static str, &'static str)>,
}

/// Actions and resources.
pub(super) type Permissions = &'static [(&'static [&'static str], &'static [&'static str])];

const fn row(service: &'static str, operation: &'static str, call: Permissions) -> Row {
    Row {
        service,
        operation,
        call,
        wait: &[],
        rule: "",
        passes: &[],
        linked_role: "",
        binds: None,
    }
}

impl Row {
    const fn waits(self, wait: Permissions, rule: &'static str) -> Self {
        Self { wait, rule, ..self }
    }

    const fn passes(self, passes: &'static [(&'static str, &'static str)]) -> Self {
        Self { passes, ..self }
    }

    const fn links(self, linked_role: &'static str) -> Self {
        Self {
            linked_role,
            ..self
        }
    }

    const fn binds(self, key: &'static str, parameter: &'static str) -> Self {
        Self {
            binds: Some((key, parameter)),
            ..self
        }
    }
}

const CLUSTER: &[&str] = &["elasticmapreduce:cluster/{ClusterId}"];
const APPLICATION: &[&str] = &["emr-serverless:/applications/{ApplicationId}"];
const JOB_RUNS: &[&str] = &["emr-serverless:/applications/{ApplicationId}/jobruns/*"];
const PROJECT: &[&str] = &["codebuild:project/{ProjectName}"];
const PROJECT_OF_BUILD: &[&str] = &["codebuild:project/{*Id}"];
const EMR_CLUSTER_ROLES: &[(&str, &str)] = &[
    ("ServiceRole", "elasticmapreduce.amazonaws.com"),
    ("JobFlowRole", "ec2.amazonaws.com"),
    ("AutoScalingRole", "application-autoscaling.amazonaws.com"),
];
const SAGEMAKER: &str = "sagemaker.amazonaws.com";
const EMR_APPLICATION_RULE: &str = "StepFunctionsGetEventsForEMRServerlessApplicationRule";
const EMR_JOB_RULE: &str = "StepFunctionsGetEventsForEMRServerlessJobRule";

/// An Amazon ECS task, whose roles have their own rules.
pub(super) const ECS_RUN_TASK: Row = row(
    "ecs",
    "runTask",
    &[(
        &["ecs:RunTask"],
        &["ecs:task-definition/{TaskDefinition}:*"],
    )],
)
.waits(
    &[(&["ecs:DescribeTasks", "ecs:StopTask"], &[])],
    "StepFunctionsGetEventsForECSTaskRule",
);

/// All rows. The names of services are the prefixes of IAM.
pub(super) const ROWS: &[Row] = &[
    row(
        "batch",
        "submitJob",
        &[(
            &["batch:SubmitJob"],
            &[
                "batch:job-queue/{JobQueue}",
                "batch:job-definition/{JobDefinition}:*",
            ],
        )],
    )
    .waits(
        &[(&["batch:DescribeJobs", "batch:TerminateJob"], &[])],
        "StepFunctionsGetEventsForBatchJobsRule",
    ),
    row(
        "glue",
        "startJobRun",
        &[(&["glue:StartJobRun"], &["glue:job/{JobName}"])],
    )
    .waits(
        &[(
            &["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns"],
            &["glue:job/{JobName}"],
        )],
        "",
    ),
    row(
        "glue",
        "startCrawler",
        &[(&["glue:StartCrawler"], &["glue:crawler/{Name}"])],
    ),
    row(
        "glue",
        "getCrawler",
        &[(&["glue:GetCrawler"], &["glue:crawler/{Name}"])],
    ),
    row(
        "databrew",
        "startJobRun",
        &[(&["databrew:StartJobRun"], &["databrew:job/{Name}"])],
    )
    .waits(
        &[(
            &["databrew:ListJobRuns", "databrew:StopJobRun"],
            &["databrew:job/{Name}"],
        )],
        "",
    ),
    row(
        "sagemaker",
        "createTrainingJob",
        &[
            (
                &["sagemaker:AddTags", "sagemaker:CreateTrainingJob"],
                &["sagemaker:training-job/{TrainingJobName}"],
            ),
            (&["sagemaker:ListTags"], &[]),
        ],
    )
    .waits(
        &[(
            &["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"],
            &["sagemaker:training-job/{TrainingJobName}"],
        )],
        "StepFunctionsGetEventsForSageMakerTrainingJobsRule",
    )
    .passes(&[("RoleArn", SAGEMAKER)]),
    row(
        "sagemaker",
        "createTransformJob",
        &[
            (
                &["sagemaker:AddTags", "sagemaker:CreateTransformJob"],
                &["sagemaker:transform-job/{TransformJobName}"],
            ),
            (&["sagemaker:ListTags"], &[]),
        ],
    )
    .waits(
        &[(
            &[
                "sagemaker:DescribeTransformJob",
                "sagemaker:StopTransformJob",
            ],
            &["sagemaker:transform-job/{TransformJobName}"],
        )],
        "StepFunctionsGetEventsForSageMakerTransformJobsRule",
    ),
    row(
        "sagemaker",
        "createHyperParameterTuningJob",
        &[
            (
                &[
                    "sagemaker:AddTags",
                    "sagemaker:CreateHyperParameterTuningJob",
                ],
                &["sagemaker:hyper-parameter-tuning-job/{HyperParameterTuningJobName}"],
            ),
            (&["sagemaker:ListTags"], &[]),
        ],
    )
    .waits(
        &[(
            &[
                "sagemaker:DescribeHyperParameterTuningJob",
                "sagemaker:StopHyperParameterTuningJob",
            ],
            &["sagemaker:hyper-parameter-tuning-job/{HyperParameterTuningJobName}"],
        )],
        "StepFunctionsGetEventsForSageMakerTuningJobsRule",
    )
    .passes(&[("TrainingJobDefinition.RoleArn", SAGEMAKER)]),
    row(
        "sagemaker",
        "createProcessingJob",
        &[
            (
                &["sagemaker:AddTags", "sagemaker:CreateProcessingJob"],
                &["sagemaker:processing-job/{ProcessingJobName}"],
            ),
            (&["sagemaker:ListTags"], &[]),
        ],
    )
    .waits(
        &[(
            &[
                "sagemaker:DescribeProcessingJob",
                "sagemaker:StopProcessingJob",
            ],
            &["sagemaker:processing-job/{ProcessingJobName}"],
        )],
        "StepFunctionsGetEventsForSageMakerProcessingJobsRule",
    )
    .passes(&[("RoleArn", SAGEMAKER)]),
    row(
        "sagemaker",
        "createLabelingJob",
        &[
            (
                &["sagemaker:AddTags", "sagemaker:CreateLabelingJob"],
                &["sagemaker:labeling-job/{LabelingJobName}"],
            ),
            (&["sagemaker:ListTags"], &[]),
        ],
    )
    .waits(
        &[(
            &["sagemaker:DescribeLabelingJob", "sagemaker:StopLabelingJob"],
            &["sagemaker:labeling-job/{LabelingJobName}"],
        )],
        "StepFunctionsGetEventsForSageMakerLabelingJobsRule",
    )
    .passes(&[("RoleArn", SAGEMAKER)]),
    row(
        "sagemaker",
        "createModel",
        &[(
            &["sagemaker:AddTags", "sagemaker:CreateModel"],
            &["sagemaker:model/{ModelName}"],
        )],
    )
    .passes(&[("ExecutionRoleArn", SAGEMAKER)]),
    row(
        "sagemaker",
        "createEndpointConfig",
        &[(
            &["sagemaker:AddTags", "sagemaker:CreateEndpointConfig"],
            &["sagemaker:endpoint-config/{EndpointConfigName}"],
        )],
    ),
    row(
        "sagemaker",
        "createEndpoint",
        &[(
            &["sagemaker:AddTags", "sagemaker:CreateEndpoint"],
            &[
                "sagemaker:endpoint/{EndpointName}",
                "sagemaker:endpoint-config/{EndpointConfigName}",
            ],
        )],
    ),
    row(
        "sagemaker",
        "updateEndpoint",
        &[(
            &["sagemaker:UpdateEndpoint"],
            &[
                "sagemaker:endpoint/{EndpointName}",
                "sagemaker:endpoint-config/{EndpointConfigName}",
            ],
        )],
    ),
    row(
        "elasticmapreduce",
        "createCluster",
        &[(
            &["elasticmapreduce:AddTags", "elasticmapreduce:RunJobFlow"],
            &[],
        )],
    )
    .waits(
        &[(
            &[
                "elasticmapreduce:DescribeCluster",
                "elasticmapreduce:TerminateJobFlows",
            ],
            &[],
        )],
        "StepFunctionsGetEventForEMRRunJobFlowRule",
    )
    .passes(EMR_CLUSTER_ROLES)
    .links("elasticmapreduce.amazonaws.com/AWSServiceRoleForEMRCleanup"),
    row(
        "elasticmapreduce",
        "addStep",
        &[(&["elasticmapreduce:AddJobFlowSteps"], CLUSTER)],
    )
    .waits(
        &[(
            &[
                "elasticmapreduce:CancelSteps",
                "elasticmapreduce:DescribeStep",
            ],
            CLUSTER,
        )],
        "StepFunctionsGetEventForEMRAddJobFlowStepsRule",
    ),
    row(
        "elasticmapreduce",
        "terminateCluster",
        &[(&["elasticmapreduce:TerminateJobFlows"], CLUSTER)],
    )
    .waits(
        &[(&["elasticmapreduce:DescribeCluster"], CLUSTER)],
        "StepFunctionsGetEventForEMRTerminateJobFlowsRule",
    ),
    row(
        "elasticmapreduce",
        "cancelStep",
        &[(&["elasticmapreduce:CancelSteps"], CLUSTER)],
    ),
    row(
        "elasticmapreduce",
        "setClusterTerminationProtection",
        &[(&["elasticmapreduce:SetTerminationProtection"], CLUSTER)],
    ),
    row(
        "elasticmapreduce",
        "modifyInstanceFleetByName",
        &[(
            &[
                "elasticmapreduce:ListInstanceFleets",
                "elasticmapreduce:ModifyInstanceFleet",
            ],
            CLUSTER,
        )],
    ),
    row(
        "elasticmapreduce",
        "modifyInstanceGroupByName",
        &[(
            &[
                "elasticmapreduce:ListInstanceGroups",
                "elasticmapreduce:ModifyInstanceGroups",
            ],
            CLUSTER,
        )],
    ),
    row(
        "emr-containers",
        "createVirtualCluster",
        &[(&["emr-containers:CreateVirtualCluster"], &[])],
    )
    .links("emr-containers.amazonaws.com/AWSServiceRoleForAmazonEMRContainers"),
    row(
        "emr-containers",
        "deleteVirtualCluster",
        &[(
            &["emr-containers:DeleteVirtualCluster"],
            &["emr-containers:/virtualclusters/{Id}"],
        )],
    )
    .waits(
        &[(
            &["emr-containers:DescribeVirtualCluster"],
            &["emr-containers:/virtualclusters/{Id}"],
        )],
        "",
    ),
    row(
        "emr-containers",
        "startJobRun",
        &[(
            &["emr-containers:StartJobRun"],
            &["emr-containers:/virtualclusters/{VirtualClusterId}"],
        )],
    )
    .waits(
        &[(
            &[
                "emr-containers:CancelJobRun",
                "emr-containers:DescribeJobRun",
            ],
            &["emr-containers:/virtualclusters/{VirtualClusterId}/jobruns/*"],
        )],
        "",
    )
    .binds("emr-containers:ExecutionRoleArn", "ExecutionRoleArn"),
    row(
        "emr-serverless",
        "createApplication",
        &[(
            &["emr-serverless:CreateApplication"],
            &["emr-serverless:/*"],
        )],
    )
    .waits(
        &[(
            &[
                "emr-serverless:DeleteApplication",
                "emr-serverless:GetApplication",
            ],
            &["emr-serverless:/applications/*"],
        )],
        EMR_APPLICATION_RULE,
    )
    .links("ops.emr-serverless.amazonaws.com/AWSServiceRoleForAmazonEMRServerless"),
    row(
        "emr-serverless",
        "startApplication",
        &[(&["emr-serverless:StartApplication"], APPLICATION)],
    )
    .waits(
        &[(
            &[
                "emr-serverless:GetApplication",
                "emr-serverless:StopApplication",
            ],
            APPLICATION,
        )],
        EMR_APPLICATION_RULE,
    ),
    row(
        "emr-serverless",
        "stopApplication",
        &[(&["emr-serverless:StopApplication"], APPLICATION)],
    )
    .waits(
        &[(&["emr-serverless:GetApplication"], APPLICATION)],
        EMR_APPLICATION_RULE,
    ),
    row(
        "emr-serverless",
        "deleteApplication",
        &[(&["emr-serverless:DeleteApplication"], APPLICATION)],
    )
    .waits(
        &[(&["emr-serverless:GetApplication"], APPLICATION)],
        EMR_APPLICATION_RULE,
    ),
    row(
        "emr-serverless",
        "startJobRun",
        &[(&["emr-serverless:StartJobRun"], APPLICATION)],
    )
    .waits(
        &[(
            &["emr-serverless:CancelJobRun", "emr-serverless:GetJobRun"],
            JOB_RUNS,
        )],
        EMR_JOB_RULE,
    )
    .passes(&[("ExecutionRoleArn", "emr-serverless.amazonaws.com")]),
    row(
        "emr-serverless",
        "cancelJobRun",
        &[(
            &["emr-serverless:CancelJobRun"],
            &["emr-serverless:/applications/{ApplicationId}/jobruns/{JobRunId}"],
        )],
    )
    .waits(&[(&["emr-serverless:GetJobRun"], JOB_RUNS)], EMR_JOB_RULE),
    row(
        "codebuild",
        "startBuild",
        &[(&["codebuild:StartBuild"], PROJECT)],
    )
    .waits(
        &[(
            &["codebuild:BatchGetBuilds", "codebuild:StopBuild"],
            PROJECT,
        )],
        "StepFunctionsGetEventForCodeBuildStartBuildRule",
    ),
    row(
        "codebuild",
        "startBuildBatch",
        &[(&["codebuild:StartBuildBatch"], PROJECT)],
    )
    .waits(
        &[(
            &["codebuild:BatchGetBuildBatches", "codebuild:StopBuildBatch"],
            PROJECT,
        )],
        "StepFunctionsGetEventForCodeBuildStartBuildBatchRule",
    ),
    row(
        "codebuild",
        "retryBuildBatch",
        &[(&["codebuild:RetryBuildBatch"], PROJECT_OF_BUILD)],
    )
    .waits(
        &[(
            &["codebuild:BatchGetBuildBatches", "codebuild:StopBuildBatch"],
            PROJECT_OF_BUILD,
        )],
        "StepFunctionsGetEventForCodeBuildStartBuildBatchRule",
    ),
    row(
        "codebuild",
        "stopBuild",
        &[(&["codebuild:StopBuild"], PROJECT_OF_BUILD)],
    ),
    row(
        "codebuild",
        "stopBuildBatch",
        &[(&["codebuild:StopBuildBatch"], PROJECT_OF_BUILD)],
    ),
    row(
        "codebuild",
        "batchDeleteBuilds",
        &[(
            &["codebuild:BatchDeleteBuilds"],
            &["codebuild:project/{*Ids}"],
        )],
    ),
    row(
        "codebuild",
        "batchGetReports",
        &[(
            &["codebuild:BatchGetReports"],
            &["codebuild:report-group/{*ReportArns}"],
        )],
    ),
    row(
        "eks",
        "createCluster",
        &[(&["eks:CreateCluster"], &["eks:cluster/{Name}"])],
    )
    .waits(
        &[(
            &["eks:DeleteCluster", "eks:DescribeCluster"],
            &["eks:cluster/{Name}"],
        )],
        "",
    )
    .passes(&[("RoleArn", "eks.amazonaws.com")]),
    row(
        "eks",
        "deleteCluster",
        &[(&["eks:DeleteCluster"], &["eks:cluster/{Name}"])],
    )
    .waits(&[(&["eks:DescribeCluster"], &["eks:cluster/{Name}"])], ""),
    row(
        "eks",
        "createNodegroup",
        &[
            (&["eks:CreateNodegroup"], &["eks:cluster/{ClusterName}"]),
            (&["ec2:DescribeSubnets"], &[]),
            (
                &["iam:GetRole", "iam:ListAttachedRolePolicies"],
                &["iam:role/{NodeRole}"],
            ),
        ],
    )
    .waits(
        &[(
            &["eks:DeleteNodegroup", "eks:DescribeNodegroup"],
            &["eks:nodegroup/{ClusterName}/{NodegroupName}/*"],
        )],
        "",
    )
    .passes(&[("NodeRole", "eks.amazonaws.com")]),
    row(
        "eks",
        "deleteNodegroup",
        &[(
            &["eks:DeleteNodegroup"],
            &["eks:nodegroup/{ClusterName}/{NodegroupName}/*"],
        )],
    )
    .waits(
        &[(
            &["eks:DescribeNodegroup"],
            &["eks:nodegroup/{ClusterName}/{NodegroupName}/*"],
        )],
        "",
    ),
    row(
        "eks",
        "createFargateProfile",
        &[(
            &["eks:CreateFargateProfile"],
            &["eks:cluster/{ClusterName}"],
        )],
    )
    .waits(
        &[(
            &["eks:DeleteFargateProfile", "eks:DescribeFargateProfile"],
            &["eks:fargateprofile/{ClusterName}/{FargateProfileName}/*"],
        )],
        "",
    )
    .passes(&[("PodExecutionRoleArn", "eks-fargate-pods.amazonaws.com")]),
    row(
        "eks",
        "deleteFargateProfile",
        &[(
            &["eks:DeleteFargateProfile"],
            &["eks:fargateprofile/{ClusterName}/{FargateProfileName}/*"],
        )],
    )
    .waits(
        &[(
            &["eks:DescribeFargateProfile"],
            &["eks:fargateprofile/{ClusterName}/{FargateProfileName}/*"],
        )],
        "",
    ),
    // Kubernetes authorizes these calls, by the access entries of the cluster.
    row("eks", "call", &[]),
    row("eks", "runJob", &[]),
    row(
        "athena",
        "stopQueryExecution",
        &[(
            &["athena:StopQueryExecution"],
            &["athena:workgroup/{*QueryExecutionId}"],
        )],
    ),
    row(
        "athena",
        "getQueryExecution",
        &[(
            &["athena:GetQueryExecution"],
            &["athena:workgroup/{*QueryExecutionId}"],
        )],
    ),
    row(
        "mediaconvert",
        "createJob",
        &[(&["mediaconvert:CreateJob"], &[])],
    )
    .waits(
        &[(&["mediaconvert:CancelJob", "mediaconvert:GetJob"], &[])],
        "StepFunctionsGetEventsForMediaConvertJobRule",
    )
    .passes(&[("Role", "mediaconvert.amazonaws.com")]),
    row(
        "events",
        "putTargets",
        &[(&["events:PutTargets"], &["events:rule/{Rule}"])],
    ),
    row(
        "events",
        "putRule",
        &[(&["events:PutRule"], &["events:rule/{Name}"])],
    ),
    row(
        "scheduler",
        "createSchedule",
        &[(
            &["scheduler:CreateSchedule"],
            &["scheduler:schedule/{GroupName=default}/{Name}"],
        )],
    )
    .passes(&[("Target.RoleArn", "scheduler.amazonaws.com")]),
    row(
        "scheduler",
        "deleteSchedule",
        &[(
            &["scheduler:DeleteSchedule"],
            &["scheduler:schedule/{GroupName=default}/{Name}"],
        )],
    ),
    row(
        "secretsmanager",
        "getSecretValue",
        &[(
            &["secretsmanager:GetSecretValue"],
            &["secretsmanager:secret:{SecretId}-??????"],
        )],
    ),
    row(
        "states",
        "describeExecution",
        &[(
            &["states:DescribeExecution"],
            &["states:execution:{*ExecutionArn}"],
        )],
    ),
    row(
        "states",
        "stopExecution",
        &[(
            &["states:StopExecution"],
            &["states:execution:{*ExecutionArn}"],
        )],
    ),
];
