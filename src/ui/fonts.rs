//! The faces and their sizes. Colours are `theme`.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Context, FontData, FontDefinitions, FontFamily, FontId, TextStyle};

/// Welcome title.
pub const WELCOME: f32 = 24.0;
/// Inspector title and error name.
pub const TITLE: f32 = 15.0;
/// Node name, section title, explanation.
pub const HEADING: f32 = 13.0;
/// Body, rows, tabs, buttons.
pub const BODY: f32 = 12.0;
/// Second lines, table headers, badges, chips, status bar.
pub const SMALL: f32 = 11.0;

/// Icon sizes.
pub mod icon {
    /// Toolbar.
    pub const TOOLBAR: f32 = 18.0;
    /// Rows and node status.
    pub const ROW: f32 = 16.0;
    /// Tables and chips.
    pub const CHIP: f32 = 14.0;
    /// Inside badges.
    pub const BADGE: f32 = 12.0;
    /// Welcome page.
    pub const WELCOME: f32 = 24.0;
}

const STRONG: &str = "strong";
const ICONS: &str = "icons";

/// Returns Inter Medium.
pub fn text(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Returns Inter SemiBold.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// Returns JetBrains Mono.
pub fn mono(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// Returns Phosphor Regular; only for the characters of `egui_phosphor::regular`.
pub fn icons(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(ICONS.into()))
}

/// Registers the faces: Inter as proportional and `strong`, JetBrains Mono as monospace, Phosphor as `icons` and as a
/// fallback of all, egui's own faces for what they lack.
pub fn install(ctx: &Context) {
    ctx.set_fonts(definitions());
}

/// Returns the sizes that egui's own widgets take.
pub fn text_styles() -> BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Heading, strong(TITLE)),
        (TextStyle::Body, text(BODY)),
        (TextStyle::Button, text(BODY)),
        (TextStyle::Small, text(SMALL)),
        (TextStyle::Monospace, mono(BODY)),
    ]
    .into()
}

/// Returns the faces of the window, for those who paint without one.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let defaults = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let mut add = |name: &str, data: FontData| {
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    };
    add("inter", FontData::from_static(include_bytes!("../../assets/fonts/Inter-Medium.otf")));
    add("inter-semibold", FontData::from_static(include_bytes!("../../assets/fonts/Inter-SemiBold.otf")));
    let mono = include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf").to_vec();
    add("jetbrains-mono", FontData::from_owned(without_ligatures(mono)));
    add("phosphor", FontData::from_static(egui_phosphor::Variant::Regular.font_bytes()));
    let family = |first: &str, second: &str| {
        let mut names = vec![first.to_owned(), second.to_owned()];
        names.extend(defaults.iter().cloned());
        names
    };
    fonts.families.insert(FontFamily::Proportional, family("inter", "phosphor"));
    fonts.families.insert(FontFamily::Name(STRONG.into()), family("inter-semibold", "phosphor"));
    fonts.families.insert(FontFamily::Monospace, family("jetbrains-mono", "phosphor"));
    fonts.families.insert(FontFamily::Name(ICONS.into()), family("phosphor", "inter"));
    fonts
}

/// Hides the substitution table of an OpenType font, so that `->` and `!=` in data stay the characters that are there.
/// egui has no switch for it. The new tag keeps the directory sorted, as the format asks.
fn without_ligatures(mut font: Vec<u8>) -> Vec<u8> {
    let n_tables = font.get(4..6).map_or(0, |it| usize::from(u16::from_be_bytes([it[0], it[1]])));
    for record in font.iter_mut().skip(12).collect::<Vec<_>>().chunks_mut(16).take(n_tables) {
        if record.len() == 16 && record[..4].iter().map(|it| **it).eq(*b"GSUB") {
            *record[3] = b'X';
        }
    }
    font
}

#[cfg(test)]
mod tests {
    use super::*;

    fn width(ctx: &Context, text: &str, font: FontId) -> f32 {
        ctx.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), font, egui::Color32::WHITE).size().x)
    }

    fn context() -> Context {
        let ctx = Context::default();
        install(&ctx);
        ctx.run_ui(egui::RawInput::default(), |_| {}).drop_without_applying_deltas();
        ctx
    }

    #[test]
    fn arrows_in_data_are_not_joined() {
        let ctx = context();
        let glyphs =
            |text: &str| ctx.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), mono(12.0), egui::Color32::WHITE));
        let joined = glyphs("->");
        let apart = (glyphs("-"), glyphs(">"));
        let uv = |galley: &egui::Galley, idx: usize| galley.rows[0].glyphs[idx].uv_rect.size;
        assert_eq!(uv(&joined, 0), uv(&apart.0, 0));
        assert_eq!(uv(&joined, 1), uv(&apart.1, 0));
    }

    #[test]
    fn strong_is_wider_than_text_and_icons_are_square() {
        let ctx = context();
        assert!(width(&ctx, "BookHotel", strong(13.0)) > width(&ctx, "BookHotel", text(13.0)));
        let icon = width(&ctx, egui_phosphor::regular::PLAY, icons(16.0));
        assert!((icon - 16.0).abs() < 1.0, "{icon}");
    }
}
