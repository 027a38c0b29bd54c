//! Behavior of AWS that the emulator does not implement.

use std::io;
use std::pin::Pin;

use crate::proxy::call::{Answer, Call};
use crate::proxy::upstream::Upstream;

/// An answer that is being made.
pub type Answering<'a> = Pin<Box<dyn Future<Output = io::Result<Answer>> + Send + 'a>>;

/// One thing that AWS does and the emulator does not. It may change a call before it goes to the emulator, change the
/// answer, answer by itself, and make calls of its own, which are not recorded.
pub trait Behaviour: Send + Sync {
    /// The operations that it changes.
    fn operations(&self) -> &'static [&'static str];

    /// Answers a call of one of these operations; `next` is how it is answered without this behaviour.
    fn answer<'a>(&'a self, call: &'a Call, next: Next<'a>) -> Answering<'a>;
}

/// The behaviours that are left, and the emulator behind them.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    /// For calls of a behaviour's own.
    pub upstream: &'a Upstream,
    left: &'a [Box<dyn Behaviour>],
}

impl<'a> Next<'a> {
    /// All behaviours, in front of an emulator.
    pub fn new(upstream: &'a Upstream, behaviours: &'a [Box<dyn Behaviour>]) -> Self {
        Self { upstream, left: behaviours }
    }

    /// Answers a call.
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
