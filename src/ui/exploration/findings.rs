//! The Findings tab: what exploration found, the worst first, and whether every run reaches the states that it is to.

use egui::{Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::{Ask, ExploreInput, link_ui, nothing_explored_ui, stale_ui};
use crate::diagnostic::Severity;
use crate::ui::command::Request;
use crate::ui::fonts;
use crate::ui::problems::severity_mark;
use crate::ui::theme::{Theme, height};
use crate::ui::widgets::{Empty, draw, row_ground};

/// A finding.
#[derive(Clone, Debug)]
pub struct FindingView {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong in a few words.
    pub title: String,
    /// The state.
    pub state: Option<String>,
    /// Errors and the like, in a line.
    pub second: String,
    /// What is wrong in a sentence.
    pub what: String,
    /// The 1-based line of the definition's text.
    pub line: Option<usize>,
    /// Why.
    pub why: String,
    /// What to do.
    pub help: String,
    /// In how many runs it was seen.
    pub seen_in: String,
    /// The shortest run that shows it, and how many events that has; none where something never happens.
    pub run: Option<RunView>,
}

/// The run that shows a finding.
#[derive(Clone, Debug)]
pub struct RunView {
    /// What its tasks answer, in order.
    pub steps: Vec<StepView>,
    /// Number of its events.
    pub n_events: usize,
}

/// An answer of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepView {
    /// The state; empty for the end of the run.
    pub state: String,
    /// What became of it.
    pub text: String,
    /// Whether it is a failure.
    pub is_fault: bool,
    /// A word at the right, such as `injected fault`.
    pub note: String,
}

/// A state that every run is to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlwaysView {
    /// Its name.
    pub state: String,
    /// Whether every run does: `None` where it could not be found out.
    pub holds: Option<bool>,
    /// What was found, in words.
    pub words: String,
    /// Whether a run shows it.
    pub has_run: bool,
}

/// Returns the word for a severity.
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    }
}

/// Shows the tab.
pub fn findings_ui(input: ExploreInput<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
    let Some(view) = input.explored else {
        let about = "Every task with every answer that makes a difference, and what comes of it";
        return nothing_explored_ui(input.under_way, about, ui, out);
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    stale_ui(input.is_stale, ui);
    for (nth, it) in view.always.iter().enumerate() {
        always_ui(nth, it, ui, out);
    }
    if view.findings.is_empty() {
        Empty::new("Nothing found").about(&view.text).show(ui);
        return;
    }
    let area = ScrollArea::vertical().id_salt("findings").auto_shrink(false);
    area.show_rows(ui, height::ROW_TWO_LINES, view.findings.len(), |ui, rows| {
        let first = rows.start;
        for (idx, finding) in (first..).zip(view.findings.get(rows).unwrap_or_default()) {
            finding_ui(idx, finding, input.finding == Some(idx), ui, out);
        }
    });
}

fn finding_ui(idx: usize, finding: &FindingView, selected: bool, ui: &mut Ui, out: &mut Vec<Request>) {
    let size = vec2(ui.available_width(), height::ROW_TWO_LINES);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let events = finding.run.as_ref().map_or_else(|| "no run".to_owned(), |it| format!("{} events", it.n_events));
    response.widget_info(|| {
        let word = severity_word(finding.severity);
        let label = format!("{word}, {}, {}, {events}", finding.title, finding.second);
        WidgetInfo::selected(WidgetType::SelectableLabel, true, selected, label)
    });
    row_ground(ui, rect, &response, selected);
    let theme = Theme::of(ui);
    draw::rule_below(ui.painter(), rect, theme);
    let (icon, color) = severity_mark(finding.severity, theme);
    let first =
        Rect::from_min_max(pos2(rect.left() + 36.0, rect.top() + 4.0), pos2(rect.right() - 12.0, rect.top() + 22.0));
    let second = first.translate(vec2(0.0, 18.0));
    draw::icon(ui.painter(), pos2(rect.left() + 20.0, first.center().y), icon, fonts::icon::ROW, color);
    let mut room = first;
    if finding.run.is_some() {
        let place = first.with_min_x((first.right() - 64.0).max(first.left()));
        if link_ui(ui, place, "Open run", &format!("Open run of finding {}", idx + 1)) {
            out.push(Request::Explore(Ask::OpenFinding(idx)));
        }
        room.max.x = place.left() - 8.0;
    }
    let painter = ui.painter();
    draw::left(painter, room, &finding.title, fonts::strong(fonts::BODY), theme.text_strong);
    let from = draw::right(painter, second, &events, fonts::text(fonts::BODY), theme.text_subdued);
    let room = second.with_max_x(from - 8.0);
    draw::left(painter, room, &finding.second, fonts::text(fonts::BODY), theme.text_subdued);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    if response.clicked() {
        out.push(Request::Explore(Ask::ShowFinding(idx)));
    }
}

fn always_ui(nth: usize, it: &AlwaysView, ui: &mut Ui, out: &mut Vec<Request>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::click());
    let text = format!("{} must always run: {}", it.state, it.words);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &text));
    let theme = Theme::of(ui);
    row_ground(ui, rect, &response, false);
    draw::rule_below(ui.painter(), rect, theme);
    let (icon, color) = match it.holds {
        Some(true) => (icons::SHIELD_CHECK, theme.status_ok),
        Some(false) => (icons::SHIELD_WARNING, theme.status_fail),
        None => (icons::SHIELD, theme.text_subdued),
    };
    draw::icon(ui.painter(), pos2(rect.left() + 20.0, rect.center().y), icon, fonts::icon::ROW, color);
    let mut room = rect.shrink2(vec2(12.0, 0.0)).with_min_x(rect.left() + 36.0);
    if it.has_run {
        let place = room.with_min_x((room.right() - 64.0).max(room.left()));
        if link_ui(ui, place, "Open run", &format!("Open run without {}", it.state)) {
            out.push(Request::Explore(Ask::OpenAlways(nth)));
        }
        room.max.x = place.left() - 8.0;
    }
    draw::left(ui.painter(), room, &text, fonts::text(fonts::BODY), theme.text_strong);
    draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    if response.clicked() {
        out.push(Request::Explore(Ask::Select(it.state.clone())));
    }
}
