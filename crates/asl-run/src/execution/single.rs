//! A test of a single state, as `TestState` makes it: the work of the state is given as a whole.
//!
//! Source: the Step Functions API reference, "TestState".

use crate::fault::Fault;
use crate::machine::{Map, Resource};
use crate::{Data, Failure};

use super::Execution;
use super::fork::MapItem;
use super::outcome::{Outcome, Status};
use super::recovery::Problem;
use super::task::Reply;
use super::thread::Key;

impl Execution {
    /// Whether the work of the state is given.
    pub(super) fn is_mocked(&self) -> bool {
        self.single
            .as_ref()
            .is_some_and(|single| single.mock.is_some())
    }

    /// Ends a task as its mock says.
    pub(super) fn mocked_task(&mut self, key: Key, resource: &Resource) {
        if let Some(reply) = self.mock() {
            self.end_mocked(key, resource.judge(reply));
        }
    }

    /// Ends the work of a Parallel or Map state as its mock says.
    pub(super) fn mocked(&mut self, key: Key) {
        if let Some(reply) = self.mock() {
            self.end_mocked(key, reply);
        }
    }

    fn mock(&self) -> Option<Reply> {
        self.single.as_ref()?.mock.clone()
    }

    fn end_mocked(&mut self, key: Key, mock: Reply) {
        match mock {
            Reply::Success(result) => self.work_done(key, result),
            Reply::Failure(failure) => self.recover(key, Problem::from(failure)),
            Reply::Never => {}
        }
    }

    /// Ends the work of a Map state as its mock says, or fails it if more items fail than it tolerates.
    pub(super) fn mocked_map(
        &mut self,
        key: Key,
        map: &Map,
        items: &[MapItem],
    ) -> Result<(), Fault> {
        let single = self.single.clone().unwrap_or_default();
        let read = single.items.as_ref().and_then(serde_json::Value::as_array);
        let length = read.map_or(items.len(), Vec::len);
        let exceeded = match &map.distributed {
            Some(distributed) => {
                let tolerance = self.tolerance(key, distributed)?;
                let failed = single.failed_items.unwrap_or(0);
                tolerance.is_set() && tolerance.is_exceeded(failed as usize, length)
            }
            None => false,
        };
        if exceeded && matches!(single.mock, Some(Reply::Success(_))) {
            self.recover(key, Problem::from(super::distributed::threshold_exceeded()));
        } else {
            self.mocked(key);
        }
        Ok(())
    }

    /// Ends the test.
    pub(super) fn end_single(
        &mut self,
        key: Key,
        status: Status,
        output: Option<Data>,
        failure: Failure,
    ) {
        self.fail_inspection(key, &failure);
        self.outcome = Some(Outcome {
            status,
            output,
            failure: (status != Status::Succeeded).then_some(failure),
            duration: self.now.since(self.start.time),
        });
    }
}
