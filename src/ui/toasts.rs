//! Short notices in the corner: a world that failed (what, where, what to do) stays until it is closed, a success goes
//! by itself.

use std::time::Duration;

use egui::{Color32, Context, RichText, Shadow, vec2};
use egui_notify::{Anchor, Toast, ToastLevel, Toasts};
use egui_phosphor::regular as icons;

use super::fonts;
use super::theme::Theme;

/// An edge around each notice that stands out from panels of both themes; the toasts know only shadows.
const EDGE: Shadow = Shadow { offset: [0, 0], blur: 0, spread: 1, color: Color32::from_gray(120) };

/// The notices that are shown.
pub struct Notices {
    toasts: Toasts,
    /// The last text, for assistive technology.
    last: Option<String>,
}

impl Default for Notices {
    fn default() -> Self {
        let toasts = Toasts::new()
            .with_anchor(Anchor::BottomRight)
            .with_margin(vec2(16.0, 40.0))
            .with_padding(vec2(12.0, 10.0))
            .with_shadow(EDGE)
            .with_default_font(fonts::text(fonts::BODY));
        Self { toasts, last: None }
    }
}

impl Notices {
    /// Says that something failed: what, where, what to do.
    pub fn error(&mut self, text: &str, theme: &Theme) {
        self.add(text, icons::X_SQUARE, theme.status_fail, None);
    }

    /// Says what was found; what is to be read in quiet stays until it is closed.
    pub fn told(&mut self, text: &str, stays: bool, theme: &Theme) {
        let duration = (!stays).then(|| Duration::from_secs(10));
        self.add(text, icons::INFO, theme.now, duration);
    }

    /// Says that something was done.
    pub fn done(&mut self, text: &str, theme: &Theme) {
        self.add(text, icons::CHECK, theme.status_ok, Some(Duration::from_secs(4)));
    }

    /// Shows the notices.
    pub fn ui(&mut self, ctx: &Context) {
        self.toasts.show(ctx);
        let Some(text) = self.last.take() else { return };
        // The toasts are painted only; this says them to assistive technology.
        egui::Area::new(egui::Id::new("notices")).fixed_pos(egui::pos2(0.0, 0.0)).interactable(false).show(ctx, |ui| {
            let response = ui.allocate_response(vec2(1.0, 1.0), egui::Sense::hover());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, &text));
        });
        if !self.toasts.is_empty() {
            self.last = Some(text);
        }
    }

    /// Closes the notice that is on top; returns whether there was one.
    pub fn close_one(&mut self) -> bool {
        let any = !self.toasts.is_empty();
        self.toasts.dismiss_latest_toast();
        any
    }

    fn add(&mut self, text: &str, icon: &str, color: egui::Color32, duration: Option<Duration>) {
        if self.last.as_deref() == Some(text) {
            // Said again, it takes the place of what was said.
            self.toasts.dismiss_latest_toast();
        }
        let words = RichText::new(wrapped(&sentence(text))).font(fonts::text(fonts::BODY));
        let mut toast = Toast::custom(words, ToastLevel::Custom(icon.to_owned(), color));
        toast.duration(duration).closable(true).show_progress_bar(false);
        self.toasts.add(toast);
        self.last = Some(text.to_owned());
    }
}

/// Begins a message with a capital; a name at its beginning stays as it is written.
fn sentence(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    let mut sentence = text.to_owned();
    if word.chars().all(|it| it.is_ascii_lowercase()) && text.contains(' ') {
        sentence[..1].make_ascii_uppercase();
    }
    sentence
}

/// Breaks a text into lines of at most 64 characters; the toasts do not wrap.
fn wrapped(text: &str) -> String {
    const MOST: usize = 64;
    let mut lines = String::new();
    let mut n_chars = 0;
    for word in text.split(' ') {
        let word_chars = word.chars().count();
        if n_chars > 0 && n_chars + 1 + word_chars > MOST {
            lines.push('\n');
            n_chars = 0;
        } else if n_chars > 0 {
            lines.push(' ');
            n_chars += 1;
        }
        for char in word.chars() {
            if n_chars == MOST {
                lines.push('\n');
                n_chars = 0;
            }
            lines.push(char);
            n_chars += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_lost_when_lines_are_broken() {
        let text = "cannot read /home/someone/work/orders/order-fulfilment.asl.json: permission denied; change who may read it";
        assert_eq!(wrapped(text).replace('\n', " "), text);
        assert!(wrapped(text).lines().all(|line| line.chars().count() <= 64));
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken_inside() {
        let text = format!("cannot read /{}/é: it is a folder", "é".repeat(200));
        assert_eq!(wrapped(&text).replace(['\n', ' '], ""), text.replace(' ', ""));
        assert!(wrapped(&text).lines().all(|line| line.chars().count() <= 64));
    }
}
