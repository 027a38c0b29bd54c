//! Behavior of AWS that the emulator does not implement.

use std::io;
use std::pin::Pin;

use crate::proxy::call::{Answer, Call};
use crate::proxy::upstream::Upstream;

/// A pending response.
pub type Answering<'a> = Pin<Box<dyn Future<Output = io::Result<Answer>> + Send + 'a>>;

/// Behavior of AWS that the emulator lacks. It can change a call before the emulator receives it,
/// change the response, respond itself, and make additional calls, which are not recorded.
pub trait Behaviour: Send + Sync {
    /// Operations that it changes.
    fn operations(&self) -> &'static [&'static str];

    /// Responds to a call of one of these operations. `next` responds without this behavior.
    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a>;
}

/// The remaining behaviors, and the emulator behind them.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    /// The emulator, for additional calls of a behavior.
    pub upstream: &'a Upstream,
    left: &'a [Box<dyn Behaviour>],
}

impl<'a> Next<'a> {
    /// All behaviors, in front of an emulator.
    pub fn new(upstream: &'a Upstream, behaviours: &'a [Box<dyn Behaviour>]) -> Self {
        Self {
            upstream,
            left: behaviours,
        }
    }

    /// Responds to a call.
    pub fn run<'b>(self, call: &'b Call) -> Answering<'b>
    where
        'a: 'b,
    {
        let (upstream, mut left) = (self.upstream, self.left);
        while let Some((behaviour, others)) = left.split_first() {
            left = others;
            if behaviour.operations().contains(&call.operation.as_str()) {
                return behaviour.answer(call, Next { upstream, left });
            }
        }
        Box::pin(upstream.send(call.request.clone()))
    }
}
