//! Permissions of Athena queries, which use the AWS Glue Data Catalog and Amazon S3 with the permissions of the role.
//!
//! Source: the Step Functions developer guide, "IAM policies for calling Athena".

use super::Call;
use super::document::Statement;
use super::grant::{Grant, WildcardReason, action, fixed};
use super::resource::{ParameterValue, given};

/// Actions on the AWS Glue Data Catalog.
const CATALOG: [&str; 19] = [
    "glue:BatchCreatePartition",
    "glue:BatchDeletePartition",
    "glue:BatchDeleteTable",
    "glue:BatchGetPartition",
    "glue:CreateDatabase",
    "glue:CreatePartition",
    "glue:CreateTable",
    "glue:DeleteDatabase",
    "glue:DeletePartition",
    "glue:DeleteTable",
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTables",
    "glue:UpdateDatabase",
    "glue:UpdatePartition",
    "glue:UpdateTable",
];
/// Actions on Amazon S3.
const OBJECTS: [&str; 8] = [
    "s3:AbortMultipartUpload",
    "s3:CreateBucket",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
];

pub(super) fn start_query(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let (workgroup, unknown) = match given(call.payload, "WorkGroup") {
        ParameterValue::Text(name) => (name, None),
        ParameterValue::Absent => ("primary", None),
        ParameterValue::AtRunTime => ("*", Some(WildcardReason::Parameter("WorkGroup"))),
    };
    let workgroup = account.arn("athena", &format!("workgroup/{workgroup}"));
    let catalogs = account.arn("athena", "datacatalog/*");
    let query = [
        action("athena", call.operation),
        "athena:GetDataCatalog".to_owned(),
    ];
    let mut grants = vec![Grant {
        statement: Statement::allow(query, [workgroup.clone(), catalogs]),
        wide: unknown,
    }];
    if call.pattern == "sync" {
        let waiting = ["athena:GetQueryExecution", "athena:StopQueryExecution"];
        grants.push(Grant {
            statement: Statement::allow(waiting, [workgroup]),
            wide: unknown,
        });
    }
    let database = match given(call.payload, "QueryExecutionContext.Database") {
        ParameterValue::Text(name) => (name, None),
        _ => (
            "*",
            Some(WildcardReason::Elsewhere("the text of the query")),
        ),
    };
    let tables = ["catalog".to_owned()].into_iter().chain(
        ["database/{}", "table/{}/*", "userDefinedFunction/{}/*"]
            .map(|part| part.replace("{}", database.0)),
    );
    let statement = Statement::allow(CATALOG, tables.map(|part| account.arn("glue", &part)));
    grants.push(Grant {
        statement,
        wide: database.1,
    });
    let partition = account.partition.as_deref().unwrap_or("aws");
    let statement = Statement::allow(OBJECTS, [format!("arn:{partition}:s3:::*")]);
    grants.push(Grant {
        statement,
        wide: Some(WildcardReason::Elsewhere(
            "the tables of the query and its workgroup",
        )),
    });
    grants.push(fixed(Statement::allow(
        ["lakeformation:GetDataAccess"],
        ["*"],
    )));
    grants
}

pub(super) fn get_results(call: &Call<'_>) -> Vec<Grant> {
    let account = &call.settings.account;
    let workgroups = account.arn("athena", "workgroup/*");
    let partition = account.partition.as_deref().unwrap_or("aws");
    let results = Statement::allow(["s3:GetObject"], [format!("arn:{partition}:s3:::*")]);
    vec![
        Grant {
            statement: Statement::allow(["athena:GetQueryResults"], [workgroups]),
            wide: Some(WildcardReason::Parameter("QueryExecutionId")),
        },
        Grant {
            statement: results,
            wide: Some(WildcardReason::Elsewhere("the workgroup of the query")),
        },
    ]
}
