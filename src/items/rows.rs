//! Text whose rows are items: one object a row, with a member for each column.

use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder};

use super::Failed;
use crate::json::Json;

/// Where the names of the columns stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Headers {
    /// In the first row, which is no item then.
    FirstRow,
    /// In the definition.
    Given(Vec<Arc<str>>),
}

/// What stands between two fields of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "these are the language's own names")]
pub enum Delimiter {
    #[default]
    Comma,
    Pipe,
    Semicolon,
    Space,
    Tab,
}

impl Delimiter {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Comma, Self::Pipe, Self::Semicolon, Self::Space, Self::Tab];

    /// Returns the word that stands in `CSVDelimiter`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "COMMA",
            Self::Pipe => "PIPE",
            Self::Semicolon => "SEMICOLON",
            Self::Space => "SPACE",
            Self::Tab => "TAB",
        }
    }

    /// Returns the delimiter that `CSVDelimiter` names.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Pipe => b'|',
            Self::Semicolon => b';',
            Self::Space => b' ',
            Self::Tab => b'\t',
        }
    }
}

/// Appends the rows of `bytes` to `items`, until there are `most` of them.
///
/// Every value is a text. A row that is too short has empty texts for the rest, one that is too long loses what is
/// beyond the columns, and empty lines are no rows (recorded).
pub(super) fn rows(
    bytes: &[u8],
    headers: &Headers,
    delimiter: Delimiter,
    most: usize,
    items: &mut Vec<Json>,
) -> Result<(), Failed> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter.byte()).from_reader(bytes);
    let mut row = ByteRecord::new();
    let mut next = |row: &mut ByteRecord| {
        reader.read_byte_record(row).map_err(|error| Failed::service(format!("The CSV file cannot be read: {error}")))
    };
    let names: Vec<Arc<str>> = match headers {
        Headers::Given(names) => names.clone(),
        Headers::FirstRow if next(&mut row)? => row.iter().map(|it| Arc::from(&*String::from_utf8_lossy(it))).collect(),
        Headers::FirstRow => return Ok(()),
    };
    if names.iter().enumerate().any(|(nth, name)| names[..nth].contains(name)) {
        return Err(Failed::service("CSV headers cannot contain duplicates."));
    }
    let empty: Arc<str> = Arc::from("");
    while items.len() < most && next(&mut row)? {
        let member = |(nth, name): (usize, &Arc<str>)| {
            let value = match row.get(nth) {
                None | Some([]) => Arc::clone(&empty),
                Some(field) => Arc::from(&*String::from_utf8_lossy(field)),
            };
            (Arc::clone(name), Json::String(value))
        };
        items.push(Json::Object(names.iter().enumerate().map(member).collect()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::text::compact;

    fn read(text: &str, headers: &Headers, delimiter: Delimiter) -> Result<Vec<String>, Failed> {
        let mut items = Vec::new();
        rows(text.as_bytes(), headers, delimiter, usize::MAX, &mut items)?;
        Ok(items.iter().map(compact).collect())
    }

    #[test]
    fn rows_of_any_length_become_objects_of_the_columns() {
        let found = read("a,b\n1,2\n,,,\n3\n   \n\n4,'x'\n", &Headers::FirstRow, Delimiter::Comma).expect("sound");
        let expected = [
            r#"{"a":"1","b":"2"}"#,
            r#"{"a":"","b":""}"#,
            r#"{"a":"3","b":""}"#,
            r#"{"a":"   ","b":""}"#,
            r#"{"a":"4","b":"'x'"}"#,
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn quotes_keep_delimiters_and_line_ends_together() {
        let text = "\u{feff}name,says\r\n\"Lee, Ann\",\"two\nlines\"\r\n\"a \"\"b\"\"\",c\r\n";
        let found = read(text, &Headers::FirstRow, Delimiter::Comma).expect("sound");
        assert_eq!(
            found,
            [r#"{"name":"Lee, Ann","says":"two\nlines"}"#, r#"{"name":"a \"b\"","says":"c"}"#],
            "and the mark of the byte order is no part of the first name"
        );
    }

    #[test]
    fn each_delimiter_divides_fields() {
        let given = Headers::Given(vec!["a".into(), "b".into()]);
        for (name, text) in [("COMMA", "1,2"), ("PIPE", "1|2"), ("SEMICOLON", "1;2"), ("SPACE", "1 2"), ("TAB", "1\t2")]
        {
            let delimiter = Delimiter::of(name).expect("known");
            assert_eq!(read(text, &given, delimiter).expect("sound"), [r#"{"a":"1","b":"2"}"#], "{name}");
        }
        assert_eq!(Delimiter::of("comma"), None);
    }

    #[test]
    fn a_column_cannot_stand_twice_wherever_the_names_stand() {
        let duplicate = Err(Failed::service("CSV headers cannot contain duplicates."));
        assert_eq!(read("a,a\n1,2\n", &Headers::FirstRow, Delimiter::Comma), duplicate);
        let given = Headers::Given(vec!["a".into(), "a".into()]);
        assert_eq!(read("1,2\n", &given, Delimiter::Comma), duplicate);
    }

    #[test]
    fn a_file_without_rows_has_no_items() {
        assert_eq!(read("", &Headers::FirstRow, Delimiter::Comma), Ok(vec![]));
        assert_eq!(read("a,b\n", &Headers::FirstRow, Delimiter::Comma), Ok(vec![]));
    }
}
