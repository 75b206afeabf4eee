//! The Saga audit tab: what fails, what becomes of each step then, and what that means.

use egui::{Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::pairs::PairsForm;
use super::{Ask, ExploreInput, nothing_explored_ui, stale_ui};
use crate::diagnostic::Severity;
use crate::explore::{Cell, Outcome};
use crate::ui::command::{Command, Request};
use crate::ui::fonts;
use crate::ui::problems::severity_mark;
use crate::ui::theme::{Theme, height};
use crate::ui::widgets::{Button, Chip, Empty, Look, draw, row_ground};

/// What the tab shows.
#[derive(Clone, Debug, Default)]
pub struct AuditView {
    /// The steps, in the order in which they are done.
    pub steps: Vec<String>,
    /// What fails, and what became of it.
    pub rows: Vec<AuditRow>,
    /// Whether there would have been more.
    pub is_cut: bool,
    /// By names: what undoes each step.
    pub pairs: Vec<(String, Vec<String>)>,
    /// The names of all tasks.
    pub tasks: Vec<String>,
}

/// A row: a failure, or two.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// What fails, `BookCar then CancelHotel`.
    pub title: String,
    /// The state that fails first.
    pub state: String,
    /// What became of each step.
    pub cells: Vec<Cell>,
    /// Where the run ends.
    pub ends_in: String,
    /// What it means.
    pub verdict: Outcome,
}

impl AuditRow {
    fn leaves_something(&self) -> bool {
        self.cells.contains(&Cell::LeftInPlace)
    }
}

/// View state of the tab.
#[derive(Default)]
pub struct AuditPanel {
    only_left: bool,
    selected: Option<usize>,
    form: Option<PairsForm>,
}

/// Widths of columns; what fails and where it ends have at least these.
const CELL: f32 = 106.0;
/// The same where that is too wide: `left` for `left in place`.
const SHORT_CELL: f32 = 70.0;
const VERDICT: f32 = 128.0;
const TITLE: f32 = 110.0;
const ENDS: f32 = 80.0;

impl AuditPanel {
    /// Shows the filters and the button of the form.
    pub fn tools_ui(&mut self, input: ExploreInput<'_>, ui: &mut Ui) {
        let Some(view) = input.explored.map(|it| &it.audit) else { return };
        let (icon, text) = if self.form.is_some() {
            (icons::TABLE, "Show the matrix")
        } else {
            (icons::ARROWS_LEFT_RIGHT, "What undoes what…")
        };
        if Button::icon(icon, text).look(Look::Bare).show(ui).clicked() {
            self.form = match self.form.take() {
                Some(_) => None,
                None => Some(PairsForm::new(view)),
            };
        }
        if self.form.is_some() || view.rows.is_empty() {
            return;
        }
        let n_left = view.rows.iter().filter(|it| it.leaves_something()).count();
        if Chip::filter(&format!("Left in place {n_left}"), self.only_left).show(ui).clicked() {
            self.only_left = true;
        }
        let all = format!("All {} cases", view.rows.len());
        if Chip::filter(&all, !self.only_left).show(ui).clicked() {
            self.only_left = false;
        }
    }

    /// Shows the tab.
    pub fn ui(&mut self, input: ExploreInput<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
        let Some(view) = input.explored.map(|it| &it.audit) else {
            let about = "What stays done when a step fails, and when another one fails meanwhile";
            return nothing_explored_ui(input.under_way, about, ui, out);
        };
        if let Some(form) = &mut self.form {
            if form.ui(ui, out) {
                self.form = None;
            }
            return;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        stale_ui(input.is_stale, ui);
        if view.rows.is_empty() {
            let empty = Empty::new("No saga").about("No state undoes another one, as far as names tell");
            if empty.action("What undoes what…", None).show(ui).is_some_and(|it| it.clicked()) {
                self.form = Some(PairsForm::new(view));
            }
            return;
        }
        let rows: Vec<usize> =
            (0..view.rows.len()).filter(|it| !self.only_left || view.rows[*it].leaves_something()).collect();
        let least = |cell: f32| TITLE + cell * view.steps.len() as f32 + ENDS + VERDICT + 16.0;
        let room = ui.available_width();
        let cell = if least(CELL) > room { SHORT_CELL } else { CELL };
        let width = room.max(least(cell));
        ScrollArea::horizontal().id_salt("audit across").auto_shrink(false).show(ui, |ui| {
            ui.set_min_width(width);
            head_ui(&view.steps, cell, ui);
            let area = ScrollArea::vertical().id_salt("audit").auto_shrink(false);
            area.show_rows(ui, height::ROW, rows.len(), |ui, shown| {
                for &idx in rows.get(shown).unwrap_or_default() {
                    if row_ui(&view.steps, cell, &view.rows[idx], self.selected == Some(idx), ui) {
                        self.selected = Some(idx);
                        out.push(Request::Explore(Ask::OpenAuditRow(idx)));
                    }
                }
            });
        });
        if view.is_cut {
            ui.label("There are more double failures than were looked at");
        }
    }

    /// Shows the button that writes the audit.
    pub fn export_ui(input: ExploreInput<'_>, ui: &mut Ui, out: &mut Vec<Request>) {
        if input.explored.is_some_and(|it| !it.audit.rows.is_empty()) {
            let entry = Command::ExportAudit.entry();
            if Button::icon(icons::EXPORT, entry.text).about(entry.tooltip).look(Look::Bare).show(ui).clicked() {
                out.push(Request::Do(Command::ExportAudit));
            }
        }
    }
}

/// Returns the columns: what fails, one for each step, where it ends, the verdict.
fn columns(rect: Rect, n_steps: usize, cell: f32) -> Vec<Rect> {
    let mut left = rect.left() + 12.0;
    let free = rect.width() - 16.0 - cell * n_steps as f32 - VERDICT - TITLE - ENDS;
    let (title, ends) = (TITLE + free.max(0.0) * 0.55, ENDS + free.max(0.0) * 0.45);
    let widths = std::iter::once(title).chain(std::iter::repeat_n(cell, n_steps)).chain([ends, VERDICT]);
    widths
        .map(|width| {
            let part = Rect::from_min_max(pos2(left, rect.top()), pos2(left + width - 6.0, rect.bottom()));
            left += width;
            part
        })
        .collect()
}

fn head_ui(steps: &[String], cell: f32, ui: &mut Ui) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::ROW));
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, theme.bg_raised);
    let heads = std::iter::once("Fails at").chain(steps.iter().map(String::as_str)).chain(["Ends in", "Verdict"]);
    for (place, name) in columns(rect, steps.len(), cell).into_iter().zip(heads) {
        draw::left(ui.painter(), place, name, fonts::strong(fonts::SMALL), theme.text_subdued);
    }
}

/// Shows a row; returns whether it was clicked.
fn row_ui(steps: &[String], width: f32, row: &AuditRow, selected: bool, ui: &mut Ui) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::click());
    response.widget_info(|| {
        let cells = steps.iter().zip(&row.cells).map(|(step, cell)| match cell {
            Cell::NotDone => format!("{step} not started"),
            other => format!("{step} {other}"),
        });
        let cells = cells.collect::<Vec<_>>().join(", ");
        let label = format!("Fails at {}: {cells}, ends in {}, {}", row.title, row.ends_in, row.verdict);
        WidgetInfo::selected(WidgetType::SelectableLabel, true, selected, label)
    });
    if ui.is_rect_visible(rect) {
        row_ground(ui, rect, &response, selected);
        let theme = Theme::of(ui);
        let painter = ui.painter();
        draw::rule_below(painter, rect, theme);
        let places = columns(rect, steps.len(), width);
        let (title, rest) = places.split_first().expect("there is a column for what fails");
        draw::left(painter, *title, &row.title, fonts::strong(fonts::BODY), theme.text_strong);
        for (place, cell) in rest.iter().zip(&row.cells) {
            cell_ui(painter, *place, *cell, width < CELL, theme);
        }
        let ends = rest[steps.len()];
        draw::left(painter, ends, &row.ends_in, fonts::text(fonts::BODY), theme.text);
        let verdict = rest[steps.len() + 1];
        let (icon, color) = match row.verdict.severity() {
            Severity::Note if row.verdict == Outcome::Unknown => severity_mark(Severity::Note, theme),
            Severity::Note => (icons::CHECK, theme.status_ok),
            other => severity_mark(other, theme),
        };
        draw::icon(painter, pos2(verdict.left() + 8.0, verdict.center().y), icon, fonts::icon::ROW, color);
        let words = verdict.with_min_x(verdict.left() + 22.0);
        draw::left(painter, words, &row.verdict.to_string(), fonts::strong(fonts::BODY), theme.text_strong);
        draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
    }
    response.on_hover_text("Opens it as a run").clicked()
}

fn cell_ui(painter: &egui::Painter, place: Rect, cell: Cell, short: bool, theme: &Theme) {
    let (icon, color, strong) = match cell {
        Cell::NotDone => {
            draw::left(painter, place, "–", fonts::text(fonts::BODY), theme.text_subdued);
            return;
        }
        Cell::Kept => (icons::CHECK, theme.status_ok, false),
        Cell::Undone(_) => (icons::ARROW_U_UP_LEFT, theme.status_comp, false),
        Cell::LeftInPlace | Cell::UndoneTwice => (icons::WARNING, theme.status_fail, true),
    };
    draw::icon(painter, pos2(place.left() + 8.0, place.center().y), icon, fonts::icon::ROW, color);
    let words = match cell {
        Cell::LeftInPlace if short => "left".to_owned(),
        Cell::UndoneTwice if short => "twice".to_owned(),
        // The arrow says what was done.
        Cell::Undone(_) if short => cell.to_string().replace("undone ", ""),
        _ => cell.to_string(),
    };
    let font = if strong { fonts::strong(fonts::BODY) } else { fonts::text(fonts::BODY) };
    draw::left(painter, place.with_min_x(place.left() + 19.0), &words, font, theme.text_strong);
}
