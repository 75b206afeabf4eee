//! From bytes to text: names what is no text, and where a text breaks off being UTF-8.

use crate::diagnostic::{Diagnostic, Span};

/// Spans count bytes in 32 bits.
const MAX_BYTES: usize = u32::MAX as usize;

/// The first bytes of what people drop on the window by mistake, and what to do with it.
const SIGNATURES: [(&[u8], &str, &str); 9] = [
    (b"\x1f\x8b", "compressed with gzip", "unpack it with gunzip and open the result"),
    (b"PK\x03\x04", "a zip archive", "unpack it and open the definition inside"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it with unzstd and open the result"),
    (b"BZh", "compressed with bzip2", "unpack it with bunzip2 and open the result"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it with unxz and open the result"),
    (b"\x89PNG", "a PNG picture", "open the definition the picture was made from"),
    (b"\xff\xd8\xff", "a JPEG picture", "open the definition the picture was made from"),
    (b"%PDF-", "a PDF document", "open the definition as JSON or YAML"),
    (b"\x7fELF", "a program", "open a definition as JSON or YAML"),
];

/// Returns the bytes as text, with its byte order mark if there is one: offsets in the text are offsets in the file.
///
/// Fails on compressed and binary content, on UTF-16, and on the first byte that is not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<&str, Box<Diagnostic>> {
    for (signature, what, help) in SIGNATURES {
        if bytes.starts_with(signature) {
            return refused(format!("the file is {what}, not text"), help);
        }
    }
    // ASCII written as UTF-16 has a zero in every other byte, also where the mark is missing.
    let is_utf16 = match *bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [a, b, c, d, ..] => [a, c] == [0, 0] && b > 0 && d > 0 || [b, d] == [0, 0] && a > 0 && c > 0,
        _ => false,
    };
    if is_utf16 {
        return refused("the file is UTF-16 text".to_owned(), "save it as UTF-8");
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let line = bytes[..at].split(|it| *it == b'\n').count();
    let zeros = bytes.iter().take(8_192).filter(|it| **it == 0).count();
    let message = if zeros > 0 {
        "the file is binary, not text".to_owned()
    } else {
        format!("byte 0x{:02x} on line {line}, offset {at} of the file, is not UTF-8", bytes[at])
    };
    let span = Span::new(at, at + error.error_len().unwrap_or(bytes.len() - at));
    let help = "save the file as UTF-8; definitions written on Windows are often in Windows-1252";
    Err(Box::new(Diagnostic::error("TXT002", message).at("", span).help(help)))
}

/// Returns why the text, which stands at `start` of its file, cannot be read in any format.
pub(super) fn refusal(text: &str, start: usize) -> Option<Diagnostic> {
    let everything = Span::new(0, start + text.len().min(MAX_BYTES - start));
    if text.len() > MAX_BYTES - start {
        let message = format!("the text has {} bytes; at most {MAX_BYTES} can be read", text.len());
        return Some(Diagnostic::error("TXT002", message).help("split the file"));
    }
    if text.trim_start().is_empty() {
        let what = if text.is_empty() { "the text is empty" } else { "the text is nothing but white space" };
        let help = "write a definition, which begins with `StartAt` and `States`";
        return Some(Diagnostic::error("TXT001", what).at("", everything).help(help));
    }
    let at = start + text.bytes().position(|it| it == 0)?;
    let message = format!("the text has a zero byte at offset {at}");
    let help = "remove it, or save the file again as UTF-8 text if it is something else";
    Some(Diagnostic::error("TXT002", message).at("", Span::new(at, at + 1)).help(help))
}

fn refused<T>(message: String, help: &str) -> Result<T, Box<Diagnostic>> {
    Err(Box::new(Diagnostic::error("TXT002", message).help(help)))
}

#[cfg(test)]
mod tests {
    use super::super::{parse, parse_bytes};

    fn only_message(bytes: &[u8]) -> String {
        let (node, diagnostics) = parse_bytes(bytes);
        assert!(node.is_none());
        assert_eq!(diagnostics.len(), 1);
        assert!(diagnostics[0].help.is_some());
        diagnostics[0].message.clone()
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(only_message(b"\x1f\x8b\x08\0\0"), "the file is compressed with gzip, not text");
        assert_eq!(only_message(b"PK\x03\x04rest"), "the file is a zip archive, not text");
        assert_eq!(only_message(b"\xff\xfe{\0}\0"), "the file is UTF-16 text");
        assert_eq!(only_message(b"{\0}\0"), "the file is UTF-16 text");
        assert_eq!(only_message(b"\x01\x02\0\xff\xff\x80"), "the file is binary, not text");
    }

    #[test]
    fn the_first_byte_that_is_not_utf8_has_line_and_offset() {
        assert_eq!(only_message(b"{\n\"a\": \"\xe9\"}"), "byte 0xe9 on line 2, offset 8 of the file, is not UTF-8");
        assert_eq!(only_message(b"{\"a\": \"\xe2\x82"), "byte 0xe2 on line 1, offset 7 of the file, is not UTF-8");
    }

    #[test]
    fn empty_text_white_space_and_zero_bytes_are_three_findings() {
        assert_eq!(only_message(b""), "the text is empty");
        assert_eq!(only_message(b" \n\t "), "the text is nothing but white space");
        assert_eq!(only_message(b"{\"a\": \"\0\"}"), "the text has a zero byte at offset 7");
    }

    #[test]
    fn offsets_count_the_byte_order_mark() {
        for text in ["\u{feff}{\"a\": 1}", "\u{feff}a: 1"] {
            let (node, diagnostics) = parse(text);
            assert_eq!(diagnostics, []);
            let node = node.expect("it is valid");
            let value = node.get("a").expect("there is an a");
            assert_eq!(&text[value.span.start as usize..value.span.end as usize], "1");
        }
    }
}
