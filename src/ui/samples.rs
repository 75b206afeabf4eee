//! The samples as the first page lists them: title, what they show, how they end, a small drawing. Their definitions
//! are in `sample-workflows/`.

use super::first_run::Sample;
use super::thumbnail::{Thumbnail, block, catch, next};
use super::widgets::Status::{Caught, Compensated, Failed, NotReached, Retried, Succeeded, TimedOut, Waiting};

/// The texts of a sample, which are part of the program so that *Try* works wherever it is started.
#[derive(Clone, Copy, Debug)]
pub struct SampleFiles {
    /// The file's name in `sample-workflows/`.
    pub name: &'static str,
    /// The definition.
    pub definition: &'static str,
    /// Its input.
    pub input: &'static str,
    /// What its tasks answer.
    pub mocks: &'static str,
}

macro_rules! files {
    ($stem:literal, $ending:literal) => {
        SampleFiles {
            name: concat!($stem, ".asl.", $ending),
            definition: include_str!(concat!("../../sample-workflows/", $stem, ".asl.", $ending)),
            input: include_str!(concat!("../../sample-workflows/", $stem, ".input.json")),
            mocks: include_str!(concat!("../../sample-workflows/", $stem, ".mocks.json")),
        }
    };
}

/// The texts of [`SAMPLES`], in the same order.
pub const FILES: [SampleFiles; 8] = [
    files!("travel-booking", "json"),
    files!("retry-and-catch", "json"),
    files!("error-conditions", "json"),
    files!("lambda-service-exceptions", "json"),
    files!("parallel-map-failures", "json"),
    files!("timeouts-heartbeats", "json"),
    files!("long-waits", "json"),
    files!("nested-map-in-parallel", "yaml"),
];

/// All samples, in the order of the page.
pub const SAMPLES: [Sample; 8] = [
    Sample {
        title: "Travel booking saga",
        line: "Busy four times, then an undo with a hole",
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
        title: "Error conditions",
        line: "Three kinds of trouble, one clean-up for all",
        outcome: Failed,
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
        line: "One name forgotten, one throttled call too many",
        outcome: Failed,
        thumbnail: Thumbnail {
            blocks: &[block(1.5, 0.2, Succeeded), block(1.5, 1.6, Retried), block(1.5, 3.0, Succeeded)],
            links: &[next(0, 1), next(1, 2)],
            framed: false,
        },
    },
    Sample {
        title: "Parallel and Map failures",
        line: "One invoice of eight is refused; which one?",
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
        title: "Time-outs and heartbeats",
        line: "Silence, and which handlers can hear it",
        outcome: Caught,
        thumbnail: Thumbnail {
            blocks: &[block(0.8, 0.3, Succeeded), block(0.8, 2.2, TimedOut), block(2.6, 3.0, Succeeded)],
            links: &[next(0, 1), catch(1, 2)],
            framed: false,
        },
    },
    Sample {
        title: "Long waits",
        line: "Fourteen days in an instant",
        outcome: Succeeded,
        thumbnail: Thumbnail {
            blocks: &[block(1.5, 0.2, Succeeded), block(1.5, 1.6, Waiting), block(1.5, 3.0, Succeeded)],
            links: &[next(0, 1), next(1, 2)],
            framed: false,
        },
    },
    Sample {
        title: "Map in a Map in a Parallel",
        line: "Five warehouses, two indices each; in YAML",
        outcome: Succeeded,
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
