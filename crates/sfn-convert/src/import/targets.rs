//! Selects the state machines to import.

use tfplugin::{Context, Diagnostics, ListRequest, Listed, Listing, Value};

use super::{Aws, Options, Summary, said};

/// A state machine to import.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Name of the state machine.
    pub name: String,
    /// Region of the state machine.
    pub region: String,
    /// ARN of the state machine.
    pub arn: String,
}

impl Target {
    /// The state machine of an ARN. The ARN of a version or alias selects its state machine.
    ///
    /// # Errors
    /// When the ARN is not one of a state machine.
    fn of_arn(arn: &str) -> Result<Self, String> {
        let parts: Vec<&str> = arn.split(':').collect();
        match parts.as_slice() {
            ["arn", _, "states", region, _, "stateMachine", name, ..] => {
                let arn = parts.get(..7).unwrap_or(&[]).join(":");
                Ok(Self {
                    name: (*name).to_owned(),
                    region: (*region).to_owned(),
                    arn,
                })
            }
            ["arn", _, "states", _, _, kind, ..] => Err(format!(
                "ARN of another resource type (`{kind}`): use the ARN of a state machine"
            )),
            ["arn", _, service, ..] => Err(format!(
                "ARN of the service `{service}`: use the ARN of a state machine"
            )),
            _ => Err("not an ARN of a state machine".into()),
        }
    }
}

/// Finds the state machines that the options select, sorted by name. Names that do not exist become failures.
pub async fn find(aws: &Aws, options: &Options, summary: &mut Summary) -> Vec<Target> {
    let mut targets = Vec::new();
    let (arns, names): (Vec<&String>, Vec<&String>) = options
        .names
        .iter()
        .partition(|name| name.starts_with("arn:"));
    for arn in arns {
        match Target::of_arn(arn) {
            Ok(target) => targets.push(target),
            Err(reason) => summary.failures.push((arn.clone(), reason)),
        }
    }
    let lists = options.all || options.prefix.is_some() || !options.tags.is_empty();
    if lists || !names.is_empty() {
        let own = [aws.region.clone()];
        let regions = if options.regions.is_empty() {
            &own[..]
        } else {
            &options.regions
        };
        let mut unseen: Vec<&String> = names.clone();
        let mut all_listed = true;
        for region in regions {
            match list(aws, region, options, lists).await {
                Ok(found) => {
                    unseen.retain(|name| !found.iter().any(|target| target.name == **name));
                    let is_meant = |target: &Target| lists || names.contains(&&target.name);
                    targets.extend(found.into_iter().filter(is_meant));
                }
                Err(reason) => {
                    all_listed = false;
                    summary.failures.push((region.clone(), reason));
                }
            }
        }
        for name in unseen.into_iter().filter(|_| all_listed) {
            let reason = format!("state machine not found in {}", regions.join(", "));
            summary.failures.push((name.clone(), reason));
        }
    }
    targets.sort();
    targets.dedup();
    targets
}

/// Lists the state machines of a region, with `filters` only those with the prefix and tags.
async fn list(
    aws: &Aws,
    region: &str,
    options: &Options,
    filters: bool,
) -> Result<Vec<Target>, String> {
    let mut config = Value::object([("region", Value::from(region))]);
    if filters && options.names.is_empty() {
        config.set("name_prefix", options.prefix.as_deref());
        if !options.tags.is_empty() {
            config.set("tags", options.tags.clone());
        }
    }
    let found = listed(aws, "sfn_state_machine", config)
        .await
        .map_err(|diagnostics| said(&diagnostics))?;
    let arns = found.iter().map(|listed| listed.identity.text("arn"));
    Ok(arns.filter_map(|arn| Target::of_arn(arn).ok()).collect())
}

/// All results of a list resource.
pub async fn listed(aws: &Aws, name: &str, config: Value) -> Result<Vec<Listed>, Diagnostics> {
    let list = aws
        .list(name)
        .map_err(|reason| tfplugin::Diagnostic::error(reason, ""))?;
    let (listing, mut receiver) = Listing::channel(64);
    let request = ListRequest {
        config,
        include_resource: false,
    };
    let cx = Context {
        cancelled: aws.cx.cancelled.clone(),
    };
    let search = async move { list.list(request, &listing, &cx).await };
    let collect = async {
        let mut all = Vec::new();
        while let Some(Ok(listed)) = receiver.recv().await {
            all.push(listed);
        }
        all
    };
    let (outcome, found) = tokio::join!(search, collect);
    outcome.map(|()| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_other_kinds_are_told_apart() {
        let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders";
        let target = Target::of_arn(machine).ok();
        assert_eq!(target, Target::of_arn(&format!("{machine}:live")).ok());
        assert_eq!(
            target.map(|target| (target.name, target.region, target.arn)),
            Some(("orders".into(), "eu-west-1".into(), machine.into()))
        );
        for (arn, said) in [
            (
                "arn:aws:states:eu-west-1:123456789012:execution:orders:e",
                "another resource type (`execution`)",
            ),
            (
                "arn:aws:states:eu-west-1:123456789012:activity:a",
                "another resource type (`activity`)",
            ),
            (
                "arn:aws:lambda:eu-west-1:123456789012:function:f",
                "of the service `lambda`",
            ),
            ("arn:aws", "not an ARN"),
        ] {
            let error = Target::of_arn(arn).err().unwrap_or_default();
            assert!(error.contains(said), "{error}");
        }
    }
}
