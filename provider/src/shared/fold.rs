//! Folding of findings: from the eleventh finding of a rule in a run, findings are combined to one
//! diagnostic. Terraform needs long to render each with its source lines.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tfplugin::{Diagnostic, Diagnostics, Severity};
use tokio::sync::Notify;

/// Number of findings of a rule that are shown separately.
const SHOWN: usize = 10;
/// How long a call waits for a later call that takes over its findings. The last call of a run
/// reports all of them.
const HANDOVER: Duration = Duration::from_millis(150);
/// Maximum number of names in the list.
const LISTED: usize = 200;

/// The findings of a run.
#[derive(Debug, Default)]
pub struct Folder {
    state: Mutex<State>,
    arrivals: Notify,
}

#[derive(Debug, Default)]
struct State {
    shown: HashMap<&'static str, usize>,
    pending: BTreeMap<&'static str, Vec<String>>,
    /// Number of the last call that left findings.
    last: u64,
}

impl Folder {
    /// Clears the findings for another run.
    pub fn clear(&self) {
        *self.lock() = State::default();
    }

    /// The diagnostics of an object, without folded warnings. The last call of a run also returns
    /// the warnings of all calls.
    pub async fn fold(&self, diagnostics: Diagnostics, object: &str) -> Diagnostics {
        let (mut kept, number) = self.sort(diagnostics, object);
        let Some(number) = number else { return kept };
        self.arrivals.notify_waiters();
        let deadline = tokio::time::Instant::now() + HANDOVER;
        loop {
            let arrival = self.arrivals.notified();
            if self.lock().last != number {
                return kept;
            }
            tokio::select! {
                () = arrival => {}
                () = tokio::time::sleep_until(deadline) => break,
            }
        }
        kept.extend(self.take(number));
        kept
    }

    /// Separates the diagnostics to fold. Returns the number of this call if it left some.
    fn sort(&self, diagnostics: Diagnostics, object: &str) -> (Diagnostics, Option<u64>) {
        let (mut state, mut kept, mut is_folded) = (self.lock(), Diagnostics::default(), false);
        for diagnostic in diagnostics {
            let rule = diagnostic
                .group
                .filter(|_| diagnostic.severity == Severity::Warning);
            let Some(rule) = rule else {
                kept.push(diagnostic);
                continue;
            };
            let shown = state.shown.entry(rule).or_insert(0);
            if *shown < SHOWN {
                *shown += 1;
                kept.push(diagnostic);
            } else {
                state
                    .pending
                    .entry(rule)
                    .or_insert_with(Vec::new)
                    .push(object.to_owned());
                is_folded = true;
            }
        }
        state.last += u64::from(is_folded);
        let number = is_folded.then_some(state.last);
        (kept, number)
    }

    fn take(&self, number: u64) -> Diagnostics {
        let mut state = self.lock();
        if state.last != number {
            return Diagnostics::default();
        }
        std::mem::take(&mut state.pending)
            .into_iter()
            .map(|(rule, objects)| folded(rule, objects))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn folded(rule: &'static str, objects: Vec<String>) -> Diagnostic {
    let total = objects.len();
    let mut names: Vec<String> = objects;
    names.sort();
    names.dedup();
    let rest = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let more = if rest == 0 {
        String::new()
    } else {
        format!(" and {rest} more")
    };
    let plural = if total == 1 { "finding" } else { "findings" };
    let summary = format!("{total} more {plural} of rule {rule}");
    Diagnostic::warning(summary, format!("In {}{more}.", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &'static str) -> Diagnostics {
        Diagnostic {
            group: Some(rule),
            ..Diagnostic::warning("missing", "")
        }
        .into()
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_ten_are_shown_and_the_rest_is_counted_once() {
        let folder = std::sync::Arc::new(Folder::default());
        let calls = (0..25).map(|number| {
            let folder = folder.clone();
            tokio::spawn(async move {
                folder
                    .fold(finding("ASL4101"), &format!("`m{number:02}`"))
                    .await
            })
        });
        let mut summaries = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            summaries.extend(
                call.await
                    .unwrap()
                    .into_iter()
                    .map(|shown| (shown.summary, shown.detail)),
            );
        }
        let folded: Vec<_> = summaries
            .iter()
            .filter(|(summary, _)| summary != "missing")
            .collect();
        assert_eq!(summaries.len(), 11);
        assert!(matches!(folded.as_slice(), [(summary, detail)]
            if summary == "15 more findings of rule ASL4101" && detail.starts_with("In `m10`, `m11`") && detail.ends_with("`m24`.")));
    }

    #[tokio::test(start_paused = true)]
    async fn errors_and_other_rules_are_left_alone() {
        let folder = Folder::default();
        for _ in 0..20 {
            let error = Diagnostic {
                group: Some("ASL2001"),
                ..Diagnostic::error("wrong", "")
            };
            assert_eq!(folder.fold(error.into(), "`m`").await.iter().count(), 1);
        }
        assert_eq!(
            folder.fold(finding("ASL4102"), "`m`").await.iter().count(),
            1
        );
    }
}
