//! What is taken out of a workspace before it is given away: the fields that its payloads have, to be ticked.

use std::collections::BTreeMap;

use egui::{Context, Id, Modal, ScrollArea, TextEdit, Ui};

use super::App;
use super::dialog::Dialog;
use crate::json::{Json, text};
use crate::session::workspace::redact::{Pattern, Redactor};
use crate::ui::command::Request;
use crate::ui::fonts;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Button, Look};
use crate::ui::workbench::Histories;

/// Fields that are listed, at most.
const MOST_LISTED: usize = 400;
/// Letters of a value or preview that are shown.
const MOST_LETTERS: usize = 60;
const MOST_LINES: usize = 14;
const MARGIN: egui::Margin = egui::Margin { left: 8, right: 8, top: 6, bottom: 6 };
/// Parts of names that such fields often have.
const OFTEN: [&str; 13] = [
    "password",
    "secret",
    "token",
    "card",
    "email",
    "phone",
    "iban",
    "ssn",
    "apikey",
    "api_key",
    "credential",
    "address",
    "authorization",
];

/// The question which fields are to be taken out.
pub(super) struct ShareQuestion {
    rows: Vec<FieldRow>,
    filter: String,
    more: String,
    /// The payload that is shown without them.
    sample: Json,
    /// The preview, and for which fields it was made.
    preview: (Vec<String>, Result<String, String>),
}

/// One name of fields.
struct FieldRow {
    name: String,
    n_values: usize,
    example: String,
    ticked: bool,
}

impl App {
    /// Asks which fields are to be taken out.
    pub(super) fn ask_share(&mut self) {
        let Some((bench, _)) = &mut self.bench else { return };
        let workspace = bench.snapshot(None, Histories::Embedded);
        let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
        let mut sample = None;
        workspace.each_payload(&mut |payload| {
            if sample.is_none() && payload.depth() > 0 {
                sample = Some(payload.clone());
            }
            names_in(payload, &mut found);
        });
        let is_kept = |name: &str| bench.redact.iter().any(|it| *it == field(name));
        let is_often = |name: &str| {
            let name = name.to_lowercase();
            bench.redact.is_empty() && OFTEN.iter().any(|it| name.contains(it))
        };
        let row = |(name, (n_values, example)): (String, (usize, String))| {
            let ticked = is_kept(&name) || is_often(&name);
            FieldRow { name, n_values, example, ticked }
        };
        let mut rows: Vec<FieldRow> = found.into_iter().map(row).collect();
        rows.sort_by_key(|it| !it.ticked);
        rows.truncate(MOST_LISTED);
        let listed = |it: &&String| !rows.iter().any(|row| field(&row.name) == **it);
        let more: Vec<&str> = bench.redact.iter().filter(listed).map(String::as_str).collect();
        let more = more.join(" ");
        let preview = (vec![String::new()], Ok(String::new()));
        let sample = sample.unwrap_or_default();
        self.dialog = Some(Dialog::Share(ShareQuestion { rows, filter: String::new(), more, sample, preview }));
    }
}

/// Returns the pattern for fields of a name, wherever they are.
fn field(name: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || "-_".contains(it));
    if is_plain { format!("$..{name}") } else { format!("$..['{name}']") }
}

/// Collects the names of members with the number of their values and one of these.
fn names_in(value: &Json, found: &mut BTreeMap<String, (usize, String)>) {
    match value {
        Json::Object(members) => {
            for (name, value) in members.iter() {
                let entry = found.entry(name.to_string()).or_insert_with(|| (0, shown(value)));
                entry.0 += 1;
                names_in(value, found);
            }
        }
        Json::Array(items) => items.iter().for_each(|it| names_in(it, found)),
        Json::String(inner) if inner.trim_start().starts_with(['{', '[']) => {
            if let Ok(inner) = text::parse(inner) {
                names_in(&inner, found);
            }
        }
        _ => {}
    }
}

fn shown(value: &Json) -> String {
    let text = if value.size_bytes() > 4_096 { value.type_name().to_owned() } else { text::compact(value) };
    if text.chars().count() > MOST_LETTERS {
        return text.chars().take(MOST_LETTERS).chain(['…']).collect();
    }
    text
}

impl ShareQuestion {
    /// Shows the question; returns whether it stays.
    pub(super) fn ui(&mut self, ctx: &Context, out: &mut Vec<Request>) -> bool {
        let fields = self.fields();
        if self.preview.0 != fields {
            self.preview = (fields.clone(), self.previewed(&fields));
        }
        let modal = Modal::new(Id::new("share"))
            .backdrop_color(egui::Color32::from_black_alpha(90))
            .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(20.0));
        let answer = modal.show(ctx, |ui| self.form_ui(ui));
        if answer.inner == Some(true) {
            out.push(Request::Share(fields));
        }
        answer.inner.is_none() && !answer.should_close()
    }

    fn fields(&self) -> Vec<String> {
        let ticked = self.rows.iter().filter(|it| it.ticked).map(|it| field(&it.name));
        ticked.chain(self.more.split_whitespace().map(str::to_owned)).collect()
    }

    fn previewed(&self, fields: &[String]) -> Result<String, String> {
        let patterns = fields.iter().map(|it| Pattern::parse(it)).collect::<Result<Vec<_>, _>>()?;
        let mut redactor = Redactor::new(patterns);
        redactor.see(&self.sample);
        let text = text::pretty(&redactor.payload(&self.sample));
        let n_more = text.lines().count().saturating_sub(MOST_LINES);
        let lines: Vec<&str> = text.lines().take(MOST_LINES).collect();
        let more = if n_more > 0 { format!("\n… {n_more} more lines") } else { String::new() };
        Ok(lines.join("\n") + &more)
    }

    fn form_ui(&mut self, ui: &mut Ui) -> Option<bool> {
        ui.set_width(640.0);
        let theme = Theme::of(ui);
        let title = egui::RichText::new("Export for sharing").font(fonts::strong(fonts::TITLE));
        ui.label(title.color(theme.text_strong));
        let about = "Ticked fields are replaced wherever they occur, and their values in every other text";
        ui.label(egui::RichText::new(about).color(theme.text_subdued));
        ui.add_space(8.0);
        let search = TextEdit::singleline(&mut self.filter)
            .hint_text("Find a field")
            .margin(MARGIN)
            .desired_width(f32::INFINITY);
        ui.add(search).widget_info(|| named("Find a field"));
        ScrollArea::vertical().max_height(220.0).min_scrolled_height(220.0).auto_shrink(false).show(ui, |ui| {
            if self.rows.is_empty() {
                ui.label(egui::RichText::new("No payload has a field").color(theme.text_subdued));
            }
            let wanted = self.filter.to_lowercase();
            for row in self.rows.iter_mut().filter(|it| it.name.to_lowercase().contains(&wanted)) {
                ui.horizontal(|ui| {
                    ui.checkbox(&mut row.ticked, &row.name);
                    let values =
                        if row.n_values == 1 { "1 value".to_owned() } else { format!("{} values", row.n_values) };
                    let about = egui::RichText::new(format!("{values}, such as {}", row.example));
                    ui.add(egui::Label::new(about.color(theme.text_subdued)).truncate());
                });
            }
        });
        ui.add_space(8.0);
        let more = TextEdit::singleline(&mut self.more)
            .hint_text("More fields, such as $.order.card.number or *Token")
            .font(fonts::mono(fonts::BODY))
            .margin(MARGIN)
            .desired_width(f32::INFINITY);
        ui.add(more).widget_info(|| named("More fields"));
        ui.add_space(8.0);
        let (words, ink) = match &self.preview.1 {
            Ok(text) => (text.as_str(), theme.text),
            Err(what) => (what.as_str(), theme.status_fail),
        };
        ui.label(egui::RichText::new("Preview").font(fonts::strong(fonts::BODY)).color(theme.text_strong));
        egui::Frame::new().fill(theme.bg_canvas).inner_margin(8.0).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ScrollArea::both().id_salt("preview").max_height(200.0).auto_shrink([false, true]).show(ui, |ui| {
                ui.label(egui::RichText::new(words).font(fonts::mono(fonts::BODY)).color(ink));
            });
        });
        ui.add_space(12.0);
        let ready = self.preview.1.is_ok();
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let confirmed = Button::text("Export…").look(Look::Primary).enabled(ready).show(ui).clicked();
            if Button::text("Cancel").show(ui).clicked() {
                return Some(false);
            }
            (ready && confirmed).then_some(true)
        })
        .inner
    }
}

fn named(name: &str) -> egui::WidgetInfo {
    egui::WidgetInfo::labeled(egui::WidgetType::TextEdit, true, name)
}
