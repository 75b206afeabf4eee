//! The fields that only a distributed Map has: its processor's mode, reader, batcher, writer and label.

use std::sync::Arc;

use super::parts::{Reported, amount_within, template};
use crate::asl::fields::{Fields, Language, nearest};
use crate::asl::program::{Batcher, Dataset, Distributed, Mode, OutputType, Reader, Transformation, Writer};
use crate::diagnostic::{Diagnostic, Severity, has_errors};
use crate::items::{Delimiter, Format, Headers, Load};

/// The most items that a Map Run takes, and the most bytes of an input (the service's quotas).
const MOST_ITEMS: i64 = 100_000_000;
const MOST_BYTES: i64 = 262_144;

/// Why there is no mode.
pub(super) enum Unread {
    /// Something is wrong, which a diagnostic says.
    Wrong,
    /// Nothing is wrong, but this version does not read it.
    NotYet,
}

impl From<Reported> for Unread {
    fn from(_: Reported) -> Self {
        Self::Wrong
    }
}

/// Reads how the Map runs its items; `block` is its processor.
pub(super) fn mode(fields: &Fields<'_>, block: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Result<Mode, Unread> {
    const ONLY_DISTRIBUTED: [&str; 3] = ["ItemReader", "ItemBatcher", "ResultWriter"];
    let n_before = out.len();
    let config = block.inside("ProcessorConfig", "the ProcessorConfig", out);
    let word = |name, words: &[&'static str], out: &mut Vec<Diagnostic>| {
        config.as_ref().and_then(|it| one_of(it, name, words, out))
    };
    if let Some(config) = &config {
        config.unknown(&[&["Mode", "ExecutionType"]], out);
    }
    let distributed = word("Mode", &["INLINE", "DISTRIBUTED"], out) == Some("DISTRIBUTED");
    let express = word("ExecutionType", &["STANDARD", "EXPRESS"], out) == Some("EXPRESS");
    if !distributed {
        let foreign = ONLY_DISTRIBUTED.into_iter().find(|it| fields.has(it));
        if let Some(name) = foreign {
            let finding = fields.wrong(name, "ASL021", &format!("{name}, which only a distributed Map may have"));
            let help = "set Mode in its ProcessorConfig to DISTRIBUTED; as it is, the Map fails when it runs";
            out.push(Diagnostic { severity: Severity::Warning, ..finding.help(help) });
        }
        return Ok(Mode::Inline { foreign: foreign.is_some() });
    }
    let reader = reader(fields, out);
    let batcher = batcher(fields, out);
    let writer = writer(fields, out);
    let label = fields.get("Label").and_then(|it| it.as_str()).map(Arc::from);
    let (reader, batcher, writer) = (reader?, batcher?, writer?);
    if has_errors(&out[n_before..]) {
        return Err(Unread::Wrong);
    }
    Ok(Mode::Distributed(Box::new(Distributed { express, label, reader, batcher, writer })))
}

/// Reads a member that has to be one of `words` if it is there.
fn one_of(fields: &Fields<'_>, name: &str, words: &[&'static str], out: &mut Vec<Diagnostic>) -> Option<&'static str> {
    let text = fields.string(name, out)?;
    let found = words.iter().copied().find(|it| *it == text);
    if found.is_none() {
        let near = nearest(text, words.iter().copied());
        let help = near.map_or_else(|| format!("write {}", words.join(", ")), |it| format!("did you mean {it:?}?"));
        out.push(fields.wrong(name, "ASL004", &format!("an unknown {name} {text:?}")).help(help));
    }
    found
}

/// The name of the member with what an action of S3 is called with.
fn parameters(fields: &Fields<'_>) -> &'static str {
    match fields.language {
        Language::JsonPath => "Parameters",
        Language::Jsonata => "Arguments",
    }
}

/// Reads `Resource` and returns which of the actions of S3 in `actions` it names.
fn action(fields: &Fields<'_>, actions: &[&'static str], out: &mut Vec<Diagnostic>) -> Option<&'static str> {
    let help = format!("name an action of S3: arn:aws:states:::s3:{}", actions[0]);
    let resource = fields.required_string("Resource", &help, out)?;
    let named = resource
        .strip_prefix("arn:")
        .and_then(|it| it.split_once(':'))
        .and_then(|(_, it)| it.strip_prefix("states:::s3:"));
    let found = actions.iter().copied().find(|it| named == Some(*it));
    if found.is_none() {
        let all: Vec<String> = actions.iter().map(|it| format!("arn:aws:states:::s3:{it}")).collect();
        let what = format!("a Resource {resource:?} that it cannot use");
        out.push(fields.wrong("Resource", "ASL004", &what).help(format!("write {}", all.join(" or "))));
    }
    found
}

fn reader(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Result<Option<Reader>, Unread> {
    if !fields.has("ItemReader") {
        return Ok(None);
    }
    let it = fields.inside("ItemReader", "the ItemReader", out).ok_or(Unread::Wrong)?;
    it.unknown(&[&["Resource", "ReaderConfig", "Parameters", "Arguments", "Comment"]], out);
    let action = action(&it, &["getObject", "listObjectsV2"], out);
    let parameters = template(&it, parameters(&it), out);
    let config = it.inside("ReaderConfig", "the ReaderConfig", out);
    let max_items = match &config {
        Some(config) => amount_within(config, "MaxItems", "MaxItemsPath", (1, MOST_ITEMS), out),
        None => Ok(None),
    };
    let dataset = dataset(&it, action.ok_or(Unread::Wrong)?, config.as_ref(), out);
    Ok(Some(Reader { parameters: parameters?, dataset: dataset?, max_items: max_items? }))
}

fn dataset(
    reader: &Fields<'_>,
    action: &str,
    config: Option<&Fields<'_>>,
    out: &mut Vec<Diagnostic>,
) -> Result<Dataset, Unread> {
    const CONFIG: &[&str] = &[
        "InputType",
        "Transformation",
        "ManifestType",
        "CSVDelimiter",
        "CSVHeaderLocation",
        "CSVHeaders",
        "ItemsPointer",
        "MaxItems",
        "MaxItemsPath",
    ];
    let listing = action == "listObjectsV2";
    let Some(config) = config else {
        if listing {
            return Ok(Dataset::Listing(None));
        }
        out.push(reader.missing("ReaderConfig", "say what the object holds, for example {\"InputType\": \"JSON\"}"));
        return Err(Unread::Wrong);
    };
    config.unknown(&[CONFIG], out);
    let input_type = one_of(config, "InputType", &["CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"], out);
    let manifest = one_of(config, "ManifestType", &["ATHENA_DATA", "S3_INVENTORY"], out);
    let flatten = one_of(config, "Transformation", &["NONE", "LOAD_AND_FLATTEN"], out) == Some("LOAD_AND_FLATTEN");
    if listing && !flatten {
        return Ok(Dataset::Listing(None));
    }
    if !listing && (manifest == Some("S3_INVENTORY") || (input_type == Some("MANIFEST") && manifest.is_none())) {
        // The inventory says itself how its columns are called.
        let headers = if config.has("CSVHeaderLocation") { Some(headers(config, out)?) } else { None };
        return Ok(Dataset::Object(Load::Inventory(headers, delimiter(config, out))));
    }
    let format = match input_type {
        Some("PARQUET") => return Err(Unread::NotYet),
        Some("CSV") => {
            // Files that Athena unloads have no row of headers; elsewhere the service asks where they are.
            Format::Csv(headers(config, out)?, delimiter(config, out))
        }
        Some("JSONL") => Format::Jsonl,
        Some("JSON") => Format::Json { pointer: pointer(config, out)? },
        Some(other) => {
            out.push(config.wrong("InputType", "ASL004", &format!("the InputType {other}, which holds no items")));
            return Err(Unread::Wrong);
        }
        None => {
            if !config.has("InputType") {
                out.push(config.missing("InputType", "write CSV, JSON, JSONL or MANIFEST"));
            }
            return Err(Unread::Wrong);
        }
    };
    Ok(match (listing, manifest) {
        (true, _) => Dataset::Listing(Some(format)),
        (false, Some(_)) => Dataset::Object(Load::AthenaData(format)),
        (false, None) => Dataset::Object(Load::Items(format)),
    })
}

fn delimiter(config: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Delimiter {
    let words = Delimiter::ALL.map(Delimiter::name);
    one_of(config, "CSVDelimiter", &words, out).and_then(Delimiter::of).unwrap_or_default()
}

fn headers(config: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Result<Headers, Unread> {
    match one_of(config, "CSVHeaderLocation", &["FIRST_ROW", "GIVEN"], out) {
        Some("GIVEN") => {
            if !config.has("CSVHeaders") {
                out.push(config.missing("CSVHeaders", "name the columns, for example [\"id\", \"name\"]"));
            }
            let items = config.list("CSVHeaders", out).ok_or(Unread::Wrong)?;
            let names: Option<Vec<Arc<str>>> = items.iter().map(|it| it.as_str().map(Arc::from)).collect();
            names.map(Headers::Given).ok_or_else(|| {
                let what = "CSVHeaders that are not a list of strings";
                out.push(config.wrong("CSVHeaders", "ASL003", what));
                Unread::Wrong
            })
        }
        Some(_) => Ok(Headers::FirstRow),
        None if config.has("CSVHeaderLocation") => Err(Unread::Wrong),
        None => {
            let finding = config.missing("CSVHeaderLocation", "write FIRST_ROW, or GIVEN with CSVHeaders");
            out.push(Diagnostic { severity: Severity::Warning, ..finding });
            Ok(Headers::FirstRow)
        }
    }
}

fn pointer(config: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Result<Arc<str>, Unread> {
    let Some(text) = config.string("ItemsPointer", out) else {
        return if config.has("ItemsPointer") { Err(Unread::Wrong) } else { Ok(Arc::default()) };
    };
    if !text.is_empty() && !text.starts_with('/') {
        let what = format!("an ItemsPointer {text:?} that is no JSON pointer");
        out.push(config.wrong("ItemsPointer", "ASL004", &what).help("begin it with /, for example /orders/items"));
        return Err(Unread::Wrong);
    }
    Ok(text.into())
}

fn batcher(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Result<Option<Batcher>, Unread> {
    const SIZES: [&str; 4] =
        ["MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"];
    if !fields.has("ItemBatcher") {
        return Ok(None);
    }
    let it = fields.inside("ItemBatcher", "the ItemBatcher", out).ok_or(Unread::Wrong)?;
    it.unknown(&[&SIZES, &["BatchInput", "Comment"]], out);
    if !SIZES.iter().any(|name| it.has(name)) {
        out.push(
            it.missing("MaxItemsPerBatch", "say how large a batch is: MaxItemsPerBatch, MaxInputBytesPerBatch or both"),
        );
    }
    let max_items = amount_within(&it, SIZES[0], SIZES[1], (1, MOST_ITEMS), out);
    let max_bytes = amount_within(&it, SIZES[2], SIZES[3], (1, MOST_BYTES), out);
    let input = template(&it, "BatchInput", out);
    Ok(Some(Batcher { max_items: max_items?, max_bytes: max_bytes?, input: input? }))
}

fn writer(fields: &Fields<'_>, out: &mut Vec<Diagnostic>) -> Result<Option<Writer>, Unread> {
    if !fields.has("ResultWriter") {
        return Ok(None);
    }
    let it = fields.inside("ResultWriter", "the ResultWriter", out).ok_or(Unread::Wrong)?;
    it.unknown(&[&["Resource", "Parameters", "Arguments", "WriterConfig", "Comment"]], out);
    let config = it.inside("WriterConfig", "the WriterConfig", out);
    let exports = it.has("Resource") || it.has("Parameters") || it.has("Arguments");
    if !exports && config.is_none() {
        out.push(it.missing("Resource", "write arn:aws:states:::s3:putObject, or give it a WriterConfig"));
    }
    let parameters = if exports {
        let name = parameters(&it);
        action(&it, &["putObject"], out);
        if !it.has(name) {
            out.push(it.missing(name, "name the Bucket, and a Prefix if you like"));
        }
        template(&it, name, out)
    } else {
        Ok(None)
    };
    let word = |name, words: &[&'static str], out: &mut Vec<Diagnostic>| {
        config.as_ref().and_then(|it| one_of(it, name, words, out))
    };
    if let Some(config) = &config {
        config.unknown(&[&["Transformation", "OutputType"]], out);
    }
    let transformation = word("Transformation", &Transformation::ALL.map(Transformation::name), out);
    let output = word("OutputType", &OutputType::ALL.map(OutputType::name), out);
    Ok(Some(Writer {
        parameters: parameters?,
        transformation: Transformation::ALL
            .into_iter()
            .find(|it| transformation == Some(it.name()))
            .unwrap_or(if exports { Transformation::None } else { Transformation::Compact }),
        output: OutputType::ALL.into_iter().find(|it| output == Some(it.name())).unwrap_or_default(),
    }))
}
