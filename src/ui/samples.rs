//! The samples as the first page lists them: title, what they show, how they end, a small drawing. Their definitions
//! are in `sample-workflows/`.

use super::first_run::Sample;
use super::thumbnail::{Thumbnail, block, catch, next};
use super::widgets::Status::{Caught, Compensated, Failed, NotReached, Retried, Succeeded, TimedOut, Waiting};

/// All samples, in the order of the page.
pub const SAMPLES: [Sample; 8] = [
    Sample {
        title: "Travel booking saga",
        line: "Busy four times, then the bookings are undone",
        outcome: Caught,
        thumbnail: Thumbnail {
            blocks: &[
                block(0.6, 0.0, Succeeded),
                block(0.6, 1.5, Succeeded),
                block(0.6, 3.0, Caught),
                block(2.6, 1.2, Compensated),
                block(2.6, 3.0, Compensated),
            ],
            links: &[next(0, 1), next(1, 2), next(3, 4), catch(2, 4)],
            framed: false,
        },
    },
    Sample {
        title: "Retry and catch",
        line: "Back-off, jitter and the handler that takes over",
        outcome: Caught,
        thumbnail: Thumbnail {
            blocks: &[block(0.8, 0.0, Succeeded), block(0.8, 1.5, Caught), block(2.4, 3.0, Succeeded)],
            links: &[next(0, 1), catch(1, 2)],
            framed: false,
        },
    },
    Sample {
        title: "Handling error conditions",
        line: "One catcher for each kind of error",
        outcome: Caught,
        thumbnail: Thumbnail {
            blocks: &[
                block(1.5, 0.0, Caught),
                block(0.0, 2.2, NotReached),
                block(1.5, 2.2, Succeeded),
                block(3.0, 2.2, NotReached),
            ],
            links: &[next(0, 1), next(0, 2), next(0, 3)],
            framed: false,
        },
    },
    Sample {
        title: "Lambda service exceptions",
        line: "The names most definitions forget to retry",
        outcome: Retried,
        thumbnail: Thumbnail {
            blocks: &[block(1.5, 0.2, Succeeded), block(1.5, 1.6, Retried), block(1.5, 3.0, Succeeded)],
            links: &[next(0, 1), next(1, 2)],
            framed: false,
        },
    },
    Sample {
        title: "Parallel and Map with failures",
        line: "One branch fails and the others are cancelled",
        outcome: Failed,
        thumbnail: Thumbnail {
            blocks: &[
                block(0.6, 0.3, Succeeded),
                block(2.4, 0.3, Succeeded),
                block(0.6, 1.5, Succeeded),
                block(2.4, 1.5, Failed),
                block(0.6, 2.7, Succeeded),
                block(2.4, 2.7, NotReached),
            ],
            links: &[],
            framed: true,
        },
    },
    Sample {
        title: "Timeouts and heartbeats",
        line: "A task goes silent and is given up",
        outcome: TimedOut,
        thumbnail: Thumbnail {
            blocks: &[block(0.8, 0.3, Succeeded), block(0.8, 2.2, TimedOut), block(2.6, 3.0, Succeeded)],
            links: &[next(0, 1), catch(1, 2)],
            framed: false,
        },
    },
    Sample {
        title: "Long waits",
        line: "Days pass at once on the virtual clock",
        outcome: Succeeded,
        thumbnail: Thumbnail {
            blocks: &[block(1.5, 0.2, Succeeded), block(1.5, 1.6, Waiting), block(1.5, 3.0, Succeeded)],
            links: &[next(0, 1), next(1, 2)],
            framed: false,
        },
    },
    Sample {
        title: "Nested Map in Parallel",
        line: "An error deep inside finds its way out",
        outcome: Caught,
        thumbnail: Thumbnail {
            blocks: &[
                block(0.6, 0.5, Succeeded),
                block(0.6, 2.5, Succeeded),
                block(2.4, 0.5, Succeeded),
                block(2.4, 1.5, Caught),
                block(2.4, 2.5, Succeeded),
            ],
            links: &[next(0, 1)],
            framed: true,
        },
    },
];
