//! The bar at the top: menu, document, mode, transport, seed, search, panels and theme. Everything it can do is a
//! command; what this version cannot do yet is disabled and says so.

use std::path::PathBuf;

use egui::{Align, Layout, Popup, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::command::{Command, Open, Request};
use super::fonts;
use super::menus::{Mark, command_row_ui, main_menu_ui, recent_ui};
use super::theme::{Theme, height, radius};
use super::widgets::{Button, Look, draw, key_cap_at, segmented};
use super::workspace::RunPlace;
use crate::session::pace::Pace;

const MODE_LEFT: f32 = 262.0;
const SEARCH_WIDTH: f32 = 224.0;

/// What the toolbar shows.
#[derive(Clone, Debug, Default)]
pub struct ToolbarView {
    /// Name of the definition's file.
    pub document: Option<String>,
    /// Whether its text has changes that are not saved.
    pub edited: bool,
    /// Seed of the run.
    pub seed: Option<u64>,
    /// How fast virtual time passes.
    pub pace: Option<Pace>,
    /// The last run that was made here, and the last history.
    pub runs: [Option<RunPlace>; 2],
    /// What is open.
    pub open: Open,
    /// The commands that switch something that is switched on.
    pub switched_on: Vec<Command>,
    /// Whether the bottom is about exploring.
    pub explores: bool,
    /// Files opened before, the last one first.
    pub recent: Vec<PathBuf>,
}

/// Shows the toolbar.
pub fn toolbar_ui(view: &ToolbarView, ui: &mut Ui, out: &mut Vec<Request>) {
    let bar = ui.max_rect();
    let width = bar.width();
    let part = |from: f32, to: f32| {
        Rect::from_min_max(pos2(bar.left() + from, bar.top()), pos2(bar.left() + to, bar.bottom()))
    };
    ui.spacing_mut().item_spacing.x = 4.0;
    left_ui(ui, part(8.0, MODE_LEFT - 8.0), |ui| menu_and_document_ui(view, ui, out));
    left_ui(ui, part(MODE_LEFT, width), |ui| {
        let modes = [
            ("Run", (!view.open.definition || view.open.bare).then_some("Open a definition to run it")),
            ("Replay", view.runs[1].is_none().then_some("Open an execution history to replay it")),
            ("Explore", (!view.open.definition || view.open.bare).then_some("Open a definition to explore it")),
        ];
        let mode = if view.explores { 2 } else { usize::from(view.open.recorded) };
        match segmented(ui, "mode", height::BUTTON, view.open.definition.then_some(mode), &modes) {
            Some(2) if view.open.explored || view.open.exploring => out.push(Request::Do(Command::ShowFindings)),
            Some(2) => out.push(Request::Do(Command::ExploreFailures)),
            Some(clicked) => {
                out.extend(view.runs.get(clicked).copied().flatten().map(Request::ShowRun));
                if view.explores {
                    out.push(Request::Do(Command::ShowTimeline));
                }
            }
            None => {}
        }
        rule_ui(ui);
        transport_ui(view.open, ui, out);
    });
    let right = Rect::from_min_max(bar.left_top(), bar.right_bottom() - vec2(8.0, 0.0));
    let layout = Layout::right_to_left(Align::Center);
    draw::at(ui, right, layout, |ui| right_ui(view, ui, width, out));
}

fn left_ui(ui: &mut Ui, rect: Rect, content: impl FnOnce(&mut Ui)) {
    let layout = Layout::left_to_right(Align::Center);
    draw::at(ui, rect, layout, content);
}

fn menu_and_document_ui(view: &ToolbarView, ui: &mut Ui, out: &mut Vec<Request>) {
    let menu = Button::icon(icons::LIST, "Menu").look(Look::Bare).icon_size(fonts::icon::TOOLBAR).show(ui);
    Popup::menu(&menu).width(180.0).show(|ui| main_menu_ui(view, ui, out));
    ui.add_space(4.0);
    let theme = Theme::of(ui);
    let name = view.document.as_deref().unwrap_or("Stepscope");
    let size = vec2(ui.available_width(), height::BUTTON);
    if view.document.is_none() {
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        draw::left(ui.painter(), rect, name, fonts::strong(fonts::HEADING), theme.text_strong);
        return;
    }
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let edited = if view.edited { ", edited" } else { "" };
    response.widget_info(|| {
        WidgetInfo::labeled(WidgetType::Button, true, format!("definition {name}{edited}, recent files"))
    });
    if response.hovered() {
        ui.painter().rect_filled(rect, radius::BUTTON, theme.bg_hover);
    }
    let mut text = rect;
    text.max.x -= if view.edited { 62.0 } else { 20.0 };
    let mut end = draw::left(ui.painter(), text, name, fonts::strong(fonts::HEADING), theme.text_strong);
    if view.edited {
        let mark = rect.with_min_x(end + 8.0);
        end = draw::left(ui.painter(), mark, "edited", fonts::text(fonts::SMALL), theme.text_subdued);
    }
    draw::icon(ui.painter(), pos2(end + 12.0, rect.center().y), icons::CARET_DOWN, 12.0, theme.text_subdued);
    draw::focus_ring(ui, &response, rect, radius::BUTTON);
    Popup::menu(&response).width(320.0).show(|ui| {
        command_row_ui(ui, Command::OpenDefinition, Mark::None, view.open, out);
        recent_ui(&view.recent, ui, out);
        ui.separator();
        command_row_ui(ui, Command::CloseDefinition, Mark::None, view.open, out);
    });
}

fn transport_ui(open: Open, ui: &mut Ui, out: &mut Vec<Request>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    let mut command_ui = |ui: &mut Ui, icon: &str, command: Command| {
        if Button::command(icon, command, open).show(ui).clicked() {
            out.push(Request::Do(command));
        }
    };
    command_ui(ui, icons::SKIP_BACK, Command::Start);
    command_ui(ui, icons::REWIND, Command::ReverseContinue);
    command_ui(ui, icons::ARROW_U_UP_LEFT, Command::StepBack);
    ui.add_space(6.0);
    primary_ui(open, ui, out);
    ui.add_space(6.0);
    let mut command_ui = |ui: &mut Ui, icon: &str, command: Command| {
        if Button::command(icon, command, open).show(ui).clicked() {
            out.push(Request::Do(command));
        }
    };
    command_ui(ui, icons::ARROW_ARC_RIGHT, Command::StepOver);
    command_ui(ui, icons::ARROW_LINE_DOWN, Command::StepInto);
    command_ui(ui, icons::ARROW_LINE_UP, Command::StepOut);
    command_ui(ui, icons::SKIP_FORWARD, Command::End);
    rule_ui(ui);
    command_ui(ui, icons::STOP, Command::Stop);
    command_ui(ui, icons::ARROW_COUNTER_CLOCKWISE, Command::Restart);
}

/// Shows what is done most: going on, or pausing what goes on. Its place stays the same.
fn primary_ui(open: Open, ui: &mut Ui, out: &mut Vec<Request>) {
    let button = |command: Command, icon, text| {
        let entry = command.entry();
        let button = Button::icon(icon, text).with_text(text).key(command.key().unwrap_or_default());
        button.about(entry.tooltip).look(Look::Primary).enabled(command.enabled(open))
    };
    let continues = button(Command::Continue, icons::PLAY, Command::Continue.entry().text);
    let (rect, _) = ui.allocate_exact_size(vec2(continues.width(ui), height::BUTTON), Sense::hover());
    let (command, button) = if open.going {
        (Command::Pause, button(Command::Pause, icons::PAUSE, Command::Pause.entry().text))
    } else if open.can_continue || !open.definition {
        (Command::Continue, continues)
    } else {
        (Command::Continue, button(Command::Continue, icons::PLAY, "Run"))
    };
    if button.show_at(ui, rect).clicked() {
        out.push(Request::Do(command));
    }
}

fn right_ui(view: &ToolbarView, ui: &mut Ui, width: f32, out: &mut Vec<Request>) {
    let theme = Theme::of(ui);
    let open = view.open;
    let icon = if theme.dark { icons::SUN } else { icons::MOON };
    if Button::command(icon, Command::ToggleTheme, open).show(ui).clicked() {
        out.push(Request::Do(Command::ToggleTheme));
    }
    if Button::command(icons::SIDEBAR_SIMPLE, Command::ToggleWorkspace, open).show(ui).clicked() {
        out.push(Request::Do(Command::ToggleWorkspace));
    }
    ui.add_space(4.0);
    if width < 1180.0 {
        if Button::command(icons::MAGNIFYING_GLASS, Command::ShowPalette, open).show(ui).clicked() {
            out.push(Request::Do(Command::ShowPalette));
        }
        return;
    }
    search_ui(ui, out);
    if width < 1360.0 {
        return;
    }
    rule_ui(ui);
    let ink = if open.run { theme.text } else { theme.line_strong };
    if let Some(seed) = view.seed {
        label_ui(
            ui,
            icons::SHUFFLE,
            &format!("Seed {seed}"),
            ink,
            "Decides jitter and random numbers, so that a run can be repeated",
        );
    }
    pace_ui(view.pace, ui, out);
}

/// Shows how fast virtual time passes, and the paces to choose from.
fn pace_ui(pace: Option<Pace>, ui: &mut Ui, out: &mut Vec<Request>) {
    let shown = pace.unwrap_or_default();
    let name = shown.name();
    let about = "How fast waits, back-offs and time-outs pass on the virtual clock";
    let button = Button::icon(icons::TIMER, &name).with_text(&name).look(Look::Bare).about(about);
    let button = button.enabled(pace.is_some()).show(ui);
    Popup::menu(&button).width(260.0).show(|ui| {
        for choice in Pace::ALL {
            let row = egui::Button::new(choice.name()).shortcut_text(choice.about()).selected(choice == shown);
            if ui.add(row.frame_when_inactive(false).min_size(vec2(260.0, 24.0))).clicked() {
                out.push(Request::SetPace(choice));
                ui.close();
            }
        }
    });
}

fn label_ui(ui: &mut Ui, icon: &str, text: &str, ink: egui::Color32, about: &str) {
    let width = draw::width(ui, text, fonts::text(fonts::BODY)) + 40.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height::BUTTON), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, text));
    draw::icon(ui.painter(), pos2(rect.left() + 12.0, rect.center().y), icon, fonts::icon::ROW, ink);
    let mut inner = rect;
    inner.min.x += 28.0;
    draw::left(ui.painter(), inner, text, fonts::text(fonts::BODY), ink);
    draw::tooltip(response, text, None, Some(about));
}

fn search_ui(ui: &mut Ui, out: &mut Vec<Request>) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(SEARCH_WIDTH, height::BUTTON), Sense::click());
    let text = Command::ShowPalette.entry().text;
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, text));
    let fill = if response.hovered() { theme.bg_hover } else { theme.bg_panel };
    let stroke = Stroke::new(1.0, if response.hovered() { theme.line_strong } else { theme.line_subtle });
    ui.painter().rect(rect, radius::BUTTON, fill, stroke, StrokeKind::Inside);
    draw::icon(ui.painter(), pos2(rect.left() + 17.0, rect.center().y), icons::MAGNIFYING_GLASS, 16.0, theme.text);
    let mut inner = rect;
    inner.min.x += 32.0;
    draw::left(ui.painter(), inner, text, fonts::text(fonts::BODY), theme.text);
    if let Some(key) = Command::ShowPalette.key() {
        key_cap_at(ui, rect.right() - 8.0, rect.center().y, &key, true);
    }
    draw::focus_ring(ui, &response, rect, radius::BUTTON);
    if response.clicked() {
        out.push(Request::Do(Command::ShowPalette));
    }
}

fn rule_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(13.0, 20.0), Sense::hover());
    let x = rect.center().x.floor() + 0.5;
    ui.painter().vline(x, rect.y_range(), Theme::of(ui).rule());
}
