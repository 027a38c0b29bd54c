//! The plan of a deployment: its steps and their durations.

use std::fmt;
use std::time::Duration;

use crate::duration;

/// Maximum time of the shift (CloudFormation template reference, DeploymentPreference: "The maximum
/// deployment time is 2100 minutes").
const LONGEST: Duration = Duration::from_hours(35);

/// Longest time by which a step can take longer.
pub(crate) const LONGER: Duration = Duration::from_secs(15);
/// Time for the calls of a deployment.
const CALLS: Duration = Duration::from_mins(2);

/// How the traffic moves to the new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// A percentage at once, and the rest after the interval.
    Canary {
        /// Percentage of the first step.
        percentage: i32,
        /// Time of the first step.
        interval: Duration,
    },
    /// A percentage at once, and the same percentage more after each interval.
    Linear {
        /// Percentage of each step.
        percentage: i32,
        /// Time of each step.
        interval: Duration,
    },
    /// Everything at once.
    AllAtOnce,
}

/// A shift, and the time to watch the new version after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strategy {
    shift: Shift,
    bake: Duration,
}

/// A step of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Percentage of the traffic of the new version, 1–100.
    pub percentage: i32,
    /// Time to watch it before the next step, or before the end.
    pub watch: Duration,
}

/// Invalid arguments of a strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StrategyError {
    /// The percentage is not between 1 and 99.
    Percentage(i32),
    /// The shift takes longer than AWS CloudFormation allows.
    TooLong(Duration),
    /// The bake time is longer than the maximum of a shift.
    BakeTooLong(Duration),
}

impl fmt::Display for StrategyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = duration::text(LONGEST);
        match self {
            Self::Percentage(percentage) => {
                write!(f, "`percentage` must be between 1 and 99, got {percentage}")
            }
            Self::TooLong(total) => write!(
                f,
                "the steps take {}, and {longest} at most are allowed",
                duration::text(*total)
            ),
            Self::BakeTooLong(bake) => write!(
                f,
                "`bake` must be at most {longest}, got {}",
                duration::text(*bake)
            ),
        }
    }
}

impl Strategy {
    /// A deployment in these steps.
    ///
    /// # Errors
    /// When an argument is out of range.
    pub fn new(shift: Shift, bake: Duration) -> Result<Self, StrategyError> {
        if let Shift::Canary {
            percentage,
            interval,
        }
        | Shift::Linear {
            percentage,
            interval,
        } = shift
        {
            if !(1..=99).contains(&percentage) {
                return Err(StrategyError::Percentage(percentage));
            }
            let intervals = match shift {
                Shift::Linear { .. } => {
                    (99 + percentage).unsigned_abs() / percentage.unsigned_abs()
                }
                _ => 1,
            };
            let total = interval.saturating_mul(intervals);
            if total > LONGEST {
                return Err(StrategyError::TooLong(total));
            }
        }
        if bake > LONGEST {
            return Err(StrategyError::BakeTooLong(bake));
        }
        Ok(Self { shift, bake })
    }

    /// The steps in order. The last one has 100 %.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = match self.shift {
            Shift::AllAtOnce => Vec::new(),
            Shift::Canary {
                percentage,
                interval,
            } => vec![Step {
                percentage,
                watch: interval,
            }],
            Shift::Linear {
                percentage,
                interval,
            } => (1..100)
                .map(|number| number * percentage)
                .take_while(|percentage| *percentage < 100)
                .map(|percentage| Step {
                    percentage,
                    watch: interval,
                })
                .collect(),
        };
        steps.push(Step {
            percentage: 100,
            watch: self.bake,
        });
        steps
    }

    /// Time to allow for the deployment: each step can take up to 15 seconds longer, and calls take time.
    pub fn longest(&self) -> Duration {
        let watched = self
            .steps()
            .into_iter()
            .filter(|step| !step.watch.is_zero());
        let longer: Duration = watched.map(|step| LONGER.min(step.watch / 10)).sum();
        self.duration() + longer + CALLS
    }

    /// Time from the first step to the end.
    pub fn duration(&self) -> Duration {
        self.steps().iter().map(|step| step.watch).sum()
    }
}

/// The steps in words, such as `10 % at once, 100 % after 5m, 10m watched`.
impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shift = duration::text(self.duration().saturating_sub(self.bake));
        match self.shift {
            Shift::AllAtOnce => f.write_str("100 % at once")?,
            Shift::Canary { percentage, .. } => {
                write!(f, "{percentage} % at once, 100 % after {shift}")?;
            }
            Shift::Linear {
                percentage,
                interval,
            } => {
                write!(f, "{percentage} % at once, ")?;
                if percentage < 50 {
                    let interval = duration::text(interval);
                    write!(f, "{percentage} % more every {interval}, ")?;
                }
                write!(f, "100 % after {shift}")?;
            }
        }
        match self.bake {
            Duration::ZERO => Ok(()),
            bake => write!(f, ", {} watched", duration::text(bake)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn canary(percentage: i32, minutes: u32) -> Shift {
        Shift::Canary {
            percentage,
            interval: MINUTE * minutes,
        }
    }

    fn linear(percentage: i32, minutes: u32) -> Shift {
        Shift::Linear {
            percentage,
            interval: MINUTE * minutes,
        }
    }

    #[test]
    fn steps_are_those_of_cloudformation() {
        for (shift, bake, percentages, minutes, text) in [
            (Shift::AllAtOnce, 0, vec![100], 0, "100 % at once"),
            (
                Shift::AllAtOnce,
                10,
                vec![100],
                10,
                "100 % at once, 10m watched",
            ),
            (
                canary(10, 5),
                10,
                vec![10, 100],
                15,
                "10 % at once, 100 % after 5m, 10m watched",
            ),
            (
                linear(33, 1),
                0,
                vec![33, 66, 99, 100],
                3,
                "33 % at once, 33 % more every 1m, 100 % after 3m",
            ),
            (
                linear(50, 1),
                0,
                vec![50, 100],
                1,
                "50 % at once, 100 % after 1m",
            ),
            (
                linear(99, 7),
                0,
                vec![99, 100],
                7,
                "99 % at once, 100 % after 7m",
            ),
        ] {
            let strategy = Strategy::new(shift, MINUTE * bake).unwrap();
            let steps = strategy.steps().into_iter().map(|step| step.percentage);
            assert_eq!(steps.collect::<Vec<_>>(), percentages, "{text}");
            assert_eq!(strategy.duration(), MINUTE * minutes, "{text}");
            let longest = strategy.duration() + strategy.duration() / 10 + CALLS;
            assert!(strategy.longest() <= longest, "{text}");
            assert!(strategy.longest() >= strategy.duration() + CALLS, "{text}");
            assert_eq!(strategy.to_string(), text);
        }
    }

    #[test]
    fn arguments_out_of_range_are_refused() {
        for (shift, bake, expected) in [
            (
                canary(0, 5),
                0,
                Some("`percentage` must be between 1 and 99, got 0"),
            ),
            (
                linear(100, 5),
                0,
                Some("`percentage` must be between 1 and 99, got 100"),
            ),
            (
                canary(10, 2101),
                0,
                Some("the steps take 35h1m, and 35h at most are allowed"),
            ),
            (canary(10, 2100), 0, None),
            // ⌈100/33⌉ steps of 525 minutes are 2,100 minutes.
            (linear(33, 525), 0, None),
            (
                linear(33, 526),
                0,
                Some("the steps take 35h4m, and 35h at most are allowed"),
            ),
            (
                linear(1, 22),
                0,
                Some("the steps take 36h40m, and 35h at most are allowed"),
            ),
            (
                Shift::AllAtOnce,
                2101,
                Some("`bake` must be at most 35h, got 35h1m"),
            ),
            (Shift::AllAtOnce, 2100, None),
        ] {
            let error = Strategy::new(shift, MINUTE * bake).err();
            let error = error.map(|error| error.to_string());
            assert_eq!(error.as_deref(), expected, "{shift:?}");
        }
    }

    proptest! {
        #[test]
        fn every_deployment_ends_at_100_percent(percentage in 1..=99, linear in any::<bool>()) {
            let shift = match linear {
                true => Shift::Linear { percentage, interval: MINUTE },
                false => Shift::Canary { percentage, interval: MINUTE },
            };
            let steps = Strategy::new(shift, MINUTE).unwrap().steps();
            let percentages: Vec<i32> = steps.iter().map(|step| step.percentage).collect();
            prop_assert!(percentages.is_sorted_by(|a, b| a < b), "{percentages:?}");
            prop_assert_eq!(percentages.first(), Some(&percentage));
            prop_assert_eq!(percentages.last(), Some(&100));
        }
    }
}
