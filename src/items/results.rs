//! `ResultWriter`: what becomes of the results of child executions, as the state's output or in files.

use std::sync::Arc;

use crate::json::{Array, Json, Number, Object, text};
use crate::time::Timestamp;

/// How results are put together (`WriterConfig.Transformation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transformation {
    /// With everything that is known of the child executions.
    None,
    /// Their outputs.
    Compact,
    /// Their outputs; the items of those that are lists.
    Flatten,
}

impl Transformation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Compact, Self::Flatten];

    /// Returns the word that stands in `Transformation`.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Compact => "COMPACT",
            Self::Flatten => "FLATTEN",
        }
    }
}

/// How the text of results looks (`WriterConfig.OutputType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputType {
    /// One list.
    #[default]
    Json,
    /// One result a line.
    Jsonl,
}

impl OutputType {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Json, Self::Jsonl];

    /// Returns the word that stands in `OutputType`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Jsonl => "JSONL",
        }
    }

    fn text(self, results: &Array) -> String {
        match self {
            Self::Json => text::compact(&Json::Array(results.clone())),
            Self::Jsonl => results.iter().fold(String::new(), |mut lines, it| {
                text::write_compact(it, &mut lines);
                lines.push('\n');
                lines
            }),
        }
    }
}

/// How a child execution ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// Well, with its output.
    Succeeded(Json),
    /// It failed.
    Failed {
        /// The error.
        error: Option<Arc<str>>,
        /// The cause.
        cause: Option<Arc<str>>,
    },
    /// Its time ran out.
    TimedOut,
    /// It was given up.
    Aborted,
}

impl Ending {
    /// Returns the service's word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Succeeded(_) => "SUCCEEDED",
            Self::Failed { .. } => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }
}

/// Everything that is known of a child execution that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its ARN.
    pub execution_id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// The ARN of the state machine that it is an execution of.
    pub machine_id: Arc<str>,
    /// Its input.
    pub input: Json,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub stopped: Timestamp,
    /// How it ended.
    pub ending: Ending,
}

impl Record {
    /// Returns the record as the service writes it; payloads are texts in it.
    pub fn to_json(&self) -> Json {
        let included = || Json::object([("Included", Json::Bool(true))]);
        let text = |value: &Json| Json::from(text::compact(value));
        let mut members: Vec<(Arc<str>, Json)> = Vec::with_capacity(14);
        let mut add = |name: &str, value: Json| members.push((name.into(), value));
        if let Ending::Failed { error, cause } = &self.ending {
            if let Some(cause) = cause {
                add("Cause", Json::String(Arc::clone(cause)));
            }
            if let Some(error) = error {
                add("Error", Json::String(Arc::clone(error)));
            }
        }
        add("ExecutionArn", Json::String(Arc::clone(&self.execution_id)));
        add("Input", text(&self.input));
        add("InputDetails", included());
        add("Name", Json::String(Arc::clone(&self.name)));
        if let Ending::Succeeded(output) = &self.ending {
            add("Output", text(output));
        }
        add("OutputDetails", included());
        add("RedriveCount", Json::Number(Number::Int(0)));
        if matches!(self.ending, Ending::Succeeded(_)) {
            add("RedriveStatus", "NOT_REDRIVABLE".into());
            add("RedriveStatusReason", "Execution is SUCCEEDED and cannot be redriven".into());
        } else {
            add("RedriveStatus", "REDRIVABLE_BY_MAP_RUN".into());
        }
        add("StartDate", self.started.to_string().into());
        add("StateMachineArn", Json::String(Arc::clone(&self.machine_id)));
        add("Status", self.ending.name().into());
        add("StopDate", self.stopped.to_string().into());
        Json::Object(members.into_iter().collect())
    }

    /// Returns what of the record goes into the results; of one that failed always everything.
    pub fn result(&self, transformation: Transformation) -> Json {
        match (&self.ending, transformation) {
            (Ending::Succeeded(output), Transformation::Compact | Transformation::Flatten) => output.clone(),
            _ => self.to_json(),
        }
    }
}

/// Returns what is written of an input that no child execution was started for.
pub fn pending(input: &Json) -> Json {
    Json::object([
        ("Input", Json::from(text::compact(input))),
        ("InputDetails", Json::object([("Included", Json::Bool(true))])),
        ("Status", "PENDING".into()),
    ])
}

/// Returns the results as the state's output.
pub fn shape(results: &Array, transformation: Transformation, output: OutputType) -> Json {
    let results = if transformation == Transformation::Flatten { flat(results) } else { results.clone() };
    match output {
        OutputType::Json => Json::Array(results),
        OutputType::Jsonl => Json::from(output.text(&results)),
    }
}

fn flat(results: &Array) -> Array {
    let mut found = Vec::with_capacity(results.len());
    for result in results.iter() {
        match result {
            Json::Array(items) => found.extend(items.iter().cloned()),
            other => found.push(other.clone()),
        }
    }
    found.into_iter().collect()
}

/// Where results are written and how, with everything evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    /// The bucket.
    pub bucket: Arc<str>,
    /// The beginning of the files' names, empty for none.
    pub prefix: Arc<str>,
    /// How results are put together.
    pub transformation: Transformation,
    /// How their text looks.
    pub output: OutputType,
}

impl Writing {
    /// Returns the key of a file of the Map Run whose ARN ends in `run`.
    fn key(&self, run: &str, file: &str) -> String {
        let prefix = self.prefix.strip_suffix('/').unwrap_or(&self.prefix);
        let slash = if prefix.is_empty() { "" } else { "/" };
        format!("{prefix}{slash}{run}/{file}")
    }

    /// Returns the state's result: where everything is to be found.
    pub fn details(&self, map_run: &str) -> Json {
        let place = Json::object([
            ("Bucket", Json::String(Arc::clone(&self.bucket))),
            ("Key", Json::from(self.key(id_of(map_run), "manifest.json"))),
        ]);
        Json::object([("MapRunArn", Json::from(map_run)), ("ResultWriterDetails", place)])
    }
}

/// One object to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name within the bucket.
    pub key: Arc<str>,
    /// Its bytes.
    pub content: String,
}

fn id_of(map_run: &str) -> &str {
    map_run.rsplit(':').next().unwrap_or(map_run)
}

/// Returns the files of a Map Run: one for each status that there is, and the manifest that names them, last.
///
/// A file of the service ends at 5 GB and goes on in the next one; what runs here does not get there.
pub fn files(writing: &Writing, map_run: &str, succeeded: &Array, failed: &Array, unstarted: &Array) -> Vec<File> {
    let run = id_of(map_run);
    let mut files = Vec::new();
    let mut named = Vec::new();
    for (status, results) in [("FAILED", failed), ("PENDING", unstarted), ("SUCCEEDED", succeeded)] {
        let mut entries = Vec::new();
        if !results.is_empty() {
            let flatten = status == "SUCCEEDED" && writing.transformation == Transformation::Flatten;
            let results = if flatten { flat(results) } else { results.clone() };
            let (key, content) = (writing.key(run, &format!("{status}_0.json")), writing.output.text(&results));
            entries.push(Json::object([("Key", Json::from(key.as_str())), ("Size", Json::from(content.len() as i64))]));
            files.push(File { key: key.into(), content });
        }
        named.push((Arc::from(status), Json::array(entries)));
    }
    let manifest = Json::object([
        ("DestinationBucket", Json::String(Arc::clone(&writing.bucket))),
        ("MapRunArn", Json::from(map_run)),
        ("ResultFiles", Json::Object(Object::from_iter(named))),
    ]);
    files.push(File { key: writing.key(run, "manifest.json").into(), content: text::compact(&manifest) });
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(ending: Ending) -> Record {
        Record {
            execution_id: "arn:aws:states:r:1:execution:m/Each:c1".into(),
            name: "c1".into(),
            machine_id: "arn:aws:states:r:1:stateMachine:m/Each".into(),
            input: text::parse(r#"{"a":1}"#).expect("sound"),
            started: Timestamp::from_millis(0),
            stopped: Timestamp::from_millis(1_500),
            ending,
        }
    }

    #[test]
    fn a_record_has_what_the_service_writes() {
        let good = record(Ending::Succeeded(Json::from(2))).to_json();
        let expected = r#"{"ExecutionArn":"arn:aws:states:r:1:execution:m/Each:c1","Input":"{\"a\":1}","InputDetails":{"Included":true},"Name":"c1","Output":"2","OutputDetails":{"Included":true},"RedriveCount":0,"RedriveStatus":"NOT_REDRIVABLE","RedriveStatusReason":"Execution is SUCCEEDED and cannot be redriven","StartDate":"1970-01-01T00:00:00.000Z","StateMachineArn":"arn:aws:states:r:1:stateMachine:m/Each","Status":"SUCCEEDED","StopDate":"1970-01-01T00:00:01.500Z"}"#;
        assert_eq!(text::compact(&good), expected);
        let bad = record(Ending::Failed { error: Some("E".into()), cause: None });
        let text = text::compact(&bad.to_json());
        assert!(text.starts_with(r#"{"Error":"E","ExecutionArn":"#), "{text}");
        assert!(text.contains(r#""RedriveStatus":"REDRIVABLE_BY_MAP_RUN","StartDate""#), "{text}");
        assert_eq!(bad.result(Transformation::Compact), bad.to_json());
    }

    #[test]
    fn results_are_flattened_one_level() {
        let results = text::parse("[[1,[2]],3]").expect("sound");
        let results = results.as_array().expect("a list");
        let shown = |transformation, output| text::compact(&shape(results, transformation, output));
        assert_eq!(shown(Transformation::Compact, OutputType::Json), "[[1,[2]],3]");
        assert_eq!(shown(Transformation::Flatten, OutputType::Json), "[1,[2],3]");
        assert_eq!(shown(Transformation::Flatten, OutputType::Jsonl), r#""1\n[2]\n3\n""#);
    }

    #[test]
    fn there_is_a_file_for_each_status_and_a_manifest_of_them() {
        let writing = |prefix: &str, transformation, output| Writing {
            bucket: "out".into(),
            prefix: prefix.into(),
            transformation,
            output,
        };
        let list = |text: &str| text::parse(text).expect("sound").as_array().expect("a list").clone();
        let run = "arn:aws:states:r:1:mapRun:m/Each:run1";
        let flat = writing("jobs/", Transformation::Flatten, OutputType::Jsonl);
        let found = files(&flat, run, &list("[[1,2],3]"), &list("[]"), &list("[{}]"));
        let shown: Vec<(&str, &str)> = found.iter().map(|it| (&*it.key, it.content.as_str())).collect();
        let manifest = r#"{"DestinationBucket":"out","MapRunArn":"arn:aws:states:r:1:mapRun:m/Each:run1","ResultFiles":{"FAILED":[],"PENDING":[{"Key":"jobs/run1/PENDING_0.json","Size":3}],"SUCCEEDED":[{"Key":"jobs/run1/SUCCEEDED_0.json","Size":6}]}}"#;
        let expected = [
            ("jobs/run1/PENDING_0.json", "{}\n"),
            ("jobs/run1/SUCCEEDED_0.json", "1\n2\n3\n"),
            ("jobs/run1/manifest.json", manifest),
        ];
        assert_eq!(shown, expected);
        let plain = writing("", Transformation::None, OutputType::Json);
        assert_eq!(
            text::compact(&plain.details(run)),
            r#"{"MapRunArn":"arn:aws:states:r:1:mapRun:m/Each:run1","ResultWriterDetails":{"Bucket":"out","Key":"run1/manifest.json"}}"#
        );
    }
}
