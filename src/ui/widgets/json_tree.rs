//! A JSON value as lines that fold. Only open parts are walked, once per change; only visible lines are painted.
//! With a value to compare with, added, changed and dropped members carry a sign.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Rect, ScrollArea, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};
use egui_phosphor::regular as icons;

use super::draw;
use crate::json::{Json, text};
use crate::session::provenance::Question;
use crate::ui::command::{Command, Request};
use crate::ui::fonts;
use crate::ui::theme::{Theme, height};

/// Strings are cut after this many characters until they are opened.
const CUT_CHARS: usize = 96;
/// An open string is shown in lines of this many characters.
const LINE_CHARS: usize = 64;
/// Members whose text is at most this long start open.
const SMALL_BYTES: usize = 160;
const INDENT: f32 = 14.0;
const SIGN_GUTTER: f32 = 24.0;
const CARET_GUTTER: f32 = 18.0;

/// What happened to a member since the value compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It was not there.
    Added,
    /// It had another value.
    Changed,
    /// It is there no more.
    Dropped,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    /// A scalar, or an empty list or object.
    Leaf,
    /// A long string, cut.
    Cut,
    /// A list, object or long string that is folded.
    Folded,
    /// The first line of an open one.
    Open,
    /// The last line of an open one.
    Close,
    /// A piece of an open string.
    Piece(std::ops::Range<usize>),
}

#[derive(Clone, Debug)]
struct Line {
    depth: u16,
    place: u64,
    name: Option<Arc<str>>,
    /// The part of a JSON pointer that leads here from the line around; nothing for the whole.
    part: Option<Arc<str>>,
    value: Json,
    shape: Shape,
    sign: Option<Sign>,
    comma: bool,
}

/// View state of one tree: what is open, and the lines that follow from it.
#[derive(Default)]
pub struct JsonTree {
    value: Json,
    base: Option<Json>,
    toggled: BTreeMap<u64, bool>,
    lines: Vec<Line>,
    built: bool,
    /// What the value is, where it can be said where parts of it came from.
    origin: Option<Question>,
    /// Why it cannot be said, where that is so.
    untraced: Option<&'static str>,
}

impl JsonTree {
    /// Says what the value is, so that it can be asked where a part of it came from.
    pub fn traced(&mut self, origin: Option<&Question>) -> &mut Self {
        if self.origin.as_ref() != origin {
            self.origin = origin.cloned();
        }
        self
    }

    /// Says why it cannot be asked where a part of it came from.
    pub fn untraced(&mut self, why: Option<&'static str>) -> &mut Self {
        self.untraced = why;
        self
    }

    /// Returns the question where the value in a line came from.
    fn question(&self, nth: usize) -> Option<Question> {
        let origin = self.origin.as_ref().filter(|_| self.untraced.is_none())?;
        let line = self.lines.get(nth).filter(|it| it.sign != Some(Sign::Dropped))?;
        if matches!(line.shape, Shape::Close | Shape::Piece(_)) {
            return None;
        }
        let mut way: Vec<Arc<str>> = line.part.iter().cloned().collect();
        let mut depth = line.depth;
        for around in self.lines[..nth].iter().rev() {
            if around.depth < depth && around.shape == Shape::Open {
                depth = around.depth;
                way.extend(around.part.clone());
            }
        }
        way.reverse();
        Some(Question { way: origin.way.iter().cloned().chain(way).collect(), ..origin.clone() })
    }

    /// Shows `value`, compared with `base` if there is one, in at most `max_height` points.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        id: impl std::hash::Hash + std::fmt::Debug,
        value: &Json,
        base: Option<&Json>,
        max_height: f32,
        out: &mut Vec<Request>,
    ) {
        self.set(value, base);
        let theme = Theme::of(ui);
        let signs = base.is_some();
        let mut toggle = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().id_salt(("json", id)).auto_shrink([false, true]).max_height(max_height);
        area.show_rows(ui, height::JSON_LINE, self.lines.len(), |ui, rows| {
            for nth in rows {
                let Some(line) = self.lines.get(nth) else { continue };
                let (rect, response) =
                    ui.allocate_exact_size(vec2(ui.available_width(), height::JSON_LINE), Sense::click());
                let folds = matches!(line.shape, Shape::Cut | Shape::Folded | Shape::Open);
                response.widget_info(|| {
                    let label = line.label();
                    if folds {
                        WidgetInfo::selected(WidgetType::CollapsingHeader, true, line.shape == Shape::Open, label)
                    } else {
                        WidgetInfo::labeled(WidgetType::Label, true, label)
                    }
                });
                if folds && response.clicked() {
                    toggle = Some((line.place, line.shape != Shape::Open));
                }
                line.paint(ui, rect, theme, signs, folds && response.hovered());
                draw::focus_ring(ui, &response, rect.shrink(2.0), 3.0);
                response.context_menu(|ui| {
                    match (self.question(nth), self.untraced) {
                        (Some(question), _) => where_from_ui(ui, question, out),
                        (None, Some(why)) => no_where_from_ui(ui, why),
                        (None, None) => {}
                    }
                    line.menu(ui, out);
                });
                if response.has_focus() && where_from::take(ui.ctx()) {
                    out.extend(self.question(nth).map(|it| Request::WhereFrom(Box::new(it))));
                }
            }
        });
        if let Some((place, open)) = toggle {
            self.toggled.insert(place, open);
            self.built = false;
        }
    }

    /// Returns the number of lines that are open now.
    pub fn n_lines(&self) -> usize {
        self.lines.len()
    }

    fn set(&mut self, value: &Json, base: Option<&Json>) {
        let same_base = match (&self.base, base) {
            (None, None) => true,
            (Some(a), Some(b)) => a.same(b) || (a.depth() == 0 && a == b),
            _ => false,
        };
        let same = self.value.same(value) || (value.depth() == 0 && self.value == *value);
        if self.built && same && same_base {
            return;
        }
        self.value = value.clone();
        self.base = base.cloned();
        self.lines.clear();
        let mut lines = std::mem::take(&mut self.lines);
        self.walk(
            &mut lines,
            Walked { depth: 0, place: 0, name: None, part: None, value, base, sign: None, comma: false },
        );
        self.lines = lines;
        self.built = true;
    }

    fn walk(&self, lines: &mut Vec<Line>, at: Walked<'_>) {
        let Walked { depth, place, name, part, value, base, sign, comma } = at;
        let mut push = |shape: Shape, name: Option<&Arc<str>>, comma: bool| {
            let (name, part) = (name.cloned(), part.clone());
            lines.push(Line { depth, place, name, part, value: value.clone(), shape, sign, comma });
        };
        let n_members = match value {
            Json::Object(object) => object.len(),
            Json::Array(array) => array.len(),
            Json::String(string) if string.chars().nth(CUT_CHARS).is_some() => {
                if !self.is_open(place, false) {
                    return push(Shape::Cut, name, comma);
                }
                push(Shape::Open, name, false);
                for piece in pieces(string) {
                    push(Shape::Piece(piece), None, false);
                }
                return;
            }
            _ => 0,
        };
        if n_members == 0 {
            return push(Shape::Leaf, name, comma);
        }
        // What changed inside has to be seen without a click.
        let changed = sign == Some(Sign::Added) || (sign.is_none() && base.is_some_and(|base| base != value));
        let small = base.is_none() && depth < 3 && value.size_bytes() <= SMALL_BYTES;
        if !self.is_open(place, depth == 0 || changed || small) {
            return push(Shape::Folded, name, comma);
        }
        push(Shape::Open, name, false);
        let compares = sign.is_none() && base.is_some();
        let dropped: Vec<(&Arc<str>, &Json)> = match (value, base) {
            (Json::Object(now), Some(Json::Object(before))) if compares => {
                before.iter().filter(|(name, _)| now.get(name).is_none()).collect()
            }
            _ => Vec::new(),
        };
        let member =
            |lines: &mut Vec<Line>, idx: usize, name: Option<&Arc<str>>, value: &Json, before: Option<&Json>| {
                let last = idx + 1 == n_members;
                let inner_sign = match before {
                    _ if !compares => sign,
                    None => Some(Sign::Added),
                    Some(before) if before == value => None,
                    Some(before) if before.type_name() == value.type_name() && value.depth() > 0 => None,
                    Some(_) => Some(Sign::Changed),
                };
                let step = name.map_or(Step::Index(idx), |name| Step::Name(name));
                let base = if inner_sign.is_none() { before } else { None };
                let place = inner_place(place, &step);
                let part = Some(name.map_or_else(|| idx.to_string().into(), Arc::clone));
                let (depth, sign) = (depth + 1, inner_sign);
                self.walk(lines, Walked { depth, place, name, part, value, base, sign, comma: !last });
            };
        match value {
            Json::Object(object) => {
                for (idx, (name, value)) in object.iter().enumerate() {
                    let before = base.and_then(|it| it.get(name));
                    member(lines, idx, Some(name), value, before);
                }
            }
            Json::Array(array) => {
                for (idx, value) in array.iter().enumerate() {
                    member(lines, idx, None, value, base.and_then(|it| it.at(idx)));
                }
            }
            _ => {}
        }
        for (name, value) in dropped {
            let place = inner_place(place, &Step::Dropped(name));
            let shape = if value.depth() > 0 { Shape::Folded } else { Shape::Leaf };
            lines.push(Line {
                depth: depth + 1,
                place,
                name: Some(Arc::clone(name)),
                part: Some(Arc::clone(name)),
                value: value.clone(),
                shape,
                sign: Some(Sign::Dropped),
                comma: false,
            });
        }
        let shape = Shape::Close;
        lines.push(Line { depth, place, name: None, part: None, value: value.clone(), shape, sign, comma });
    }

    fn is_open(&self, place: u64, default: bool) -> bool {
        self.toggled.get(&place).copied().unwrap_or(default)
    }
}

struct Walked<'a> {
    depth: u16,
    place: u64,
    name: Option<&'a Arc<str>>,
    part: Option<Arc<str>>,
    value: &'a Json,
    base: Option<&'a Json>,
    sign: Option<Sign>,
    comma: bool,
}

#[derive(Hash)]
enum Step<'a> {
    Name(&'a str),
    Index(usize),
    Dropped(&'a str),
}

fn inner_place(outer: u64, step: &Step<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (outer, step).hash(&mut hasher);
    hasher.finish()
}

/// The wish to know where the value in the line with the focus came from: a command says it, the line that has the
/// focus takes it.
pub mod where_from {
    use egui::{Context, Id};

    fn id() -> Id {
        Id::new("where the value in focus came from")
    }

    /// Passes after which a wish that no line has taken is forgotten.
    const MOST_PASSES: u64 = 2;

    /// Notes the wish.
    pub fn ask(ctx: &Context) {
        let pass = ctx.cumulative_pass_nr();
        ctx.data_mut(|it| it.insert_temp(id(), pass));
        ctx.request_repaint();
    }

    /// Takes the wish; returns whether there was one.
    pub fn take(ctx: &Context) -> bool {
        let asked = ctx.data_mut(|it| it.remove_temp::<u64>(id()));
        asked.is_some_and(|it| ctx.cumulative_pass_nr() <= it + MOST_PASSES)
    }
}

fn where_from_ui(ui: &mut Ui, question: Question, out: &mut Vec<Request>) {
    let command = Command::WhereFrom;
    let button = egui::Button::new(command.entry().text).shortcut_text(command.key().unwrap_or_default());
    if ui.add(button).clicked() {
        out.push(Request::WhereFrom(Box::new(question)));
        ui.close();
    }
}

/// Shows that it cannot be asked, and why.
fn no_where_from_ui(ui: &mut Ui, why: &'static str) {
    let text = Command::WhereFrom.entry().text;
    let response = ui.add_enabled(false, egui::Button::new(text)).on_disabled_hover_text(why);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, false, format!("{text} {why}")));
}

/// Splits an open string at its line breaks and after `LINE_CHARS` characters.
fn pieces(string: &str) -> Vec<std::ops::Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut n_chars) = (0, 0);
    for (at, char) in string.char_indices() {
        if char == '\n' || n_chars == LINE_CHARS {
            pieces.push(start..at);
            start = if char == '\n' { at + 1 } else { at };
            n_chars = 0;
        }
        n_chars += usize::from(char != '\n');
    }
    pieces.push(start..string.len());
    pieces
}

impl Line {
    fn label(&self) -> String {
        let name = self.name.as_deref().map_or(String::new(), |name| format!("{name}: "));
        let sign = match self.sign {
            None => "",
            Some(Sign::Added) => "added ",
            Some(Sign::Changed) => "changed ",
            Some(Sign::Dropped) => "dropped ",
        };
        let value = match &self.shape {
            Shape::Leaf => text::compact(&self.value),
            Shape::Cut => cut(&self.value),
            Shape::Folded | Shape::Open => summary(&self.value),
            Shape::Close => "end".to_owned(),
            Shape::Piece(range) => {
                self.value.as_str().and_then(|it| it.get(range.clone())).unwrap_or_default().to_owned()
            }
        };
        format!("{sign}{name}{value}")
    }

    fn paint(&self, ui: &Ui, rect: Rect, theme: &Theme, signs: bool, hot: bool) {
        let painter = ui.painter();
        let changed = matches!(self.sign, Some(Sign::Added | Sign::Changed));
        if changed {
            painter.rect_filled(rect, 0.0, theme.tint_now);
        } else if hot {
            painter.rect_filled(rect, 0.0, theme.bg_hover);
        }
        let mut left = rect.left() + 4.0;
        if signs {
            let sign = match self.sign {
                None => "",
                Some(Sign::Added) => "+",
                Some(Sign::Changed) => "~",
                Some(Sign::Dropped) => "−",
            };
            let place = Rect::from_min_size(pos2(left, rect.top()), vec2(SIGN_GUTTER - 8.0, rect.height()));
            draw::center(painter, place, sign, fonts::mono(fonts::BODY), theme.now);
            left += SIGN_GUTTER - 8.0;
        }
        left += f32::from(self.depth) * INDENT;
        let caret = match self.shape {
            Shape::Open => icons::CARET_DOWN,
            Shape::Folded | Shape::Cut if self.sign != Some(Sign::Dropped) => icons::CARET_RIGHT,
            _ => "",
        };
        if !caret.is_empty() {
            let ink = if hot { theme.text_strong } else { theme.text_subdued };
            draw::icon(painter, pos2(left + 8.0, rect.center().y), caret, 10.0, ink);
        }
        left += CARET_GUTTER;
        let mut job = self.job(theme);
        job.wrap = egui::text::TextWrapping::truncate_at_width((rect.right() - 8.0 - left).max(0.0));
        let galley = painter.layout_job(job);
        let top = (rect.center().y - galley.size().y / 2.0).round();
        painter.galley(pos2(left, top), galley, theme.text);
    }

    fn job(&self, theme: &Theme) -> LayoutJob {
        let mut job = LayoutJob::default();
        let mut add = |text: &str, color: Color32| {
            job.append(text, 0.0, TextFormat::simple(fonts::mono(fonts::BODY), color));
        };
        let dropped = self.sign == Some(Sign::Dropped);
        if let Some(name) = &self.name {
            let mut quoted = String::with_capacity(name.len() + 2);
            text::write_quoted(name, &mut quoted);
            add(&quoted, if dropped { theme.text_subdued } else { theme.json_key });
            add(": ", theme.text);
        }
        let scalar = match self.value {
            Json::String(_) => theme.json_string,
            _ => theme.json_number,
        };
        match &self.shape {
            Shape::Leaf if self.value.depth() > 0 => add(&text::compact(&self.value), theme.text),
            Shape::Leaf => add(&text::compact(&self.value), if dropped { theme.text_subdued } else { scalar }),
            Shape::Cut => {
                add(&cut(&self.value), scalar);
                add(&format!("  {}", bytes(self.value.size_bytes())), theme.text_subdued);
            }
            Shape::Folded => add(&summary(&self.value), theme.text_subdued),
            Shape::Open => match &self.value {
                Json::Array(_) => add("[", theme.text),
                Json::Object(_) => add("{", theme.text),
                other => add(&bytes(other.size_bytes()), theme.text_subdued),
            },
            Shape::Close => add(if matches!(self.value, Json::Array(_)) { "]" } else { "}" }, theme.text),
            Shape::Piece(range) => {
                let piece = self.value.as_str().and_then(|it| it.get(range.clone())).unwrap_or_default();
                add(piece, theme.json_string);
            }
        }
        if dropped {
            add("  dropped", theme.text_subdued);
        } else if self.comma {
            add(",", theme.text);
        }
        job
    }

    fn menu(&self, ui: &mut Ui, out: &mut Vec<Request>) {
        if ui.button("Copy value").clicked() {
            out.push(Request::Copy(text::pretty(&self.value)));
            ui.close();
        }
        if let Some(string) = self.value.as_str()
            && ui.button("Copy text without quotes").clicked()
        {
            out.push(Request::Copy(string.to_owned()));
            ui.close();
        }
        if let Some(name) = &self.name
            && ui.button("Copy name").clicked()
        {
            out.push(Request::Copy(name.to_string()));
            ui.close();
        }
    }
}

fn cut(value: &Json) -> String {
    let string = value.as_str().unwrap_or_default();
    let mut text = String::new();
    let end = string.char_indices().nth(CUT_CHARS).map_or(string.len(), |(at, _)| at);
    text::write_quoted(&string[..end], &mut text);
    text.pop();
    text.push_str("…\"");
    text
}

fn summary(value: &Json) -> String {
    match value {
        Json::Object(object) if object.len() == 1 => "{ 1 key }".to_owned(),
        Json::Object(object) => format!("{{ {} keys }}", object.len()),
        Json::Array(array) if array.len() == 1 => "[ 1 item ]".to_owned(),
        Json::Array(array) => format!("[ {} items ]", array.len()),
        other => bytes(other.size_bytes()),
    }
}

/// Writes a size with one unit: `412 B`, `3.1 KiB`, `1.2 MiB`.
pub fn bytes(n_bytes: usize) -> String {
    const KIB: f64 = 1024.0;
    let size = n_bytes as f64;
    if size < KIB {
        format!("{n_bytes} B")
    } else if size < KIB * KIB {
        format!("{:.1} KiB", size / KIB)
    } else {
        format!("{:.1} MiB", size / KIB / KIB)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(value: &str, base: Option<&str>) -> Vec<(Option<Sign>, String)> {
        let mut tree = JsonTree::default();
        let parse = |text: &str| text::parse(text).expect("test JSON");
        tree.set(&parse(value), base.map(parse).as_ref());
        tree.lines.iter().map(|line| (line.sign, line.job(&Theme::DARK).text)).collect()
    }

    fn texts(value: &str) -> Vec<String> {
        lines(value, None).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn small_values_start_open_and_large_ones_folded() {
        let large = format!(r#"{{"a":{{"b":1}},"items":[{}]}}"#, vec!["1234567"; 40].join(","));
        assert_eq!(texts(&large), ["{", r#""a": {"#, r#""b": 1"#, "},", r#""items": [ 40 items ]"#, "}"]);
    }

    #[test]
    fn what_was_added_changed_and_dropped_carries_its_sign() {
        let found = lines(r#"{"a":1,"b":{"c":2,"d":3},"e":{"f":1}}"#, Some(r#"{"a":2,"b":{"c":2},"x":5}"#));
        let signed: Vec<(Sign, &str)> =
            found.iter().filter_map(|(sign, text)| Some(((*sign)?, text.as_str()))).collect();
        assert_eq!(
            signed,
            [
                (Sign::Changed, r#""a": 1,"#),
                (Sign::Added, r#""d": 3"#),
                (Sign::Added, r#""e": {"#),
                (Sign::Added, r#""f": 1"#),
                (Sign::Added, "}"),
                (Sign::Dropped, r#""x": 5  dropped"#),
            ]
        );
    }

    #[test]
    fn a_folded_list_of_a_million_costs_one_line() {
        let value = Json::array((0..1_000_000).map(Json::from));
        let mut tree = JsonTree::default();
        tree.set(&Json::object([("list", value)]), None);
        assert_eq!(tree.n_lines(), 3);
    }

    #[test]
    fn long_strings_are_cut_and_open_into_lines() {
        let long = "x".repeat(200);
        let value = Json::object([("s", Json::from(long))]);
        let mut tree = JsonTree::default();
        tree.set(&value, None);
        assert_eq!(tree.n_lines(), 3);
        let place = tree.lines[1].place;
        tree.toggled.insert(place, true);
        tree.built = false;
        tree.set(&value, None);
        assert_eq!(tree.n_lines(), 2 + 1 + 200usize.div_ceil(LINE_CHARS));
    }

    #[test]
    fn pieces_of_a_string_are_the_string() {
        let text = format!("{}\nß{}", "é".repeat(130), "y".repeat(64));
        let joined: Vec<&str> = pieces(&text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(joined.concat(), text.replace('\n', ""));
    }

    #[test]
    fn sizes_have_one_unit() {
        assert_eq!([bytes(412), bytes(3174), bytes(1_258_291)], ["412 B", "3.1 KiB", "1.2 MiB"]);
    }
}
