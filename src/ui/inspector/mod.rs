//! The panel at the right: everything about one visit of one state at the cursor.

mod attempts;
mod came_from;
mod error;
mod flow;
mod sections;

use std::ops::Range;
use std::sync::Arc;

use egui::{Align, Frame, Layout, Margin, Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

pub use attempts::AttemptRow;
pub use came_from::{CameFrom, HopRow};
pub use error::{Cause, ErrorView, Handler, Piece, Received, Verdict};
pub use flow::{RuleRow, StepView};

use super::command::Request;
use super::events::EventRow;
use super::fonts;
use super::theme::{INSPECTOR_PADDING, Theme, height};
use super::widgets::code::{Code, Marks, code_ui};
use super::widgets::json_tree::{JsonTree, where_from};
use super::widgets::{Empty, Status, Tab, Tabs, draw, segmented};
use crate::json::Json;
use crate::session::provenance::Question;

/// The tabs of the inspector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InspectorTab {
    /// Status, times, transitions.
    #[default]
    Overview,
    /// The steps from what went in to what came out.
    Data,
    /// The error and who handles it.
    Error,
    /// The attempts of the visit.
    Attempts,
    /// Workflow variables at the cursor.
    Variables,
    /// The state's definition.
    Asl,
    /// The events of the state.
    Events,
}

impl InspectorTab {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Overview, "Overview"),
        (Self::Data, "Data flow"),
        (Self::Error, "Error"),
        (Self::Attempts, "Attempts"),
        (Self::Variables, "Variables"),
        (Self::Asl, "ASL"),
        (Self::Events, "Events"),
    ];
}

/// What the inspector shows.
#[derive(Clone, Debug, Default)]
pub struct InspectorView {
    /// Name of the state.
    pub name: String,
    /// Type, resource and visit.
    pub about: String,
    /// What the visit has come to at the cursor.
    pub status: Option<Status>,
    /// Number of attempts so far.
    pub n_attempts: u32,
    /// The attempt that is shown, from 1.
    pub attempt: u32,
    /// Names and values of the overview, in order.
    pub facts: Vec<Fact>,
    /// What went in.
    pub input: Option<Json>,
    /// What came out.
    pub output: Option<Json>,
    /// The error at the cursor.
    pub error: Option<ErrorView>,
    /// Number of the event at the cursor.
    pub event: u64,
    /// Variables that can be read at the cursor.
    pub variables: Option<Json>,
    /// Lines of the state in the text of the definition, from 0.
    pub lines: Range<usize>,
    /// Events of the visit up to the cursor, at most those that are worth listing.
    pub events: Vec<EventRow>,
    /// The data flow and the attempts, once they have been asked for.
    pub detail: Option<Arc<Detail>>,
    /// What the variables are, where it can be said where they came from.
    pub variables_origin: Option<Question>,
    /// The output, or before there is one the input: what is asked about where no line has the focus.
    pub data_origin: Option<Question>,
    /// Why it cannot be said where anything came from, where that is so.
    pub untraced: Option<&'static str>,
    /// Where a value came from that was asked about.
    pub came_from: Option<Arc<CameFrom>>,
}

/// What is worked out of a visit only when it is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// The steps of the data flow.
    pub steps: Vec<StepView>,
    /// Where steps without an event come from, in a sentence.
    pub source: &'static str,
    /// The attempts.
    pub attempts: Vec<AttemptRow>,
}

/// A line of the overview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// Whether the value is a name or number of the workflow, written in the fixed-width face.
    pub mono: bool,
    /// The state that a click on the value selects.
    pub state: Option<u32>,
}

/// View state of the inspector.
#[derive(Default)]
pub struct InspectorPanel {
    /// The tab that is shown.
    pub tab: InspectorTab,
    raw: bool,
    input: JsonTree,
    output: JsonTree,
    cause: JsonTree,
    received: JsonTree,
    variables: JsonTree,
    /// Whether the data flow shows whole values and not what changes.
    full: bool,
    steps: Vec<JsonTree>,
}

impl InspectorPanel {
    /// Shows the inspector, or what to do where no state is selected.
    pub fn ui(&mut self, view: Option<&InspectorView>, code: Option<&Code>, ui: &mut Ui, out: &mut Vec<Request>) {
        ui.spacing_mut().item_spacing.y = 0.0;
        let Some(view) = view else {
            Empty::new("No state selected").about("Click a state, a lane or an event").show(ui);
            return;
        };
        head_ui(view, ui, out);
        let tabs: Vec<Tab<'_>> = InspectorTab::ALL.iter().map(|(_, name)| Tab::new(name)).collect();
        let selected = InspectorTab::ALL.iter().position(|(tab, _)| *tab == self.tab).unwrap_or(0);
        if let Some(clicked) = Tabs::new("inspector tabs", &tabs, selected).show(ui, |_| {}) {
            self.tab = InspectorTab::ALL[clicked].0;
        }
        if self.tab == InspectorTab::Asl {
            asl_ui(view, code, ui);
            return Self::ask_about_data(view, ui, out);
        }
        let wants_detail = matches!(self.tab, InspectorTab::Data | InspectorTab::Attempts);
        if wants_detail && view.detail.is_none() && view.status.is_some_and(|it| it != Status::NotReached) {
            out.push(Request::ShowDetail);
            ui.ctx().request_repaint();
        }
        if let Some(came_from) = &view.came_from {
            came_from::came_from_ui(came_from, ui, out);
        }
        // What can be done about an error is in reach however much there is to say about it.
        let acts = self.tab == InspectorTab::Error && view.error.is_some();
        let most = ui.available_height() - if acts { error::ACTIONS } else { 0.0 };
        let area = ScrollArea::vertical().id_salt(("inspector", selected)).max_height(most).auto_shrink(false);
        area.show(ui, |ui| {
            let margin = Margin::symmetric(INSPECTOR_PADDING as i8, INSPECTOR_PADDING as i8);
            Frame::new().inner_margin(margin).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                match self.tab {
                    InspectorTab::Overview => sections::overview_ui(view, ui, out),
                    InspectorTab::Data => match view.detail.as_ref().filter(|it| !it.steps.is_empty()) {
                        Some(detail) => {
                            self.steps.resize_with(detail.steps.len(), JsonTree::default);
                            for tree in &mut self.steps {
                                tree.untraced(view.untraced);
                            }
                            flow::flow_ui(detail, &mut self.full, &mut self.steps, ui, out);
                        }
                        None => self.data_ui(view, ui, out),
                    },
                    InspectorTab::Attempts => {
                        let rows = view.detail.as_ref().map(|it| it.attempts.as_slice()).unwrap_or_default();
                        attempts::attempts_ui(rows, view.attempt, ui, out);
                    }
                    InspectorTab::Error => self.error_tab_ui(view, ui, out),
                    InspectorTab::Variables => self.variables_ui(view, ui, out),
                    InspectorTab::Events => sections::events_ui(view, ui, out),
                    InspectorTab::Asl => {}
                }
            });
        });
        if acts {
            error::actions_ui(ui, out);
        }
        Self::ask_about_data(view, ui, out);
    }

    /// Asks about the data as a whole where the wish to know where something came from is not taken by any line.
    fn ask_about_data(view: &InspectorView, ui: &Ui, out: &mut Vec<Request>) {
        if let Some(question) = view.data_origin.as_ref().filter(|_| where_from::take(ui.ctx())) {
            out.push(Request::WhereFrom(Box::new(question.clone())));
        }
    }

    /// Returns the JSON that the open tab is about, for the clipboard.
    pub fn shown_value<'a>(&self, view: &'a InspectorView) -> Option<&'a Json> {
        match self.tab {
            InspectorTab::Variables => view.variables.as_ref(),
            InspectorTab::Error => view.error.as_ref().and_then(|it| it.received.as_ref()).map(|it| &it.value),
            _ => view.output.as_ref().or(view.input.as_ref()),
        }
    }

    fn data_ui(&mut self, view: &InspectorView, ui: &mut Ui, out: &mut Vec<Request>) {
        self.input.untraced(view.untraced);
        self.output.untraced(view.untraced);
        sections::value_ui(
            ui,
            "Input",
            &mut self.input,
            view.input.as_ref(),
            None,
            "The state has not been entered",
            out,
        );
        ui.add_space(super::theme::SECTION_GAP);
        let missing = "The state has not been left at this event";
        sections::value_ui(ui, "Output", &mut self.output, view.output.as_ref(), view.input.as_ref(), missing, out);
    }

    fn variables_ui(&mut self, view: &InspectorView, ui: &mut Ui, out: &mut Vec<Request>) {
        let missing = "No variable is assigned at this event";
        let value = view.variables.as_ref().filter(|it| it.depth() > 0);
        self.variables.traced(view.variables_origin.as_ref()).untraced(view.untraced);
        sections::value_ui(ui, "Variables", &mut self.variables, value, None, missing, out);
    }

    fn error_tab_ui(&mut self, view: &InspectorView, ui: &mut Ui, out: &mut Vec<Request>) {
        match &view.error {
            Some(error) => error::error_ui(error, &mut self.raw, &mut self.cause, &mut self.received, ui, out),
            None => sections::no_error_ui(view.event, ui, out),
        }
    }
}

fn asl_ui(view: &InspectorView, code: Option<&Code>, ui: &mut Ui) {
    let Some(code) = code.filter(|_| !view.lines.is_empty()) else {
        Empty::new("The definition has no such state").show(ui);
        return;
    };
    code_ui(ui, ("asl", &view.name), code, view.lines.clone(), &Marks::default());
}

fn head_ui(view: &InspectorView, ui: &mut Ui, out: &mut Vec<Request>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 68.0), Sense::hover());
    response.widget_info(|| {
        let status = view.status.map_or(String::new(), |it| format!(", {}", it.word()));
        WidgetInfo::labeled(WidgetType::Label, true, format!("inspected: {}{status}", view.name))
    });
    let theme = Theme::of(ui);
    let mut first = Rect::from_min_size(
        pos2(rect.left() + INSPECTOR_PADDING, rect.top() + 12.0),
        vec2(rect.width() - 2.0 * INSPECTOR_PADDING, 24.0),
    );
    let second = first.translate(vec2(0.0, 24.0)).with_max_y(first.bottom() + 20.0);
    if view.n_attempts > 1 {
        first.max.x = attempts_ui(view, ui, first, out) - 12.0;
    }
    let chip_width = view.status.map_or(0.0, |status| status.word_width(ui) + 20.0);
    let name = first.with_max_x(first.right() - chip_width);
    let end = draw::left(ui.painter(), name, &view.name, fonts::strong(fonts::TITLE), theme.text_strong);
    if let Some(status) = view.status {
        let place = Rect::from_min_max(pos2(end + 8.0, first.top() + 2.0), first.max);
        draw::at(ui, place, Layout::left_to_right(Align::Min), |ui| status.chip(ui));
    }
    draw::left(ui.painter(), second, &view.about, fonts::text(fonts::BODY), theme.text_subdued);
}

/// Shows the switch between attempts up to the right edge of `rect`; returns where it begins.
fn attempts_ui(view: &InspectorView, ui: &mut Ui, rect: Rect, out: &mut Vec<Request>) -> f32 {
    /// More are reached by the timeline and the events.
    const MOST: u32 = 6;
    let first = view.attempt.saturating_sub(MOST - 1).max(1).min(view.n_attempts.saturating_sub(MOST - 1).max(1));
    let numbers: Vec<u32> = (first..=view.n_attempts).take(MOST as usize).collect();
    let names: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let choices: Vec<(&str, Option<&str>)> = names.iter().map(|it| (it.as_str(), None)).collect();
    let selected = numbers.iter().position(|it| *it == view.attempt);
    let width: f32 = 28.0 * numbers.len() as f32 + 12.0;
    let place = Rect::from_min_max(pos2(rect.right() - width, rect.top()), rect.max);
    let (clicked, switch) = draw::at(ui, place, Layout::right_to_left(Align::Center), |ui| {
        segmented(ui, "attempt", height::BUTTON_SMALL, selected, &choices)
    });
    if let Some(idx) = clicked {
        out.push(Request::ShowAttempt(numbers[idx]));
    }
    let left = switch.left();
    let label = rect.with_max_x(left - 10.0);
    draw::right(ui.painter(), label, "Attempt", fonts::text(fonts::BODY), Theme::of(ui).text_subdued)
}
