//! The commands about exploring, counting and testing.

use egui::Key;

use super::chord::{ctrl_shift, shift};
use super::table::entry;
use super::{Command, Entry, Group, Needs};

/// The part of the table that is about exploring.
pub(super) const EXPLORING: &[Entry] = {
    use Command as C;
    use Group::{Explore, View};
    use Needs::Definition;
    &[
        entry(
            C::ExploreFailures,
            "Explore failures",
            "Tries every failure that makes a difference, and lists what comes of it",
            Explore,
            Needs::Runnable,
            &[ctrl_shift(Key::F)],
        ),
        entry(
            C::CancelExploring,
            "Cancel exploring",
            "Ends the exploration; what was found until then is kept",
            Explore,
            Needs::Exploring,
            &[shift(Key::F6)],
        ),
        entry(
            C::MustAlwaysRun,
            "Must always run",
            "Lets exploration look whether every run reaches the selected state, or no longer",
            Explore,
            Needs::Runnable,
            &[],
        ),
        entry(
            C::RunScenarios,
            "Run scenarios…",
            "Runs a file of scenarios and lists which expectations do not hold",
            Explore,
            Needs::Runnable,
            &[ctrl_shift(Key::T)],
        ),
        entry(
            C::RunScenarioFolder,
            "Run the scenarios of a folder…",
            "Runs the files of a folder that are named *.scenario.* or *.scenarios.*",
            Explore,
            Needs::Runnable,
            &[],
        ),
        entry(
            C::ExportAudit,
            "Export the audit…",
            "Saves the matrix of the saga; the ending of the name says how: md, csv or json",
            Explore,
            Needs::Audit,
            &[],
        ),
        entry(
            C::ExportCoverage,
            "Export coverage…",
            "Saves what was counted; the ending of the name says how: json, info, lcov or txt",
            Explore,
            Needs::Runnable,
            &[],
        ),
        entry(C::ShowTimeline, "Timeline", "Shows the run in time", View, Definition, &[]),
        entry(C::ShowFindings, "Findings", "Shows what exploration found", View, Definition, &[]),
        entry(C::ShowAudit, "Saga audit", "Shows what stays done when a step fails", View, Definition, &[]),
        entry(C::ShowCoverage, "Coverage", "Shows how much of the definition runs went through", View, Definition, &[]),
        entry(C::ShowScenarios, "Scenarios", "Shows which scenarios passed", View, Definition, &[]),
    ]
};
