//! The text as it is painted: lines, each laid out and coloured once, put together to what a text field shows. Where the
//! text changes, only the lines that differ are looked at again.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Context, Galley, Ui};

use crate::ui::fonts;
use crate::ui::theme::{Theme, height};
use crate::ui::widgets::code::highlight;

/// Lines that are laid out.
#[derive(Default)]
pub struct Lines {
    text: Arc<str>,
    galleys: Vec<Arc<Galley>>,
    whole: Option<Arc<Galley>>,
    /// What the lines were laid out for: theme, pixels a point, and how full the font atlas was.
    made_for: (bool, f32, f32),
    /// Lines that were laid out by the last change.
    #[cfg(test)]
    n_made: usize,
}

impl Lines {
    /// Returns the text laid out, one row a line.
    pub fn galley(&mut self, ui: &Ui, text: &str) -> Arc<Galley> {
        self.look_at_atlas(ui.ctx());
        if let Some(whole) = self.whole.as_ref().filter(|_| *self.text == *text) {
            return Arc::clone(whole);
        }
        let theme = Theme::of(ui);
        let new: Vec<&str> = text.split('\n').collect();
        let old: Vec<&str> = if self.galleys.is_empty() { Vec::new() } else { self.text.split('\n').collect() };
        let n_before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let rest = old[n_before..].iter().rev().zip(new[n_before..].iter().rev());
        let n_after = rest.take_while(|(a, b)| a == b).count();
        let changed = &new[n_before..new.len() - n_after];
        let made: Vec<Arc<Galley>> = changed.iter().map(|line| lay_out(ui, line, theme)).collect();
        #[cfg(test)]
        {
            self.n_made = made.len();
        }
        self.galleys.splice(n_before..self.galleys.len() - n_after, made);
        let whole = Arc::new(Galley::concat(Arc::new(whole_job(text)), &self.galleys, ui.pixels_per_point()));
        self.text = text.into();
        self.whole = Some(Arc::clone(&whole));
        whole
    }

    /// Forgets everything where what was laid out points into an atlas that is no more.
    fn look_at_atlas(&mut self, ctx: &Context) {
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is of one lifetime only")]
        let filled = ctx.fonts(|fonts| fonts.font_atlas_fill_ratio());
        let now = (Theme::of_context(ctx).dark, ctx.pixels_per_point(), filled);
        let before = std::mem::replace(&mut self.made_for, now);
        // The atlas only ever fills, unless it was made anew.
        if (before.0, before.1) != (now.0, now.1) || now.2 < before.2 {
            self.galleys.clear();
            self.whole = None;
        }
    }

    /// Returns how many lines the last change has laid out.
    #[cfg(test)]
    fn n_made(&self) -> usize {
        self.n_made
    }
}

fn lay_out(ui: &Ui, line: &str, theme: &Theme) -> Arc<Galley> {
    let mut job = highlight(line, theme);
    if job.sections.is_empty() {
        // An empty line has a height too.
        job = plain(line, theme.text);
    }
    job.sections.iter_mut().for_each(|it| it.format.line_height = Some(height::JSON_LINE));
    job.keep_trailing_whitespace = true;
    ui.painter().layout_job(job)
}

fn plain(text: &str, color: Color32) -> LayoutJob {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(fonts::mono(fonts::BODY), color));
    job.wrap.max_width = f32::INFINITY;
    job
}

fn whole_job(text: &str) -> LayoutJob {
    let mut job = plain(text, Color32::PLACEHOLDER);
    job.keep_trailing_whitespace = true;
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lays the texts out one after another; returns how many lines each took, and how many rows it has.
    fn laid_out(texts: &[&str]) -> Vec<(usize, usize)> {
        let ctx = Context::default();
        crate::ui::theme::apply(&ctx);
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for text in texts {
            let mut row_count = 0;
            ctx.run_ui(egui::RawInput::default(), |ui| {
                let galley = lines.galley(ui, text);
                row_count = galley.rows.len();
                assert_eq!(galley.text(), *text);
                let chars: usize = galley.rows.iter().map(|it| it.char_count_including_newline().0).sum();
                assert_eq!(chars, text.chars().count());
                for (idx, row) in galley.rows.iter().enumerate() {
                    assert_eq!(row.pos.y, idx as f32 * height::JSON_LINE, "line {idx} of {text:?}");
                }
            })
            .drop_without_applying_deltas();
            found.push((lines.n_made(), row_count));
        }
        found
    }

    #[test]
    fn only_lines_that_differ_are_laid_out_again() {
        let found = laid_out(&["a\nb\nc\n", "a\nbb\nc\n", "a\nbb\nx\ny\nc\n", "a\nc\n", ""]);
        assert_eq!(found, [(4, 4), (1, 4), (2, 6), (0, 3), (0, 1)]);
    }

    #[test]
    fn a_line_is_a_row_however_long_it_is() {
        let long = "\"x\": ".repeat(5_000);
        assert_eq!(laid_out(&[&long, &format!("{long}\n{long}")]), [(1, 1), (1, 2)]);
    }
}
