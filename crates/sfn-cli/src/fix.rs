//! Applies repairs to files.
//!
//! A repair changes the letters of one string. The file is then parsed again, and must mean the same except for the
//! repairs.

use std::path::Path;

use asl::Format;
use asl::{Diagnostic, Fix, Json, JsonPointer};
use sfn_convert::Content;

use crate::Failure;
use crate::check::Outcome;

/// Maximum number of rounds of repair and check. A repair can make another one possible.
const ROUNDS: usize = 5;

/// Applies the repairs, with `all` also those that change the behavior of a state. `check` checks a file again.
pub fn apply(
    outcomes: &mut [Outcome],
    all: bool,
    check: impl Fn(&Outcome) -> Outcome,
) -> Result<(), Failure> {
    for outcome in outcomes.iter_mut().filter(|outcome| is_file(outcome)) {
        for _ in 0..ROUNDS {
            let content = Content::of(&outcome.path, &outcome.text);
            let (text, count) = repaired(&outcome.text, content, &outcome.findings, all);
            if count == 0 {
                break;
            }
            write(&outcome.path, &text)?;
            *outcome = Outcome {
                fixed: outcome.fixed + count,
                ..check(outcome)
            };
        }
        outcome
            .findings
            .iter_mut()
            .for_each(|finding| tell_why(finding, all));
    }
    Ok(())
}

/// Whether an outcome can be repaired. Standard input and inputs of asl-validator options are only checked.
fn is_file(outcome: &Outcome) -> bool {
    outcome.path.as_os_str() != "-" && !outcome.must_be_readable
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Adds to the help of a finding how to apply a repair that was not applied.
fn tell_why(finding: &mut Diagnostic, all: bool) {
    let why = match &finding.fix {
        None => return,
        Some(fix) if !fix.is_safe && !all => {
            "`--unsafe-fixes` applies this, which changes the behavior of the state"
        }
        Some(_) => "change it by hand: an automatic repair could change the text around it",
    };
    let separator = match finding.help.chars().last() {
        None => "",
        Some('?') => " ",
        Some(_) => "; ",
    };
    finding.help.push_str(separator);
    finding.help.push_str(why);
}

/// The text with all repairs that do not overlap, and their number.
pub fn repaired(
    text: &str,
    content: Content,
    findings: &[Diagnostic],
    all: bool,
) -> (String, usize) {
    let mut fixes: Vec<&Fix> = findings
        .iter()
        .filter_map(|finding| finding.fix.as_ref())
        .collect();
    fixes.retain(|fix| fix.span.is_some() && (fix.is_safe || all));
    fixes.sort_by_key(|fix| fix.span.as_ref().map(|span| span.start));
    let mut end = 0;
    fixes.retain(|fix| {
        let span = fix.span.clone().unwrap_or(0..0);
        let is_apart = span.start >= end;
        end = if is_apart { span.end } else { end };
        is_apart
    });
    let changed = with(text, &fixes);
    if keeps_the_rest(text, &changed, content, &fixes) {
        return (changed, fixes.len());
    }
    // Only the repairs that keep the rest of the file are applied.
    fixes.retain(|fix| keeps_the_rest(text, &with(text, &[fix]), content, &[fix]));
    let changed = with(text, &fixes);
    if keeps_the_rest(text, &changed, content, &fixes) {
        (changed, fixes.len())
    } else {
        (text.to_owned(), 0)
    }
}

fn with(text: &str, fixes: &[&Fix]) -> String {
    let (mut changed, mut at) = (String::with_capacity(text.len()), 0);
    for fix in fixes {
        let Some(span) = &fix.span else { continue };
        changed.push_str(text.get(at..span.start).unwrap_or(""));
        changed.push_str(&fix.written(text).unwrap_or_default());
        at = span.end;
    }
    changed + text.get(at..).unwrap_or("")
}

/// Whether the changed text means the same as the original, except for the repairs.
fn keeps_the_rest(text: &str, changed: &str, content: Content, fixes: &[&Fix]) -> bool {
    let format = match content {
        Content::Configuration => return true,
        Content::Text(format) => format,
    };
    let read = |text: &str| match format {
        Format::Json => asl::parse_unfilled(text).or_else(|_| asl::parse_yaml_template(text)),
        Format::Yaml => asl::parse_yaml_template(text),
    };
    let (Ok((before, _)), Ok((after, _))) = (read(text), read(changed)) else {
        return false;
    };
    let mut expected = before.root;
    // Names last, because the places of other repairs contain them.
    for fix in fixes
        .iter()
        .filter(|fix| !fix.is_key)
        .chain(fixes.iter().filter(|fix| fix.is_key).rev())
    {
        if repair(&mut expected, fix).is_none() {
            return false;
        }
    }
    expected == after.root
}

/// Applies a repair to the value.
fn repair(root: &mut Json, fix: &Fix) -> Option<()> {
    if !fix.is_key {
        let value = root.at_mut(&fix.pointer)?;
        // A CloudFormation tag is an object that contains the string.
        let string = match value {
            Json::Object(members) => members.values_mut().next()?,
            value => value,
        };
        *string = Json::from(fix.replacement.as_str());
        return Some(());
    }
    let (name, around) = fix.pointer.tokens().split_last()?;
    let around: JsonPointer = around.iter().collect();
    let Json::Object(members) = root.at_mut(&around)? else {
        return None;
    };
    let renamed = |key: String| {
        if key == **name {
            fix.replacement.clone()
        } else {
            key
        }
    };
    let count = members.len();
    *members = std::mem::take(members)
        .into_iter()
        .map(|(key, value)| (renamed(key), value))
        .collect();
    (members.len() == count).then_some(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asl::linter::Linter;
    use asl::{MachineType, parse, parse_yaml_template};

    use super::*;

    /// Style in which a definition is written.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Style {
        Json,
        Line,
        Block,
        Flow,
        Template,
    }

    impl Style {
        const ALL: [Self; 5] = [
            Self::Json,
            Self::Line,
            Self::Block,
            Self::Flow,
            Self::Template,
        ];

        fn format(self) -> Format {
            if matches!(self, Self::Json | Self::Line) {
                Format::Json
            } else {
                Format::Yaml
            }
        }

        fn write(self, definition: &Json) -> String {
            let value = definition.to_value().unwrap();
            match self {
                Self::Json => serde_json::to_string_pretty(&value).unwrap(),
                Self::Line | Self::Flow => format!("{value}\n"),
                Self::Block => block(definition, 0),
                Self::Template => format!(
                    "# Orders\nResources:\n  Orders:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Name: !Sub \
                     '${{AWS::StackName}}-orders'\n      Definition:\n{}\n  Other: {{Type: 'AWS::SQS::Queue'}}\n",
                    block(definition, 4)
                ),
            }
        }

        fn read(self, text: &str) -> Json {
            let document = if self.format() == Format::Json {
                parse(text)
            } else {
                parse_yaml_template(text)
            };
            let root = document
                .unwrap_or_else(|error| panic!("{}\n{text}", error.message))
                .0
                .root;
            let inside = ["Resources", "Orders", "Properties", "Definition"];
            if self == Self::Template {
                root.at(&inside.into_iter().collect()).unwrap().clone()
            } else {
                root
            }
        }
    }

    /// A value as block-style YAML, with a comment after each scalar.
    fn block(value: &Json, level: usize) -> String {
        let margin = "  ".repeat(level);
        let lines: Vec<String> = match value {
            Json::Object(members) if !members.is_empty() => members
                .iter()
                .map(|(key, value)| {
                    format!(
                        "{margin}{}:{}",
                        serde_json::json!(key),
                        after_name(value, level)
                    )
                })
                .collect(),
            Json::Array(elements) if !elements.is_empty() => elements
                .iter()
                .map(|element| format!("{margin}-{}", after_name(element, level)))
                .collect(),
            other => vec![format!("{margin}{}", other.to_value().unwrap())],
        };
        lines.join("\n")
    }

    fn after_name(value: &Json, level: usize) -> String {
        let is_nested = value.as_object().is_some_and(|members| !members.is_empty())
            || value
                .as_array()
                .is_some_and(|elements| !elements.is_empty());
        match is_nested {
            true => format!("\n{}", block(value, level + 1)),
            false => format!(" {} # as before", value.to_value().unwrap()),
        }
    }

    /// Definitions without findings: the corrected examples of the rules, and the corpus if it exists.
    fn definitions() -> Vec<Json> {
        let mut texts: Vec<String> = asl::rules::rules()
            .filter_map(|rule| {
                let (_, instead) = rule
                    .documentation()
                    .split_once("## Use instead")
                    .map(|(a, b)| (a.to_owned(), b.to_owned()))?;
                let text = instead
                    .split("```json\n")
                    .nth(1)?
                    .split("```")
                    .next()?
                    .to_owned();
                let is_state = text
                    .trim_start_matches(['{', ' ', '\n'])
                    .starts_with("\"Type\"");
                Some(if is_state {
                    format!("{{\"StartAt\": \"A\", \"States\": {{\"A\": {text}}}}}")
                } else {
                    text
                })
            })
            .collect();
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
        let index = std::fs::read_to_string(corpus.join("index.jsonl")).unwrap_or_default();
        for line in index.lines() {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            if entry["verdict"] == "valid" {
                texts.extend(std::fs::read_to_string(
                    corpus.join(entry["file"].as_str().unwrap_or("")),
                ));
            }
        }
        let read = texts.iter().filter_map(|text| {
            Some(
                parse(text)
                    .ok()
                    .filter(|(_, errors)| errors.is_empty())?
                    .0
                    .root,
            )
        });
        read.filter(|root| {
            root.to_value().is_some() && found(&Style::Json.write(root), Format::Json).is_empty()
        })
        .collect()
    }

    fn found(text: &str, format: Format) -> Vec<Diagnostic> {
        Linter::new(MachineType::Standard)
            .check_file(text, format, true)
            .findings
    }

    /// A definition in which the value or name with this number misses a letter; `None` if there is no such number.
    fn broken(definition: &Json, number: usize) -> Option<Json> {
        let mut left = number;
        let mut broken = definition.clone();
        break_one(&mut broken, &mut left).then_some(broken)
    }

    fn break_one(value: &mut Json, left: &mut usize) -> bool {
        let shortened = |word: &str| {
            let mut letters: Vec<char> = word.chars().collect();
            letters.remove(letters.len() / 2);
            letters.into_iter().collect::<String>()
        };
        match value {
            Json::Object(members) => {
                let names: Vec<String> = members.keys().cloned().collect();
                for name in names {
                    let is_target = ["StartAt", "Next", "Default"].contains(&name.as_str());
                    let is_field = [
                        "Seconds",
                        "Parameters",
                        "Arguments",
                        "Retry",
                        "Catch",
                        "ResultPath",
                        "Resource",
                    ]
                    .contains(&name.as_str());
                    if (is_target || is_field) && name.len() > 3 {
                        if *left == 0 {
                            if is_target {
                                let target =
                                    members.get(&name).and_then(Json::as_str).map(shortened);
                                members.insert(name, target.unwrap_or_default().as_str().into());
                            } else {
                                let renamed =
                                    |key: String| if key == name { shortened(&name) } else { key };
                                *members = std::mem::take(members)
                                    .into_iter()
                                    .map(|(key, value)| (renamed(key), value))
                                    .collect();
                            }
                            return true;
                        }
                        *left -= 1;
                    }
                    if members
                        .get_mut(&name)
                        .is_some_and(|inner| break_one(inner, left))
                    {
                        return true;
                    }
                }
                false
            }
            Json::Array(elements) => elements.iter_mut().any(|inner| break_one(inner, left)),
            _ => false,
        }
    }

    /// Whether two texts differ in one contiguous part only.
    fn is_one_change(before: &str, after: &str) -> bool {
        let start = before
            .bytes()
            .zip(after.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        let end = before
            .bytes()
            .rev()
            .zip(after.bytes().rev())
            .take_while(|(a, b)| a == b)
            .count();
        before.len().saturating_sub(start + end) <= 100
    }

    #[test]
    fn a_repair_gives_back_what_was_broken_or_changes_nothing() {
        let (mut repaired_ones, mut untouched) = (0, 0);
        for definition in &definitions() {
            let places = Style::ALL
                .into_iter()
                .flat_map(|style| (0..7).map(move |number| (style, number)));
            for (style, number) in places {
                let Some(wrong) = broken(definition, number) else {
                    continue;
                };
                let text = style.write(&wrong);
                let (changed, count) = repaired(
                    &text,
                    Content::Text(style.format()),
                    &found(&text, style.format()),
                    false,
                );
                if count == 0 {
                    assert_eq!(changed, text, "{style:?}");
                    untouched += 1;
                    continue;
                }
                let after = style.read(&changed);
                assert!(
                    is_one_change(&text, &changed),
                    "{style:?}:\n{text}\n{changed}"
                );
                assert!(
                    after.same_meaning(definition),
                    "{style:?}:\n{text}\n{changed}"
                );
                repaired_ones += 1;
            }
        }
        assert!(
            repaired_ones > 50,
            "{repaired_ones} repaired, {untouched} untouched"
        );
    }
}
