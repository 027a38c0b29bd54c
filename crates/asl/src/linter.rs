//! The linter: runs the rules, sorts their findings, and adds their places in the text.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use crate::diagnostic::{Diagnostic, Severity};
use crate::json::Json;
use crate::pointer::JsonPointer;
use crate::policy::{self, Gap, Settings};
use crate::references::{DeniedAction, KnownReference};
use crate::rules::selector::RuleFilter;
use crate::rules::{Check, CheckObject, rules};
use crate::schema::{Language, ObjectSchema};
use crate::semantic::SemanticModel;
use crate::semantic::kind::{Form, MachineType};
use crate::syntax::placeholder::{is_complete, mask_placeholders};
use crate::syntax::{self, Document, TextError};

/// Checks definitions with the rules that a filter selects.
///
/// Parts of a definition may be unknown. A string with a placeholder such as `${Name}` is unknown. Rules that read
/// unknown values report nothing. Findings are in the order of their places.
#[derive(Debug, Clone)]
pub struct Linter {
    /// The type of the state machine.
    pub machine: MachineType,
    filter: RuleFilter,
    derives_policy: bool,
}

impl Linter {
    /// Creates a linter for state machines of a type, with all rules that need only the definition.
    pub fn new(machine: MachineType) -> Self {
        Self {
            machine,
            filter: RuleFilter::ALL,
            derives_policy: false,
        }
    }

    /// The same linter with another type of state machine.
    #[must_use]
    pub fn with_machine(&self, machine: MachineType) -> Self {
        Self {
            machine,
            ..self.clone()
        }
    }

    /// The same linter, limited to the findings that a filter includes.
    #[must_use]
    pub fn with_filter(self, filter: RuleFilter) -> Self {
        Self { filter, ..self }
    }

    /// The same linter, without the findings of the rules that these selectors select.
    #[must_use]
    pub fn ignoring(mut self, selectors: &[String]) -> Self {
        self.filter.ignore.extend_from_slice(selectors);
        self
    }

    /// The same linter with the rules about the permissions that a definition needs. Their findings are
    /// lints, because no role is created from the permissions.
    #[must_use]
    pub fn with_policy(self) -> Self {
        Self {
            derives_policy: true,
            ..self
        }
    }

    /// Checks a definition.
    pub fn check(&self, root: &Json, form: Form) -> Vec<Diagnostic> {
        if is_complete(root) {
            return self.check_known(root, true, form);
        }
        let root = mask_placeholders(root);
        self.check_known(&root, root.is_known(), form)
    }

    /// Parses and checks ASL text. Findings have byte ranges of the text. Returns no document if the text is
    /// not JSON.
    pub fn check_text(&self, text: &str) -> (Option<Document>, Vec<Diagnostic>) {
        match syntax::parse(text) {
            Err(error) => (None, self.syntax([*error])),
            Ok((document, errors)) => {
                let mut findings = self.check_parsed(&document, errors, text);
                findings.extend(self.check_size(text));
                (Some(document), findings)
            }
        }
    }

    /// Checks the size of a definition as it is sent to AWS.
    pub fn check_size(&self, text: &str) -> Vec<Diagnostic> {
        self.run(|check, findings| {
            if let Check::Text(check) = check {
                check(text, findings);
            }
        })
    }

    /// Reports problems found while parsing a text.
    pub fn syntax(&self, errors: impl IntoIterator<Item = TextError>) -> Vec<Diagnostic> {
        let of_error = |error: TextError| {
            self.run(|check, findings| {
                if let Check::Syntax(check) = check {
                    check(&error, findings);
                }
            })
        };
        errors.into_iter().flat_map(of_error).collect()
    }

    /// Reports the permissions of a definition that cannot be derived exactly ([`policy::derive`]).
    pub fn check_policy(&self, gaps: &[Gap]) -> Vec<Diagnostic> {
        let of_gap = |gap: &Gap| {
            self.run(|check, findings| {
                if let Check::Policy(check) = check {
                    check(gap, findings);
                }
            })
        };
        gaps.iter().flat_map(of_gap).collect()
    }

    /// Reports problems of a resource that a state calls.
    pub fn check_reference(&self, reference: &KnownReference<'_>) -> Vec<Diagnostic> {
        self.run(|check, findings| {
            if let Check::Reference(check) = check {
                check(reference, findings);
            }
        })
    }

    /// Reports an action that the role does not allow.
    pub fn check_denied(&self, denied: &DeniedAction<'_>) -> Vec<Diagnostic> {
        self.run(|check, findings| {
            if let Check::Denied(check) = check {
                check(denied, findings);
            }
        })
    }

    /// Runs the checks of one stage and returns the selected findings.
    fn run(&self, stage: impl Fn(&Check, &mut Vec<Diagnostic>)) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        checks().for_each(|check| stage(check, &mut findings));
        self.selected(findings)
    }

    /// Checks a document that was parsed from a text.
    pub(crate) fn check_parsed(
        &self,
        document: &Document,
        errors: Vec<TextError>,
        text: &str,
    ) -> Vec<Diagnostic> {
        let mut findings = self.syntax(errors);
        let found = match document.complete {
            true => self.check_known(&document.root, true, Form::Nested),
            false => self.check(&document.root, Form::Nested),
        };
        findings.extend(
            found
                .into_iter()
                .map(|finding| attach_spans(finding, document, text, &JsonPointer::root())),
        );
        findings
    }

    fn check_known(&self, root: &Json, is_known: bool, form: Form) -> Vec<Diagnostic> {
        let model = SemanticModel::of(root, is_known, form, self.machine);
        let mut findings = check_model(&model);
        if self.derives_policy && is_known && form == Form::Nested {
            let (_, gaps) = policy::derive(root, &Settings::default());
            findings.extend(
                self.check_policy(&gaps)
                    .into_iter()
                    .map(|finding| finding.severity(Severity::Lint)),
            );
        }
        let is_consequence = |finding: &Diagnostic| CONSEQUENCES.contains(&finding.code);
        findings.sort_by(|a, b| {
            let order = is_consequence(a).cmp(&is_consequence(b));
            order
                .then_with(|| a.pointer.cmp(&b.pointer))
                .then(a.code.cmp(b.code))
        });
        self.selected(findings)
    }

    fn selected(&self, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        findings.retain(|finding| self.filter.includes(finding));
        findings
            .into_iter()
            .map(Diagnostic::without_false_rejection)
            .collect()
    }
}

/// Rules whose findings can be consequences of a mistake that another rule reports, such as an unreachable
/// state after a transition whose target does not exist.
const CONSEQUENCES: [&str; 2] = ["ASL2002", "ASL2004"];

/// Sorts findings by their places in a text, causes before consequences.
pub fn sort_by_span(findings: &mut [Diagnostic]) {
    let start = |finding: &Diagnostic| finding.span.as_ref().map_or(0, |span| span.start);
    findings.sort_by_key(|finding| (CONSEQUENCES.contains(&finding.code), start(finding)));
}

fn checks() -> impl Iterator<Item = &'static Check> {
    rules().flat_map(|rule| rule.checks)
}

/// Runs the rules about a definition, first those about single objects.
fn check_model(model: &SemanticModel<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for node in &model.objects {
        for check in OBJECT_CHECKS
            .get(node.shape.name.as_str())
            .into_iter()
            .flatten()
        {
            check(model, node, &mut findings);
        }
    }
    for check in checks() {
        if let Check::Whole(check) = check {
            check(model, &mut findings);
        }
    }
    findings
}

/// The checks of each type of object, by its name.
static OBJECT_CHECKS: LazyLock<HashMap<&str, Vec<CheckObject>, RandomState>> =
    LazyLock::new(|| {
        let language = Language::get();
        let states = language.states.iter().map(|state| (state, true));
        let others = language
            .objects()
            .chain([&language.definition])
            .map(|object| (object, false));
        let of = |(object, is_state): (&'static ObjectSchema, bool)| {
            let name = object.name.as_str();
            let looks = |word: &str| word == "Any" || word == name || (word == "State" && is_state);
            let checks = checks().filter_map(|check| match check {
                Check::Object(word, check) if looks(word) => Some(*check),
                _ => None,
            });
            (name, checks.collect())
        };
        others.chain(states).map(of).collect()
    });

/// Returns a finding with its byte ranges in the text of a document that contains the definition at `at`.
pub(crate) fn attach_spans(
    mut finding: Diagnostic,
    document: &Document,
    text: &str,
    at: &JsonPointer,
) -> Diagnostic {
    let pointer = at.append(&finding.pointer);
    let key = || {
        document
            .key_span(&pointer)
            .unwrap_or_else(|| document.span(&pointer))
    };
    finding.span = Some(match (&finding.inside, &finding.fix) {
        (Some(inside), _) => document.span_inside(text, &pointer, &inside.range),
        (None, Some(fix)) if fix.is_key => key(),
        (None, _) if finding.private || finding.about_name => key(),
        _ => document.label_span(&pointer),
    });
    if let Some(fix) = &mut finding.fix {
        fix.pointer = at.append(&fix.pointer);
        let (at, is_key) = (&fix.pointer, fix.is_key);
        fix.span = if is_key {
            document.key_letters(text, at)
        } else {
            document.value_letters(text, at)
        };
    }
    finding.pointer = pointer;
    for related in &mut finding.related {
        related.pointer = at.append(&related.pointer);
        related.span = Some(document.label_span(&related.pointer));
    }
    finding
}

/// Returns whether any finding is an error.
pub fn has_errors(findings: &[Diagnostic]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}
