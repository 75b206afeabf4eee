//! The key sheet: every command that has a key, by group, in as many columns as fit.

use egui::{Id, Modal, RichText, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, vec2};

use super::command::{COMMANDS, Chord, Entry, Group};
use super::fonts;
use super::theme::{Theme, height};
use super::widgets::{draw, key_cap_at};

const COLUMN: f32 = 280.0;
const GAP: f32 = 40.0;
const MOST_COLUMNS: usize = 3;

/// Shows every key; returns whether the sheet stays open.
pub fn key_sheet_ui(ctx: &egui::Context) -> bool {
    let modal = Modal::new(Id::new("keys"))
        .backdrop_color(egui::Color32::from_black_alpha(90))
        .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(20.0));
    let answer = modal.show(ctx, |ui| {
        let window = ctx.content_rect().size();
        let room = window.x - 80.0;
        let n_fitting = ((room + GAP) / (COLUMN + GAP)).max(1.0) as usize;
        let columns = columns(n_fitting.min(MOST_COLUMNS));
        ui.set_width((columns.len() as f32 * (COLUMN + GAP) - GAP).min(room));
        let theme = Theme::of(ui);
        ui.label(RichText::new("Keys").font(fonts::strong(fonts::TITLE)).color(theme.text_strong));
        ui.add_space(8.0);
        let most = (window.y - 140.0).max(120.0);
        let area = ScrollArea::vertical().max_height(most).min_scrolled_height(most).auto_shrink([false, true]);
        area.show(ui, |ui| {
            // Beside the bar that scrolls.
            ui.set_max_width(ui.available_width() - 12.0);
            ui.spacing_mut().item_spacing.x = GAP;
            ui.columns(columns.len(), |uis| {
                for (groups, ui) in columns.iter().zip(uis) {
                    for group in groups {
                        group_ui(*group, ui);
                    }
                }
            });
        });
    });
    !answer.should_close()
}

fn with_key(group: Group) -> impl Iterator<Item = &'static Entry> {
    COMMANDS.iter().filter(move |it| it.group == group && !it.chords.is_empty())
}

/// Deals the groups out, in their order, to columns of about the same height.
fn columns(n: usize) -> Vec<Vec<Group>> {
    // A heading takes the place of about two rows.
    let n_rows = |group: Group| with_key(group).count() + 2;
    let fair = Group::ALL.into_iter().map(n_rows).sum::<usize>().div_ceil(n.max(1));
    let mut columns: Vec<Vec<Group>> = vec![Vec::new()];
    let mut used = 0;
    for group in Group::ALL {
        // A group stands where most of it fits.
        if used + n_rows(group) / 2 > fair * columns.len() && columns.len() < n {
            columns.push(Vec::new());
        }
        used += n_rows(group);
        columns.last_mut().expect("there is a first column").push(group);
    }
    columns
}

fn group_ui(group: Group, ui: &mut Ui) {
    let theme = Theme::of(ui);
    ui.add_space(8.0);
    ui.label(RichText::new(group.title()).font(fonts::strong(fonts::HEADING)).color(theme.text_strong));
    ui.spacing_mut().item_spacing.y = 2.0;
    for entry in with_key(group) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height::CHIP), Sense::hover());
        let text = entry.text.trim_end_matches('…');
        response.widget_info(|| {
            let keys: Vec<String> = entry.chords.iter().map(Chord::text).collect();
            WidgetInfo::labeled(WidgetType::Label, true, format!("{text}: {}", keys.join(", ")))
        });
        let mut right = rect.right();
        for chord in entry.chords.iter().rev() {
            right = key_cap_at(ui, right, rect.center().y, &chord.text(), true) - 4.0;
        }
        draw::left(ui.painter(), rect.with_max_x(right - 4.0), text, fonts::text(fonts::BODY), theme.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_stands_once_and_in_order_in_any_number_of_columns() {
        for n in 1..=4 {
            let columns = columns(n);
            assert!(columns.len() <= n);
            assert_eq!(columns.concat(), Group::ALL);
        }
    }

    #[test]
    fn three_columns_are_about_as_high_as_each_other() {
        let rows = |groups: &Vec<Group>| groups.iter().map(|it| with_key(*it).count() + 2).sum::<usize>();
        let heights: Vec<usize> = columns(3).iter().map(rows).collect();
        assert_eq!(heights.len(), 3);
        assert!(heights.iter().max() < heights.iter().min().map(|it| it * 2).as_ref(), "{heights:?}");
    }
}
