//! Retry and Catch: which handler takes a failure. The engine decides by this, and the inspector explains by it.

use crate::asl::program::Handlers;

use super::failure::{Failure, FailureKind};

/// What happens with a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The retrier at this place tries again.
    Retry(usize),
    /// The catcher at this place takes over.
    Catch(usize),
    /// Nothing takes it.
    Uncaught,
}

/// What became of one handler when a failure was held against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// None of its names matches.
    Differs,
    /// It names time-outs only by `States.TaskFailed`, which does not match them.
    NotTimeouts,
    /// It matches, and its attempts are used up.
    UsedUp {
        /// How often it may retry.
        max_attempts: u32,
    },
    /// It takes the failure.
    Takes,
    /// A handler before it took the failure, or ended the search.
    NotRead,
    /// No handler can take a failure of this kind.
    CannotMatch,
}

/// Decides what happens with `failure`, when the retriers have retried `used` times in this visit of the state.
///
/// The first retrier that matches decides; when its attempts are used up no later one is read, and the catchers are
/// (ASL, "Retrying after error" and "Fallback States").
pub fn decide(handlers: &Handlers, used: &[u32], failure: &Failure) -> Decision {
    let names = |errors: &[std::sync::Arc<str>]| errors.iter().any(|name| failure.matches(name));
    if let Some(idx) = handlers.retry.iter().position(|it| names(&it.errors))
        && used.get(idx).copied().unwrap_or(0) < handlers.retry[idx].max_attempts
    {
        return Decision::Retry(idx);
    }
    handlers.catch.iter().position(|it| names(&it.errors)).map_or(Decision::Uncaught, Decision::Catch)
}

/// Returns the verdict on each retrier and then on each catcher, in order.
pub fn explain(handlers: &Handlers, used: &[u32], failure: &Failure) -> (Vec<Verdict>, Vec<Verdict>) {
    let differs = |errors: &[std::sync::Arc<str>]| {
        let by_task_failed = errors.iter().any(|it| &**it == "States.TaskFailed");
        match failure.kind {
            FailureKind::Terminal => Verdict::CannotMatch,
            FailureKind::Timeout | FailureKind::Heartbeat if by_task_failed => Verdict::NotTimeouts,
            _ => Verdict::Differs,
        }
    };
    let matches = |errors: &[std::sync::Arc<str>]| errors.iter().any(|name| failure.matches(name));
    let decision = decide(handlers, used, failure);
    let first = handlers.retry.iter().position(|it| matches(&it.errors));
    let retriers = handlers.retry.iter().enumerate().map(|(idx, it)| match first {
        Some(first) if idx > first => Verdict::NotRead,
        Some(first) if idx == first && decision == Decision::Retry(idx) => Verdict::Takes,
        Some(first) if idx == first => Verdict::UsedUp { max_attempts: it.max_attempts },
        _ => differs(&it.errors),
    });
    let catchers = handlers.catch.iter().enumerate().map(|(idx, it)| match decision {
        Decision::Retry(_) => Verdict::NotRead,
        Decision::Catch(taken) if idx > taken => Verdict::NotRead,
        Decision::Catch(taken) if idx == taken => Verdict::Takes,
        _ => differs(&it.errors),
    });
    (retriers.collect(), catchers.collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::asl::program::Retrier;

    fn retrier(errors: &[&str], max_attempts: u32) -> Retrier {
        let errors = errors.iter().map(|it| Arc::from(*it)).collect();
        Retrier { errors, interval_secs: 3, max_attempts, backoff_rate: 2.0, max_delay_secs: None, full_jitter: false }
    }

    #[test]
    fn an_exhausted_retrier_hides_the_later_ones() {
        let handlers = Handlers { retry: vec![retrier(&["A", "B"], 2), retrier(&["States.ALL"], 5)], catch: vec![] };
        let failure = Failure::named("B", "");
        assert_eq!(decide(&handlers, &[1, 0], &failure), Decision::Retry(0));
        assert_eq!(decide(&handlers, &[2, 0], &failure), Decision::Uncaught);
        let (retriers, _) = explain(&handlers, &[2, 0], &failure);
        assert_eq!(retriers, [Verdict::UsedUp { max_attempts: 2 }, Verdict::NotRead]);
    }

    #[test]
    fn no_handler_takes_a_runtime_error() {
        let handlers = Handlers { retry: vec![retrier(&["States.Runtime"], 2)], catch: vec![] };
        let failure = Failure::terminal("States.Runtime", "");
        assert_eq!(decide(&handlers, &[], &failure), Decision::Uncaught);
        assert_eq!(explain(&handlers, &[], &failure).0, [Verdict::CannotMatch]);
    }
}
