//! Which of the commands that switch something have it switched on; menus show it.

use crate::engine::Quotas;
use crate::session::breakpoint::On;
use crate::session::pace::Pace;
use crate::ui::command::Command;
use crate::ui::window::CentreTab;

use super::App;

impl App {
    /// Returns the commands whose switch is on.
    pub(super) fn switched_on(&self) -> Vec<Command> {
        let Some((bench, _)) = &self.bench else { return Vec::new() };
        let shown = self.panels.shown;
        let pace = bench.pace();
        let switches = [
            (Command::ToggleQuotas, bench.quotas == Quotas::Aws),
            (Command::InstantTime, pace == Pace::Instant),
            (Command::RealTime, pace == Pace::Times(1.0)),
            (Command::AssumeRest, bench.assumes()),
            (Command::BreakOnUncaught, bench.breaks_on(&On::Uncaught)),
            (Command::BreakOnCaught, bench.breaks_on(&On::Caught)),
            (Command::BreakOnRetry, bench.breaks_on(&On::Retry)),
            (Command::ShowGraph, self.panels.centre == CentreTab::Graph),
            (Command::ShowDefinition, self.panels.centre == CentreTab::Definition),
            (Command::ShowSplit, self.panels.centre == CentreTab::Split),
            (Command::ToggleWorkspace, shown.workspace),
            (Command::ToggleBottom, shown.bottom),
            (Command::ToggleInspector, shown.inspector),
        ];
        switches.into_iter().filter_map(|(command, on)| on.then_some(command)).collect()
    }
}
