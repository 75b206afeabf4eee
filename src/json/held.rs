//! `Held`: an array or object, or the text that it is built from when it is first looked into.
//!
//! A recorded history has tens of thousands of payloads, of which few are ever looked at. As text they cost what the
//! file costs; as trees several times that. Which form a value has shows nowhere: its size, its depth and its text are
//! known either way.

use std::sync::{Arc, OnceLock};

use super::shape::shape;
use super::{Json, text};

/// A piece of a text that other pieces share.
#[derive(Clone)]
pub struct Piece {
    whole: Arc<String>,
    start: u32,
    end: u32,
}

impl Piece {
    /// Returns the bytes `start..end` of `whole`, or `None` where these are not a piece of a text.
    pub fn new(whole: &Arc<String>, start: usize, end: usize) -> Option<Self> {
        whole.get(start..end)?;
        Some(Self { whole: Arc::clone(whole), start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.whole[self.start as usize..self.end as usize]
    }
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_str().fmt(f)
    }
}

/// What arrays and objects are made of.
pub(super) trait Node: Clone + Default {
    /// Takes the node of a value that was built for nobody else.
    fn of(value: Json) -> Option<Held<Self>>;
    fn bytes(&self) -> usize;
    fn depth(&self) -> u32;
}

/// An array or object, built or not yet.
#[derive(Clone, Debug)]
pub(super) enum Held<N> {
    Built(N),
    Text(Unread<N>),
}

/// The text of an array or object: valid, without white space between its parts.
#[derive(Clone, Debug)]
pub(super) struct Unread<N> {
    text: Piece,
    depth: u32,
    built: OnceLock<Box<N>>,
}

impl<N: Node> Held<N> {
    pub(super) fn node(&self) -> &N {
        match self {
            Self::Built(node) => node,
            Self::Text(unread) => unread.built.get_or_init(|| Box::new(unread.build())),
        }
    }

    /// Returns the node for a change; the text is not that of the value any more.
    pub(super) fn node_mut(&mut self) -> &mut N {
        if let Self::Text(unread) = self {
            let node = unread.built.take().map_or_else(|| unread.build(), |it| *it);
            *self = Self::Built(node);
        }
        match self {
            Self::Built(node) => node,
            Self::Text(_) => unreachable!("it was built just now"),
        }
    }

    /// Returns the text of a value that was read and never changed.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Built(_) => None,
            Self::Text(unread) => Some(unread.text.as_str()),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Built(node) => node.bytes(),
            Self::Text(unread) => unread.text.as_str().len().saturating_sub(2),
        }
    }

    pub(super) fn depth(&self) -> u32 {
        match self {
            Self::Built(node) => node.depth(),
            Self::Text(unread) => unread.depth,
        }
    }
}

impl<N: Node> Unread<N> {
    fn build(&self) -> N {
        let built = text::parse(self.text.as_str()).ok().and_then(N::of);
        debug_assert!(built.is_some(), "the scanner and the parser agree on {:?}", self.text.as_str());
        match built {
            Some(Held::Built(node)) => node,
            _ => N::default(),
        }
    }
}

impl Json {
    /// Reads one JSON value, as [`text::parse`] does, but builds an array or object only when it is looked into.
    ///
    /// Fails where [`text::parse`] does.
    pub fn of_text(piece: Piece) -> Result<Self, text::ParseError> {
        let source = piece.as_str();
        let opens_with = source.trim_ascii_start().bytes().next();
        let Some(shape) = shape(source).filter(|_| matches!(opens_with, Some(b'{' | b'['))) else {
            return text::parse(source);
        };
        let text = if shape.n_blanks == 0 { piece } else { piece_of(super::shape::without_blanks(source)) };
        let depth = shape.depth;
        Ok(if opens_with == Some(b'[') {
            Self::Array(super::Array(Arc::new(Held::Text(Unread { text, depth, built: OnceLock::new() }))))
        } else {
            Self::Object(super::Object(Arc::new(Held::Text(Unread { text, depth, built: OnceLock::new() }))))
        })
    }

    /// Returns the text of an array or object that was read and never changed.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Array(array) => array.0.text(),
            Self::Object(object) => object.0.text(),
            _ => None,
        }
    }
}

fn piece_of(text: String) -> Piece {
    let end = text.len() as u32;
    Piece { whole: Arc::new(text), start: 0, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(text: &str) -> Json {
        Json::of_text(piece_of(text.to_owned())).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn a_value_is_the_same_read_or_not_yet_read() {
        for source in [
            "{}",
            "[]",
            r#"{"a":1,"b":[true,null,{"c":"é\n\"\\"}],"a":2}"#,
            " [ 1 , 2.50 , -0 , 1e3 , \" a b \" ] ",
            r#"["\ud83d\ude00","\u0041\/"]"#,
            "7",
            "\"text\"",
        ] {
            let (lazy, built) = (unread(source), text::parse(source).expect("test JSON"));
            assert_eq!(lazy.depth(), built.depth(), "{source}");
            assert_eq!(lazy.size_bytes(), text::compact(&lazy).len(), "{source}");
            assert_eq!(lazy, built, "{source}");
            assert_eq!(built, lazy, "{source}");
            assert_eq!(text::parse(&text::compact(&lazy)), Ok(built), "{source}");
        }
    }

    #[test]
    fn a_change_makes_a_value_of_its_own() {
        let before = unread(r#"{"a":[1,2]}"#);
        let Json::Object(mut object) = before.clone() else { panic!("an object") };
        object.set("b", Json::from(3));
        assert_eq!(text::compact(&Json::Object(object)), r#"{"a":[1,2],"b":3}"#);
        assert_eq!(text::compact(&before), r#"{"a":[1,2]}"#);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for source in ["", "{", "[1,]", "{\"a\" 1}", "[1e999]", "[\"\\ud800\"]", "[1] 2", "{a:1}", "[01]", "[\"\t\"]"] {
            assert!(Json::of_text(piece_of(source.to_owned())).is_err(), "{source}");
        }
    }

    /// Texts that are JSON or nearly so: pieces of it in any order.
    fn nearly_json(seed: u64) -> String {
        const PIECES: [&str; 30] = [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\"",
            "\"b\\n\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\udc00\"",
            "1",
            "-0",
            "1.5e3",
            "1e400",
            "01",
            "1.",
            "true",
            "nul",
            "null",
            " ",
            "\n",
            "\"",
            "\\",
            "{}",
            "[]",
            "\"a\":1",
            "[1,2]",
            "é",
            "\"é\"",
        ];
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize
        };
        (0..=next() % 9).map(|_| PIECES[next() % PIECES.len()]).collect()
    }

    #[test]
    fn the_scanner_and_the_parser_agree_on_what_is_json() {
        let mut n_json = 0;
        for seed in 0..60_000 {
            let source = nearly_json(seed);
            let built = text::parse(&source);
            assert_eq!(shape(&source).is_some(), built.is_ok(), "{source:?}");
            if let Ok(built) = built {
                n_json += 1;
                assert_eq!(unread(&source), built, "{source:?}");
                assert_eq!(unread(&source).depth(), built.depth(), "{source:?}");
            }
        }
        assert!(n_json > 3_000, "{n_json}");
    }
}
