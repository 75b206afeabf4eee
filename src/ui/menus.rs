//! The main menu: the table of commands by groups and sections, with a check mark at what is switched on.

use std::path::PathBuf;

use egui::{Atom, AtomExt as _, Id, RichText, Ui, WidgetInfo, WidgetType, vec2};
use egui_phosphor::regular as icons;

use super::command::{COMMANDS, Command, Entry, Group, Open, Request};
use super::toolbar::ToolbarView;

const WIDTH: f32 = 300.0;
const ROW: f32 = 23.0;
const MARK: f32 = 14.0;

/// The commands above which a rule stands, because another section of their menu begins.
const SECTIONS: &[Command] = &[
    Command::OpenHistory,
    Command::SaveDefinition,
    Command::OpenWorkspace,
    Command::OpenInput,
    Command::ExportHistory,
    Command::CloseDefinition,
    Command::FindInText,
    Command::ApplyFix,
    Command::CopyValue,
    Command::Pause,
    Command::StepOver,
    Command::StepBack,
    Command::ToggleQuotas,
    Command::ForkHere,
    Command::ReplayHistory,
    Command::CompareWith,
    Command::BreakOnUncaught,
    Command::SwitchBreakpoints,
    Command::Start,
    Command::PreviousError,
    Command::PlayOrPause,
    Command::FindEvents,
    Command::FirstDifference,
    Command::GoToState,
    Command::RunScenarios,
    Command::ExportAudit,
    Command::ShowGraph,
    Command::ShowTimeline,
    Command::ShowConsole,
    Command::FitGraph,
    Command::ToggleTheme,
];

/// What stands in front of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nothing, and no room for it.
    None,
    /// Room for a check mark that others have.
    Room,
    /// A check mark.
    Check,
}

/// Shows the main menu.
pub fn main_menu_ui(view: &ToolbarView, ui: &mut Ui, out: &mut Vec<Request>) {
    compact(ui);
    for group in Group::ALL {
        ui.menu_button(group.title(), |ui| group_ui(group, view, ui, out));
    }
    ui.separator();
    command_row_ui(ui, Command::ShowKeys, Mark::None, view.open, out);
    command_row_ui(ui, Command::Quit, Mark::None, view.open, out);
}

/// Returns the rows of a group's menu. Quitting and the keys stand in the menu above.
fn rows(group: Group) -> impl Iterator<Item = &'static Entry> {
    let is_above = |it: &&Entry| matches!(it.command, Command::Quit | Command::ShowKeys);
    COMMANDS.iter().filter(move |it| it.group == group && !is_above(it))
}

fn group_ui(group: Group, view: &ToolbarView, ui: &mut Ui, out: &mut Vec<Request>) {
    ui.set_width(WIDTH);
    compact(ui);
    let has_marks = rows(group).any(|it| view.switched_on.contains(&it.command));
    for (nth, entry) in rows(group).enumerate() {
        if nth > 0 && SECTIONS.contains(&entry.command) {
            ui.separator();
        }
        let mark = match (has_marks, view.switched_on.contains(&entry.command)) {
            (false, _) => Mark::None,
            (true, false) => Mark::Room,
            (true, true) => Mark::Check,
        };
        command_row_ui(ui, entry.command, mark, view.open, out);
        if entry.command == Command::OpenPath && !view.recent.is_empty() {
            ui.menu_button("Open recent", |ui| {
                ui.set_width(320.0);
                compact(ui);
                recent_ui(&view.recent, ui, out);
            });
        }
    }
}

/// The longest menu has to fit into a window of 700 points.
fn compact(ui: &mut Ui) {
    let spacing = ui.spacing_mut();
    spacing.item_spacing.y = 0.0;
    spacing.button_padding.y = 2.0;
    spacing.interact_size.y = ROW;
}

/// Shows files that were opened before.
pub fn recent_ui(recent: &[PathBuf], ui: &mut Ui, out: &mut Vec<Request>) {
    for path in recent.iter().take(8) {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |it| it.to_string_lossy().into_owned());
        let folder = path.parent().map_or(String::new(), |it| it.display().to_string());
        let button = egui::Button::new(shorten(&name, 36)).shortcut_text(shorten(&folder, 28));
        if ui.add(button.frame_when_inactive(false).min_size(vec2(ui.available_width(), ROW))).clicked() {
            out.push(Request::Open(path.clone()));
            ui.close();
        }
    }
}

/// Keeps the end of a text that is too long.
fn shorten(text: &str, most: usize) -> String {
    let n_chars = text.chars().count();
    if n_chars <= most {
        return text.to_owned();
    }
    let tail: String = text.chars().skip(n_chars - most).collect();
    format!("…{tail}")
}

/// Shows a command as a row of a menu.
pub fn command_row_ui(ui: &mut Ui, command: Command, mark: Mark, open: Open, out: &mut Vec<Request>) {
    let entry = command.entry();
    let key = command.key().unwrap_or_default();
    let button = match mark {
        Mark::None => egui::Button::new(entry.text),
        Mark::Room => {
            let room = Atom::custom(Id::new("room of a check mark"), vec2(MARK, MARK));
            egui::Button::new((room, entry.text))
        }
        Mark::Check => {
            let check = RichText::new(icons::CHECK).atom_size(vec2(MARK, MARK));
            egui::Button::new((check, entry.text))
        }
    };
    let button = button.shortcut_text(key).frame_when_inactive(false);
    let enabled = command.enabled(open);
    let response = ui.add_enabled(enabled, button.min_size(vec2(ui.available_width(), ROW)));
    response.widget_info(|| match mark {
        Mark::Check => WidgetInfo::selected(WidgetType::Button, enabled, true, entry.text),
        _ => WidgetInfo::labeled(WidgetType::Button, enabled, entry.text),
    });
    if response.clicked() {
        out.push(Request::Do(command));
        ui.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_menu_is_higher_than_the_smallest_window() {
        for group in Group::ALL {
            let n_rules = rows(group).filter(|it| SECTIONS.contains(&it.command)).count();
            // A rule is six points high, "Open recent" one row more, and the frame twelve.
            let n_rows = rows(group).count() + usize::from(group == Group::File);
            let height = n_rows as f32 * ROW + n_rules as f32 * 6.0 + 12.0;
            assert!(height < 700.0, "{} is {height} high", group.title());
        }
    }

    #[test]
    fn no_section_of_a_menu_is_longer_than_eight_rows() {
        for group in Group::ALL {
            let mut n_rows = 0;
            for entry in rows(group) {
                n_rows = if SECTIONS.contains(&entry.command) { 1 } else { n_rows + 1 };
                assert!(n_rows <= 8, "{} has many rows at {:?}", group.title(), entry.text);
            }
        }
    }

    #[test]
    fn the_end_of_a_long_name_is_what_tells_it_from_others() {
        assert_eq!(shorten("a/b/c", 3), "…b/c");
        assert_eq!(shorten("a/b", 3), "a/b");
    }
}
