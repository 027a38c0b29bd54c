//! Reads the visits of states from events.
//!
//! `previousEventId` connects the events of a branch or an item. It does not name the state, so each event gets a
//! place: the visit to which it belongs, or in which the next state begins.

use std::collections::HashMap;

use asl_run::{Failure, Moment, Status};

use super::History;
use super::event::{End, Event, EventKind, Fork, Item, ItemEnd};
use super::visit::{Outcome, Visit};

/// Reads the course of an execution.
pub(super) fn read(events: &[Event]) -> History {
    let mut reading = Reading::default();
    for event in events {
        reading.take(event);
    }
    reading.history
}

/// Where an event belongs.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// Position of the visit. `None` outside of all states.
    visit: Option<usize>,
    /// Index of the item, if the visit is that of a Map state.
    item: Option<u64>,
    /// Position of the visit that ended with the event.
    ended: Option<usize>,
}

impl Place {
    fn at(visit: usize) -> Self {
        Self {
            visit: Some(visit),
            ..Self::default()
        }
    }
}

#[derive(Default)]
struct Reading {
    history: History,
    /// By the ID of the event.
    places: HashMap<u64, Place>,
    /// The place of the event before.
    last: Place,
}

impl Reading {
    fn take(&mut self, event: &Event) {
        // The first events have no predecessor, and those of emulators of AWS never have one.
        let before = match event.previous {
            0 => self.last,
            previous => self.places.get(&previous).copied().unwrap_or(self.last),
        };
        let time = event.time;
        let place = match &event.kind {
            EventKind::Started(input) => {
                self.history.started = Some(time);
                self.history.input.clone_from(input);
                Place::default()
            }
            EventKind::Ended(end) => self.end(before, time, end),
            EventKind::Redriven => self.redrive(before, time),
            EventKind::Entered { ty, state, input } => {
                let visit = self.visit_in(before, time, ty, state, input.as_deref());
                self.enter(before, visit)
            }
            EventKind::Exited {
                state,
                output,
                variables,
            } => self.exit(before, time, state, output.as_deref(), variables),
            EventKind::Scheduled(resource) => self.schedule(before, time, resource),
            EventKind::Succeeded => self.change(before, |visit| visit.end_attempt(time)),
            EventKind::Failed(failure) => {
                self.change(before, |visit| visit.fail(time, failure.clone()))
            }
            EventKind::EvaluationFailed { state, failure } => {
                let place = self.place_of(before, state.as_deref());
                self.change(place, |visit| visit.fail(time, failure.clone()))
            }
            EventKind::ForkStarted(fork) => self.start_fork(before, time, *fork),
            EventKind::ForkFailed(fork) => self.fail_fork(before, time, *fork),
            EventKind::ItemStarted(item) => match self.map_of(before, item) {
                Some(map) => Place {
                    item: Some(item.index),
                    ..Place::at(map)
                },
                None => before,
            },
            EventKind::ItemEnded(item, end) => self.end_item(before, time, item, *end),
            EventKind::MapRunStarted(arn) => self.change(before, |visit| {
                if let Some(attempt) = visit.attempts.last_mut() {
                    attempt.resource = Some(arn.clone());
                }
            }),
            EventKind::Other => Place {
                ended: None,
                ..before
            },
        };
        self.history.last = time;
        self.places.insert(event.id, place);
        self.last = place;
    }

    fn visit(&self, index: usize) -> Option<&Visit> {
        self.history.visits.get(index)
    }

    /// Changes the visit at a place, and returns the place.
    fn change(&mut self, place: Place, change: impl FnOnce(&mut Visit)) -> Place {
        if let Some(visit) = place
            .visit
            .and_then(|index| self.history.visits.get_mut(index))
        {
            change(visit);
        }
        Place {
            ended: None,
            ..place
        }
    }

    /// A visit and the visits around it, from the inside to the outside.
    fn around(&self, visit: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(visit, move |index| self.visit(*index)?.parent)
    }

    /// The first visit around a place, or else the newest one of all, that meets a condition.
    fn nearest(&self, place: Place, is_wanted: impl Fn(&Visit) -> bool) -> Option<usize> {
        let around = self.around(place.visit);
        let mut around = around.filter(|index| self.visit(*index).is_some_and(&is_wanted));
        around.next().or_else(|| self.newest(&is_wanted))
    }

    /// The newest visit that meets a condition.
    fn newest(&self, is_wanted: impl Fn(&Visit) -> bool) -> Option<usize> {
        self.history.visits.iter().rposition(is_wanted)
    }

    /// The visit with which a state begins at a place.
    fn visit_in(
        &self,
        place: Place,
        time: Moment,
        ty: &str,
        state: &str,
        input: Option<&str>,
    ) -> Visit {
        let is_open = |index: &usize| {
            self.visit(*index)
                .is_some_and(|visit| visit.contains_states() && visit.ended.is_none())
        };
        let parent = self.around(place.visit).find(is_open);
        let item = if parent == place.visit {
            place.item
        } else {
            // After a redrive, the place is in the state that failed.
            let inner = self
                .around(place.visit)
                .filter_map(|index| self.visit(index))
                .find(|visit| visit.parent == parent);
            inner.and_then(|visit| visit.item)
        };
        let outer = parent.and_then(|parent| self.visit(parent));
        let items = outer.map_or_else(Vec::new, |outer| outer.items.clone());
        Visit {
            state: state.to_owned(),
            ty: ty.to_owned(),
            entered: time,
            ended: None,
            outcome: Outcome::Running,
            attempts: Vec::new(),
            input: input.map(str::to_owned),
            output: None,
            variables: Vec::new(),
            failure: None,
            items: items.into_iter().chain(item).collect(),
            depth: outer.map_or(0, |outer| outer.depth + 1),
            next: None,
            is_superseded: false,
            is_resumed: false,
            parent,
            item,
        }
    }

    fn enter(&mut self, before: Place, visit: Visit) -> Place {
        let ended = before
            .ended
            .and_then(|index| self.history.visits.get_mut(index));
        if let Some(ended) = ended {
            ended.next = Some(visit.state.clone());
        }
        self.history.visits.push(visit);
        Place::at(self.history.visits.len() - 1)
    }

    fn exit(
        &mut self,
        before: Place,
        time: Moment,
        state: &str,
        output: Option<&str>,
        variables: &[(String, String)],
    ) -> Place {
        let is_running = |visit: &Visit| {
            visit.state == state && visit.outcome != Outcome::Succeeded && !visit.is_superseded
        };
        let Some(index) = self.nearest(before, is_running) else {
            return before;
        };
        // A state that catches the error of its branches or items ends after the state that failed.
        let inner = self
            .failure_at(before)
            .filter(|_| before.visit != Some(index));
        let own = self.visit(index).and_then(Visit::last_failure).cloned();
        let failure = own.or(inner);
        self.end_inside(index, None, before.visit, time);
        self.supersede_inside(index);
        let Some(visit) = self.history.visits.get_mut(index) else {
            return before;
        };
        visit.end(
            time,
            match failure {
                Some(_) => Outcome::Caught,
                None => Outcome::Succeeded,
            },
        );
        visit.failure = failure;
        visit.output = output.map(str::to_owned);
        visit.variables = variables.to_vec();
        Place {
            visit: visit.parent,
            item: visit.item,
            ended: Some(index),
        }
    }

    /// Begins an attempt of a task. After a redrive, it belongs to the task that failed.
    fn schedule(&mut self, before: Place, time: Moment, resource: &str) -> Place {
        let is_task = |visit: &Visit| {
            visit.ty == "Task" && !matches!(visit.outcome, Outcome::Succeeded | Outcome::Caught)
        };
        let Some(index) = self.nearest(before, is_task) else {
            return before;
        };
        self.change(Place::at(index), |visit| {
            visit.reopen();
            visit.begin(time, Some(resource.to_owned()));
        })
    }

    /// The place of the visit of a state whose expression fails. The event can follow the end of the state before.
    fn place_of(&self, before: Place, state: Option<&str>) -> Place {
        let is_running =
            |visit: &Visit| visit.ended.is_none() && state.is_none_or(|state| visit.state == state);
        let begins_here = |visit: &Visit| {
            is_running(visit) && (visit.parent, visit.item) == (before.visit, before.item)
        };
        let here = self.newest(begins_here);
        here.or_else(|| self.nearest(before, is_running))
            .map_or(before, Place::at)
    }

    fn fork_of(&self, before: Place, fork: Fork) -> Option<usize> {
        self.nearest(before, |visit| {
            visit.ended.is_none() && Fork::of(&visit.ty) == Some(fork)
        })
    }

    fn start_fork(&mut self, before: Place, time: Moment, fork: Fork) -> Place {
        let Some(index) = self.fork_of(before, fork) else {
            return before;
        };
        let is_retry = self
            .visit(index)
            .is_some_and(|visit| !visit.attempts.is_empty() && !visit.is_resumed);
        if is_retry {
            self.fail_attempt(index, before, time);
            self.supersede_inside(index);
        }
        self.change(Place::at(index), |visit| {
            // The attempt of a redrive has already begun.
            if !std::mem::take(&mut visit.is_resumed) {
                visit.begin(time, None);
            }
        })
    }

    fn fail_fork(&mut self, before: Place, time: Moment, fork: Fork) -> Place {
        let Some(index) = self.fork_of(before, fork) else {
            return before;
        };
        self.fail_attempt(index, before, time);
        self.change(Place::at(index), |visit| {
            visit.end(time, Outcome::Failed);
            visit.failure = visit.last_failure().cloned();
        })
    }

    /// Ends the states in a state because one of them failed, and so the attempt of the outer state.
    fn fail_attempt(&mut self, index: usize, before: Place, time: Moment) {
        let inner = self
            .failure_at(before)
            .filter(|_| before.visit != Some(index));
        self.end_inside(index, None, before.visit, time);
        self.change(Place::at(index), |visit| {
            if visit.last_failure().is_none() {
                visit.fail(time, inner.unwrap_or_default());
            }
        });
    }

    /// The failure of the visit at a place. The error of a Fail state is only known when the execution ends.
    fn failure_at(&self, place: Place) -> Option<Failure> {
        let visit = self.visit(place.visit?)?;
        let known = visit.failure.as_ref().or_else(|| visit.last_failure());
        let is_failed = visit.outcome == Outcome::Failed || visit.ty == "Fail";
        known
            .filter(|_| visit.outcome != Outcome::Caught)
            .cloned()
            .or_else(|| is_failed.then(Failure::default))
    }

    /// The visits in a visit, or those in one of its items.
    fn inside(&self, outer: usize, item: Option<u64>) -> Vec<usize> {
        let inner = (outer + 1)..self.history.visits.len();
        let is_inside = |index: &usize| {
            let mut around = self
                .around(Some(*index))
                .filter_map(|index| self.visit(index));
            let outermost = around.find(|visit| visit.parent == Some(outer));
            outermost.is_some_and(|visit| item.is_none() || visit.item == item)
        };
        inner.filter(is_inside).collect()
    }

    /// Ends the visits in a visit or in one of its items. The visits around the culprit failed.
    fn end_inside(
        &mut self,
        outer: usize,
        item: Option<u64>,
        culprit: Option<usize>,
        time: Moment,
    ) {
        let failed: Vec<usize> = self.around(culprit).collect();
        for index in self.inside(outer, item) {
            self.end_open(index, failed.contains(&index), time);
        }
    }

    /// Ends a visit that has not ended.
    fn end_open(&mut self, index: usize, has_failed: bool, time: Moment) {
        let Some(visit) = self.history.visits.get_mut(index) else {
            return;
        };
        if visit.ended.is_some() {
            return;
        }
        if has_failed {
            visit.end(time, Outcome::Failed);
            visit.failure = visit.last_failure().cloned();
        } else {
            visit.end(time, Outcome::Aborted);
        }
    }

    fn supersede_inside(&mut self, outer: usize) {
        for index in self.inside(outer, None) {
            self.change(Place::at(index), |visit| visit.is_superseded = true);
        }
    }

    /// The Map state of an item.
    fn map_of(&self, before: Place, item: &Item) -> Option<usize> {
        self.nearest(before, |visit| {
            visit.ended.is_none()
                && visit.ty == "Map"
                && item.state.as_ref().is_none_or(|name| visit.state == *name)
        })
    }

    fn end_item(&mut self, before: Place, time: Moment, item: &Item, end: ItemEnd) -> Place {
        let Some(map) = self.map_of(before, item) else {
            return before;
        };
        let culprit = before.visit.filter(|_| end == ItemEnd::Failed);
        self.end_inside(map, Some(item.index), culprit, time);
        // The next event of the Map state can follow the state that failed.
        match end {
            ItemEnd::Failed => Place {
                ended: None,
                ..before
            },
            ItemEnd::Succeeded | ItemEnd::Aborted => Place::at(map),
        }
    }

    /// Ends the execution.
    fn end(&mut self, before: Place, time: Moment, end: &End) -> Place {
        self.history.end = Some(end.clone());
        let is_failure = end.status == Status::Failed;
        let failed: Vec<usize> = match is_failure {
            true => self.around(before.visit).collect(),
            false => Vec::new(),
        };
        for index in 0..self.history.visits.len() {
            self.end_open(index, failed.contains(&index), time);
        }
        if let Some(failure) = end.failure.as_ref().filter(|_| is_failure) {
            self.complete(failure);
        }
        Place {
            ended: None,
            ..before
        }
    }

    /// Gives the visits that failed without an error of their own the error of the execution.
    fn complete(&mut self, failure: &Failure) {
        let is_unknown = |known: &Option<Failure>| {
            known
                .as_ref()
                .is_none_or(|known| *known == Failure::default())
        };
        for visit in &mut self.history.visits {
            if visit.outcome != Outcome::Failed || visit.is_superseded {
                continue;
            }
            if is_unknown(&visit.failure) {
                visit.failure = Some(failure.clone());
            }
            if let Some(attempt) = visit.attempts.last_mut()
                && attempt.failure.is_some()
                && is_unknown(&attempt.failure)
            {
                attempt.failure = Some(failure.clone());
            }
        }
    }

    /// Continues the execution. The states that contain others continue, and the state that failed begins again.
    fn redrive(&mut self, before: Place, time: Moment) -> Place {
        self.history.redrives += 1;
        self.history.end = None;
        for visit in &mut self.history.visits {
            let is_open =
                matches!(visit.outcome, Outcome::Failed | Outcome::Aborted) && !visit.is_superseded;
            if is_open && visit.contains_states() {
                visit.reopen();
                visit.begin(time, None);
                visit.is_resumed = true;
            } else if is_open {
                visit.is_superseded = true;
            }
        }
        Place {
            ended: None,
            ..before
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
mod tests;
