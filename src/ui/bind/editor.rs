//! What the editor shows of the workbench: the draft, or the earlier definition of the run that is shown.

use crate::diagnostic::Span;
use crate::ui::command::Command;
use crate::ui::editor::EditorView;
use crate::ui::widgets::BannerLine;
use crate::ui::window::BannerView;
use crate::ui::workbench::{RunEntry, Workbench};

/// Revisions of earlier definitions begin here; those of drafts stay far below.
const EARLIER: u64 = 1 << 62;

/// The words around the text.
pub struct EditorWords {
    /// Why the graph does not follow the text, where it does not.
    pub stale: Option<BannerView>,
    about: String,
    locked: Option<String>,
    earlier: u64,
}

impl EditorWords {
    /// Returns the words about what is on the screen.
    pub fn of(bench: &Workbench) -> Self {
        let draft = bench.draft();
        let text = if bench.is_earlier() { &*bench.edition.document.text } else { draft.text() };
        let format = if is_json(text) { "JSON" } else { "YAML" };
        let about = match draft.took() {
            _ if bench.is_earlier() || draft.locked().is_some() => format.to_owned(),
            Some(_) if draft.broken().is_some() => format!("{format} · cannot be read"),
            Some(took) => format!("{format} · checked in {} ms", took.as_millis().max(1)),
            None => format!("{format} · checking"),
        };
        let run = bench.shown_run().filter(|_| bench.is_earlier());
        let locked = run.map(|run| {
            let what = if run.edition.drawn { "is drawn from its events" } else { "ran with this earlier definition" };
            format!("{} {what}", run.name)
        });
        let stale = bench.stale_words().map(|(title, text)| BannerView {
            kind: BannerLine::Invalid,
            title: title.to_owned(),
            text,
            commands: Vec::new(),
        });
        let locked = locked.or_else(|| draft.locked().map(str::to_owned));
        Self { stale, about, locked, earlier: EARLIER + run.map_or(0, RunEntry::key) }
    }

    /// Returns what the editor shows.
    pub fn view<'a>(&'a self, bench: &'a Workbench) -> EditorView<'a> {
        let draft = bench.draft();
        let state = bench.focus().and_then(|it| bench.edition.document.definition.outline.state(it));
        let is_current = bench.is_earlier() || !(draft.is_behind() || bench.is_stale());
        let focus = state.map(|it| {
            let span = Span { start: it.name_span.start, end: it.span.end };
            (&*it.name, is_current.then_some(span))
        });
        let view = EditorView {
            text: draft.text(),
            revision: draft.revision(),
            caret: draft.caret(),
            locked: self.locked.as_deref(),
            unlock: None,
            problems: bench.problems(),
            lenses: draft.lenses(),
            focus,
            crumbs: bench.crumbs(),
            about: &self.about,
        };
        if bench.is_earlier() {
            let text = &*bench.edition.document.text;
            let unlock = Some(Command::ShowNewest);
            return EditorView { text, revision: self.earlier, caret: 0, unlock, lenses: &[], ..view };
        }
        view
    }
}

/// Whether a text is read as JSON and not as YAML.
fn is_json(text: &str) -> bool {
    let begin = text.trim_start_matches('\u{feff}').trim_start();
    ["{", "[", "//", "/*"].iter().any(|it| begin.starts_with(it))
}
