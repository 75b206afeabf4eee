//! From a file's bytes to JSON text: gzip, byte order marks, and tables that logs are exported as.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;

use crate::diagnostic::Diagnostic;
use crate::json::source;

/// How much of a file tells what it is.
const BEGINNING: usize = 1 << 20;
/// More than this is not unpacked: the service's histories end at some GB, and a bomb does not.
const MOST_BYTES: u64 = 2 << 30;

/// Returns the beginning of what the bytes hold.
pub(super) fn beginning(bytes: &[u8]) -> Vec<u8> {
    if !is_gzip(bytes) {
        return bytes[..bytes.len().min(BEGINNING)].to_vec();
    }
    let mut out = Vec::new();
    // A packed file that breaks off later is still recognised.
    let _ = MultiGzDecoder::new(bytes).take(BEGINNING as u64).read_to_end(&mut out);
    out
}

/// Returns the text, as the bytes of JSON values one after the other.
pub(super) fn text(bytes: Vec<u8>) -> Result<Vec<u8>, Box<Diagnostic>> {
    let bytes = if is_gzip(&bytes) { unpack(&bytes)? } else { bytes };
    let text = source::decode(&bytes)?;
    // Logs are downloaded from the console as a table whose last column is the message.
    let header = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().to_ascii_lowercase();
    if header.contains("message") && header.contains("timestamp") && !header.contains(['{', '[']) {
        return Ok(messages(text));
    }
    let mark = bytes.len() - text.trim_start_matches('\u{feff}').len();
    let mut bytes = bytes;
    bytes.drain(..mark);
    Ok(bytes)
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Box<Diagnostic>> {
    let mut out = Vec::new();
    let refused = |what: String| Box::new(Diagnostic::error("HIS002", what).help("download or pack the file again"));
    match MultiGzDecoder::new(bytes).take(MOST_BYTES).read_to_end(&mut out) {
        Ok(_) if out.len() as u64 == MOST_BYTES => {
            Err(refused(format!("the packed file holds more than {MOST_BYTES} bytes")))
        }
        Ok(_) => Ok(out),
        Err(error) => Err(refused(format!("the file cannot be unpacked: {error}"))),
    }
}

/// Returns the messages of a table, one a line.
fn messages(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let named = |it: &str| it.trim_start_matches('@').eq_ignore_ascii_case("message");
    let column = reader.headers().ok().and_then(|it| it.iter().position(named)).unwrap_or(1);
    for record in reader.records().flatten() {
        if let Some(message) = record.get(column).filter(|it| it.trim_start().starts_with('{')) {
            out.extend_from_slice(message.as_bytes());
            out.push(b'\n');
        }
    }
    out
}
