//! Forks: asking what is to be changed, and carrying it out.

use egui::Context;

use super::App;
use super::dialog::Dialog;
use crate::asl::StateId;
use crate::engine::EventId;
use crate::session::Edit;
use crate::ui::fork::ForkDialog;
use crate::ui::histories::For;
use crate::ui::theme::Theme;

impl App {
    /// Asks what a fork at an event is to change; the cursor goes there.
    pub(super) fn ask_fork(&mut self, ctx: &Context, at: Option<EventId>) {
        let Some((bench, _)) = &mut self.bench else { return };
        if let Some(at) = at {
            bench.move_to(at);
        }
        // A recorded execution stays as it is: a run with its answers is forked.
        if bench.to_replay().is_some() {
            let at = bench.cursor();
            return self.replay(For::Forking(at));
        }
        let at = bench.cursor();
        self.ask_fork_at(ctx, at);
    }

    /// Asks what a fork at an event of the run that is shown is to change.
    pub(super) fn ask_fork_at(&mut self, ctx: &Context, at: EventId) {
        let Some((bench, _)) = &self.bench else { return };
        match bench.fork_view(at) {
            Ok(view) => self.dialog = Some(Dialog::Fork(Box::new(ForkDialog::new(view)))),
            Err(what) => self.notices.error(&what, Theme::of_context(ctx)),
        }
    }

    /// Asks what a fork at the last visit of a state is to change.
    pub(super) fn ask_fork_at_state(&mut self, ctx: &Context, state: u32) {
        let Some((bench, _)) = &self.bench else { return };
        if let Some(entry) = bench.last_entry(StateId(state)) {
            self.ask_fork(ctx, Some(entry));
        } else {
            let what = "The state has not been entered at this event; move on to where it is, or choose another";
            self.notices.done(what, Theme::of_context(ctx));
        }
    }

    /// Forks the run that is shown. Where that is refused, the dialog stays and says why.
    pub(super) fn fork(&mut self, ctx: &Context, at: u64, edit: Option<Edit>, run: bool) {
        let wake = ctx.clone();
        let Some((bench, _)) = &mut self.bench else { return };
        let at = EventId(u32::try_from(at).unwrap_or(u32::MAX));
        match (bench.fork(Box::new(move || wake.request_repaint()), at, edit, run), &mut self.dialog) {
            (Ok(()), _) => self.dialog = None,
            (Err(what), Some(Dialog::Fork(dialog))) => dialog.refused = Some(what),
            (Err(what), _) => self.notices.error(&what, Theme::of_context(ctx)),
        }
    }
}
