//! Colour and size: every token of the design for both themes, and what egui's own widgets take from them.
//! Faces and type sizes are `fonts`.

use egui::style::{ScrollStyle, WidgetVisuals, Widgets};
use egui::{Color32, Context, CornerRadius, Stroke, Ui, Visuals, vec2};

/// Gap between things that belong together, in points. The whole scale: 2, 4, 8, 12, 16, 20, 24, 32.
pub const GAP: f32 = 8.0;
/// Inner margin of panels.
pub const PANEL_PADDING: f32 = 12.0;
/// Inner margin of the inspector.
pub const INSPECTOR_PADDING: f32 = 16.0;
/// Gap between the sections of the inspector.
pub const SECTION_GAP: f32 = 20.0;

/// Corner radii.
pub mod radius {
    /// Segments and timeline blocks.
    pub const SEGMENT: f32 = 3.0;
    /// Buttons, chips, fields.
    pub const BUTTON: f32 = 4.0;
    /// Nodes, cards, popups.
    pub const CARD: f32 = 6.0;
}

/// Heights of bars and controls, in points.
pub mod height {
    /// The bar at the top of the window.
    pub const TOOLBAR: f32 = 40.0;
    /// The bar at the bottom of the window.
    pub const STATUS_BAR: f32 = 24.0;
    /// A row of tabs.
    pub const TABS: f32 = 32.0;
    /// A button.
    pub const BUTTON: f32 = 28.0;
    /// A button inside a banner, a row or a tab row.
    pub const BUTTON_SMALL: f32 = 24.0;
    /// A chip.
    pub const CHIP: f32 = 20.0;
    /// A row of a list or table.
    pub const ROW: f32 = 24.0;
    /// A row of a list with two lines.
    pub const ROW_TWO_LINES: f32 = 45.0;
    /// The head of a section of the workspace.
    pub const SECTION: f32 = 28.0;
    /// A banner above the canvas.
    pub const BANNER: f32 = 32.0;
    /// A line of JSON in a card.
    pub const JSON_LINE: f32 = 20.0;
}

/// The colour tokens of one theme. `on_…` is the text colour on a fill of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether this is the dark theme.
    pub dark: bool,
    /// Panels, popups, node bodies.
    pub bg_panel: Color32,
    /// Graph, editor, JSON cards.
    pub bg_canvas: Color32,
    /// Toolbar, status bar, current editor line.
    pub bg_bar: Color32,
    /// Button, table header, count badge, gap band.
    pub bg_raised: Color32,
    /// Hovered row or button, pressed segment.
    pub bg_hover: Color32,
    /// Selected row, lane of the focus.
    pub bg_selected: Color32,
    /// Panel borders and row rules; decoration.
    pub line_subtle: Color32,
    /// Edge not taken, container outline, disabled text.
    pub line_strong: Color32,
    /// Outlines that must be seen: drop zone, range.
    pub line_control: Color32,
    /// Titles, names, selection ring, words on tints.
    pub text_strong: Color32,
    /// Body.
    pub text: Color32,
    /// Labels, units, secondary lines.
    pub text_subdued: Color32,
    /// The primary button, one per view.
    pub inverse: Color32,
    /// Text on `inverse`.
    pub on_inverse: Color32,
    /// Cursor, current event, focus ring, links.
    pub now: Color32,
    /// Text on `now`.
    pub on_now: Color32,
    /// Not reached.
    pub status_none: Color32,
    /// Running.
    pub status_run: Color32,
    /// Waiting, back-off, warning.
    pub status_wait: Color32,
    /// Succeeded.
    pub status_ok: Color32,
    /// Failed attempt, caught, Catch edge taken.
    pub status_retry: Color32,
    /// Failed uncaught, error.
    pub status_fail: Color32,
    /// Timed out.
    pub status_timeout: Color32,
    /// Aborted.
    pub status_abort: Color32,
    /// Compensated.
    pub status_comp: Color32,
    /// Catch edge not taken.
    pub catch_dim: Color32,
    /// Changed key, running status block.
    pub tint_now: Color32,
    /// Succeeded status block.
    pub tint_ok: Color32,
    /// Stop banner, winning handler.
    pub tint_retry: Color32,
    /// Failed step.
    pub tint_fail: Color32,
    /// Coverage by quartile; one neutral hue, always with its number.
    pub heat: [Color32; 4],
    /// Names in JSON.
    pub json_key: Color32,
    /// Strings in JSON.
    pub json_string: Color32,
    /// Numbers, booleans and null in JSON.
    pub json_number: Color32,
}

impl Theme {
    /// The dark theme.
    pub const DARK: Self = Self {
        dark: true,
        bg_panel: rgb(0x1B_1C1F),
        bg_canvas: rgb(0x14_1517),
        bg_bar: rgb(0x20_2226),
        bg_raised: rgb(0x27_292E),
        bg_hover: rgb(0x30_333A),
        bg_selected: rgb(0x1F_3547),
        line_subtle: rgb(0x2F_3237),
        line_strong: rgb(0x66_6C76),
        line_control: rgb(0x76_7C86),
        text_strong: rgb(0xF4_F5F6),
        text: rgb(0xD0_D3D8),
        text_subdued: rgb(0xA0_A5AE),
        inverse: rgb(0xF4_F5F6),
        on_inverse: rgb(0x14_1517),
        now: rgb(0x56_B4E9),
        on_now: rgb(0x14_1517),
        status_none: rgb(0x9A_9A9A),
        status_run: rgb(0x56_B4E9),
        status_wait: rgb(0xF0_E442),
        status_ok: rgb(0x1F_C296),
        status_retry: rgb(0xE6_9F00),
        status_fail: rgb(0xFF_7A70),
        status_timeout: rgb(0xFF_9B70),
        status_abort: rgb(0xB0_B0B0),
        status_comp: rgb(0xCC_79A7),
        catch_dim: rgb(0x96_6B09),
        tint_now: rgb(0x24_343F),
        tint_ok: rgb(0x1C_3732),
        tint_retry: rgb(0x3B_311A),
        tint_fail: rgb(0x3F_2B2C),
        heat: [rgb(0x23_292F), rgb(0x32_3E47), rgb(0x41_5260), rgb(0x50_6678)],
        json_key: rgb(0x9C_C7E8),
        json_string: rgb(0xC6_CBA6),
        json_number: rgb(0xD9_B98C),
    };

    /// The light theme.
    pub const LIGHT: Self = Self {
        dark: false,
        bg_panel: rgb(0xFF_FFFF),
        bg_canvas: rgb(0xF8_F9FA),
        bg_bar: rgb(0xF1_F2F4),
        bg_raised: rgb(0xEF_F1F3),
        bg_hover: rgb(0xE4_E7EB),
        bg_selected: rgb(0xE5_F1FA),
        line_subtle: rgb(0xDC_DFE3),
        line_strong: rgb(0x86_8C96),
        line_control: rgb(0x7C_828C),
        text_strong: rgb(0x14_161A),
        text: rgb(0x35_3A41),
        text_subdued: rgb(0x5B_616B),
        inverse: rgb(0x1C_1F24),
        on_inverse: rgb(0xFF_FFFF),
        now: rgb(0x00_72B2),
        on_now: rgb(0xFF_FFFF),
        status_none: rgb(0x70_7070),
        status_run: rgb(0x00_72B2),
        status_wait: rgb(0x8A_6D00),
        status_ok: rgb(0x00_755A),
        status_retry: rgb(0xB3_5900),
        status_fail: rgb(0xB3_261E),
        status_timeout: rgb(0xA3_4400),
        status_abort: rgb(0x5F_5F5F),
        status_comp: rgb(0x9A_4B7E),
        catch_dim: rgb(0xC1_7932),
        tint_now: rgb(0xE6_F1F7),
        tint_ok: rgb(0xE6_F1EE),
        tint_retry: rgb(0xF7_EEE6),
        tint_fail: rgb(0xF7_E9E8),
        heat: [rgb(0xDC_E5EC), rgb(0xBF_D1DF), rgb(0xA3_BDD1), rgb(0x87_A9C4)],
        json_key: rgb(0x1D_5C8A),
        json_string: rgb(0x5A_5F1E),
        json_number: rgb(0x8A_4A12),
    };

    /// Returns the tokens that `ui` is painted with.
    pub fn of(ui: &Ui) -> &'static Self {
        Self::named(ui.visuals().dark_mode)
    }

    /// Returns the tokens that `ctx` is painted with.
    pub fn of_context(ctx: &Context) -> &'static Self {
        Self::named(ctx.theme() == egui::Theme::Dark)
    }

    fn named(dark: bool) -> &'static Self {
        if dark { &Self::DARK } else { &Self::LIGHT }
    }

    /// Returns the opaque tint of a status colour: 16 % (dark) or 10 % (light) of it over the panel.
    pub fn tint(&self, status: Color32) -> Color32 {
        let share = if self.dark { 0.16 } else { 0.10 };
        mix(self.bg_panel, status, share)
    }

    /// The 1 px rule between panels and rows.
    pub fn rule(&self) -> Stroke {
        Stroke::new(1.0, self.line_subtle)
    }

    fn visuals(&self) -> Visuals {
        let base = if self.dark { Visuals::dark() } else { Visuals::light() };
        let widget = |fill: Color32, outline: Stroke, ink: Color32| WidgetVisuals {
            bg_fill: fill,
            weak_bg_fill: fill,
            bg_stroke: outline,
            corner_radius: CornerRadius::same(radius::BUTTON as u8),
            fg_stroke: Stroke::new(1.0, ink),
            expansion: 0.0,
        };
        let focus = Stroke::new(2.0, self.now);
        Visuals {
            panel_fill: self.bg_panel,
            window_fill: self.bg_panel,
            extreme_bg_color: self.bg_canvas,
            faint_bg_color: self.bg_bar,
            code_bg_color: self.bg_raised,
            weak_text_color: Some(self.text_subdued),
            hyperlink_color: self.now,
            warn_fg_color: self.status_wait,
            error_fg_color: self.status_fail,
            window_stroke: Stroke::new(1.0, self.line_strong),
            window_corner_radius: CornerRadius::same(radius::CARD as u8),
            menu_corner_radius: CornerRadius::same(radius::CARD as u8),
            window_shadow: egui::Shadow::NONE,
            popup_shadow: egui::Shadow::NONE,
            window_highlight_topmost: false,
            selection: egui::style::Selection { bg_fill: self.bg_selected, stroke: Stroke::new(1.0, self.now) },
            widgets: Widgets {
                noninteractive: widget(self.bg_panel, self.rule(), self.text),
                inactive: widget(self.bg_raised, Stroke::new(1.0, self.line_subtle), self.text),
                hovered: widget(self.bg_hover, Stroke::new(1.0, self.line_strong), self.text_strong),
                active: widget(self.bg_hover, focus, self.text_strong),
                open: widget(self.bg_hover, Stroke::new(1.0, self.line_strong), self.text_strong),
            },
            interact_cursor: None,
            disabled_alpha: 0.5,
            ..base
        }
    }
}

/// Gives `ctx` the fonts, both themes and the spacing, and follows the system's theme.
pub fn apply(ctx: &Context) {
    crate::ui::fonts::install(ctx);
    for (theme, tokens) in [(egui::Theme::Dark, Theme::DARK), (egui::Theme::Light, Theme::LIGHT)] {
        ctx.style_mut_of(theme, |style| {
            style.visuals = tokens.visuals();
            style.text_styles = crate::ui::fonts::text_styles();
            style.animation_time = 0.0;
            style.interaction.tooltip_delay = 0.4;
            style.interaction.selectable_labels = false;
            let spacing = &mut style.spacing;
            spacing.item_spacing = vec2(8.0, 4.0);
            spacing.button_padding = vec2(12.0, 6.0);
            spacing.interact_size = vec2(28.0, height::BUTTON);
            spacing.menu_margin = egui::Margin::same(4);
            spacing.tooltip_width = 360.0;
            spacing.icon_spacing = 8.0;
            spacing.scroll = ScrollStyle {
                bar_width: 6.0,
                bar_inner_margin: 2.0,
                floating_allocated_width: 0.0,
                ..ScrollStyle::thin()
            };
            style.scroll_animation = egui::style::ScrollAnimation::none();
        });
    }
    ctx.set_theme(egui::ThemePreference::System);
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

fn mix(under: Color32, over: Color32, share: f32) -> Color32 {
    let channel = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
    Color32::from_rgb(channel(under.r(), over.r()), channel(under.g(), over.g()), channel(under.b(), over.b()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2, "relative luminance").
    fn luminance(color: Color32) -> f64 {
        let channel = |value: u8| {
            let share = f64::from(value) / 255.0;
            if share <= 0.03928 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    const THEMES: [Theme; 2] = [Theme::DARK, Theme::LIGHT];

    #[test]
    fn text_reads_on_every_ground_it_stands_on() {
        for theme in THEMES {
            for ground in [theme.bg_panel, theme.bg_canvas, theme.bg_bar, theme.bg_raised, theme.bg_hover] {
                for ink in [theme.text_strong, theme.text, theme.text_subdued] {
                    assert!(contrast(ink, ground) >= 4.5, "{ink:?} on {ground:?}");
                }
            }
            for ink in [theme.text_strong, theme.text, theme.now] {
                assert!(contrast(ink, theme.bg_selected) >= 4.45, "{ink:?} on selected");
            }
            for ground in [theme.tint_now, theme.tint_ok, theme.tint_retry, theme.tint_fail] {
                assert!(contrast(theme.text_strong, ground) >= 11.6, "words on {ground:?}");
            }
            for ground in theme.heat {
                assert!(contrast(theme.text_strong, ground) >= 5.4, "words on heat {ground:?}");
            }
            assert!(contrast(theme.on_inverse, theme.inverse) >= 16.0);
            assert!(contrast(theme.on_now, theme.now) >= 5.0);
        }
    }

    #[test]
    fn status_and_json_colours_read_on_panel_and_canvas() {
        for theme in THEMES {
            let inks = [
                theme.status_none,
                theme.status_run,
                theme.status_wait,
                theme.status_ok,
                theme.status_retry,
                theme.status_fail,
                theme.status_timeout,
                theme.status_abort,
                theme.status_comp,
                theme.json_key,
                theme.json_string,
                theme.json_number,
                theme.now,
            ];
            for ink in inks {
                for ground in [theme.bg_panel, theme.bg_canvas] {
                    assert!(contrast(ink, ground) >= 4.5, "{ink:?} on {ground:?}");
                }
            }
        }
    }

    #[test]
    fn lines_that_must_be_seen_have_three_to_one() {
        for theme in THEMES {
            for line in [theme.line_strong, theme.line_control, theme.catch_dim, theme.now] {
                assert!(contrast(line, theme.bg_canvas) >= 3.0, "{line:?}");
            }
        }
    }

    #[test]
    fn tints_are_the_stated_share_of_their_status() {
        for theme in THEMES {
            let near = |a: Color32, b: Color32| {
                [(a.r(), b.r()), (a.g(), b.g()), (a.b(), b.b())].iter().all(|(a, b)| a.abs_diff(*b) <= 2)
            };
            for (tint, status) in [
                (theme.tint_now, theme.now),
                (theme.tint_ok, theme.status_ok),
                (theme.tint_retry, theme.status_retry),
                (theme.tint_fail, theme.status_fail),
            ] {
                assert!(near(tint, theme.tint(status)), "{tint:?} {:?}", theme.tint(status));
            }
        }
    }
}
