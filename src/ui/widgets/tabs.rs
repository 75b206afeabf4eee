//! The tab row: tabs with count badges; those that do not fit stand in a `…` menu.

use egui::{Popup, Rect, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::{Button, Look, draw, grouped};
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};

/// A tab.
#[derive(Clone, Copy, Debug)]
pub struct Tab<'a> {
    /// The name.
    pub name: &'a str,
    /// A number behind the name.
    pub count: Option<usize>,
}

impl<'a> Tab<'a> {
    /// Returns a tab without a number.
    pub fn new(name: &'a str) -> Self {
        Self { name, count: None }
    }

    /// Returns a tab with a number.
    pub fn counted(name: &'a str, count: usize) -> Self {
        Self { name, count: Some(count) }
    }

    fn width(&self, ui: &Ui, padding: f32) -> f32 {
        // The wider face, so that nothing moves when the tab is selected.
        let name = draw::width(ui, self.name, fonts::strong(fonts::BODY));
        (name + self.count.map_or(0.0, |count| badge_width(ui, count) + 6.0) + 2.0 * padding).ceil()
    }
}

const PADDING: f32 = 12.0;
/// Where they do not all fit otherwise.
const TIGHT: f32 = 8.0;
const OVERFLOW: f32 = 32.0;

/// A row of tabs, with room at its right for controls.
pub struct Tabs<'a> {
    name: &'a str,
    choices: &'a [Tab<'a>],
    selected: usize,
}

impl<'a> Tabs<'a> {
    /// Returns a row of `tabs`; `name` says what they switch.
    pub fn new(name: &'a str, tabs: &'a [Tab<'a>], selected: usize) -> Self {
        Self { name, choices: tabs, selected }
    }

    /// Shows the row over the whole width, with `trailing` laid out from the right; returns the tab that was clicked.
    pub fn show(self, ui: &mut Ui, trailing: impl FnOnce(&mut Ui)) -> Option<usize> {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height::TABS));
        let theme = Theme::of(ui);
        draw::rule_below(ui.painter(), rect, theme);
        let widths = |padding| self.choices.iter().map(|tab| tab.width(ui, padding)).collect::<Vec<f32>>();
        let (wide, tight) = (widths(PADDING), widths(TIGHT));
        let least = wide.get(self.selected).copied().unwrap_or_default() + OVERFLOW;
        let trailing_rect = rect.shrink2(vec2(8.0, 0.0)).with_min_x((rect.left() + least).min(rect.right() - 8.0));
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        let taken = draw::at(ui, trailing_rect, layout, trailing).1.width();
        let room = rect.width() - if taken > 0.0 { taken + 16.0 } else { 0.0 };
        let (padding, widths) = if wide.iter().sum::<f32>() <= room { (PADDING, wide) } else { (TIGHT, tight) };
        // The first name stays where it is.
        let start = rect.left() + PADDING - padding;
        let room = room - (PADDING - padding);
        let fits = self.n_fitting(&widths, room);
        let mut clicked = None;
        let mut left = start;
        for idx in fits {
            let part = Rect::from_min_size(pos2(left, rect.top()), vec2(widths[idx], height::TABS));
            left += widths[idx];
            if self.tab_ui(ui, idx, part, padding) {
                clicked = Some(idx);
            }
        }
        if left < start + widths.iter().sum::<f32>() {
            let part = Rect::from_min_size(pos2(left + 2.0, rect.top() + 2.0), vec2(28.0, 28.0));
            clicked = self.overflow_ui(ui, part).or(clicked);
        }
        clicked
    }

    /// Returns the tabs that are shown: as many as fit from the start, the selected one among them.
    fn n_fitting(&self, widths: &[f32], room: f32) -> Vec<usize> {
        if widths.iter().sum::<f32>() <= room {
            return (0..widths.len()).collect();
        }
        let selected_width = widths.get(self.selected).copied().unwrap_or_default();
        let mut used = OVERFLOW;
        let mut shown = Vec::new();
        for (idx, width) in widths.iter().enumerate() {
            let reserved = if idx < self.selected { selected_width } else { 0.0 };
            if used + width + reserved > room {
                break;
            }
            used += width;
            shown.push(idx);
        }
        if !shown.contains(&self.selected) && self.selected < widths.len() {
            shown.push(self.selected);
        }
        shown
    }

    fn tab_ui(&self, ui: &mut Ui, idx: usize, rect: Rect, padding: f32) -> bool {
        let tab = self.choices[idx];
        let on = idx == self.selected;
        let response = ui.interact(rect, ui.id().with((self.name, tab.name)), Sense::click());
        response.widget_info(|| {
            let count = tab.count.map_or(String::new(), |count| format!(", {count}"));
            WidgetInfo::selected(WidgetType::SelectableLabel, true, on, format!("{}{count}", tab.name))
        });
        let theme = Theme::of(ui);
        let inner = rect.shrink2(vec2(padding, 0.0));
        let (font, ink) = match (on, response.hovered()) {
            (true, _) => (fonts::strong(fonts::BODY), theme.text_strong),
            (false, true) => (fonts::text(fonts::BODY), theme.text_strong),
            (false, false) => (fonts::text(fonts::BODY), theme.text),
        };
        draw::left(ui.painter(), inner, tab.name, font, ink);
        if let Some(count) = tab.count {
            let width = badge_width(ui, count);
            let badge = Rect::from_center_size(pos2(inner.right() - width / 2.0, inner.center().y), vec2(width, 16.0));
            ui.painter().rect_filled(badge, 8.0, theme.bg_raised);
            draw::center(ui.painter(), badge, &grouped(count as u64), fonts::text(fonts::SMALL), theme.text_subdued);
        }
        if on {
            let bar = Rect::from_min_max(pos2(inner.left(), rect.bottom() - 2.0), pos2(inner.right(), rect.bottom()));
            ui.painter().rect_filled(bar, 0.0, theme.text_strong);
        }
        draw::focus_ring(ui, &response, rect.shrink2(vec2(4.0, 4.0)), 4.0);
        response.clicked()
    }

    fn overflow_ui(&self, ui: &mut Ui, rect: Rect) -> Option<usize> {
        let name = format!("more {}", self.name);
        let button = Button::icon(icons::DOTS_THREE, &name).look(Look::Bare).show_at(ui, rect);
        let mut clicked = None;
        Popup::menu(&button).show(|ui| {
            ui.set_min_width(140.0);
            for (idx, tab) in self.choices.iter().enumerate() {
                let count = tab.count.map_or(String::new(), |count| format!("  {count}"));
                if ui.selectable_label(idx == self.selected, format!("{}{count}", tab.name)).clicked() {
                    clicked = Some(idx);
                }
            }
        });
        clicked
    }
}

fn badge_width(ui: &Ui, count: usize) -> f32 {
    (draw::width(ui, &grouped(count as u64), fonts::text(fonts::SMALL)) + 10.0).max(18.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABS: [Tab<'static>; 4] = [
        Tab { name: "a", count: None },
        Tab { name: "b", count: None },
        Tab { name: "c", count: None },
        Tab { name: "d", count: None },
    ];

    #[test]
    fn the_selected_tab_is_never_in_the_menu() {
        let shown = Tabs::new("t", &TABS, 3).n_fitting(&[50.0; 4], 150.0);
        assert_eq!(shown, [0, 3]);
    }

    #[test]
    fn all_tabs_stand_where_they_fit() {
        assert_eq!(Tabs::new("t", &TABS, 0).n_fitting(&[50.0; 4], 200.0), [0, 1, 2, 3]);
    }
}
