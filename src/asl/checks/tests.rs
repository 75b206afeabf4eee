//! Each rule by a definition, in which a mark stands before what is reported.

use crate::asl::{Definition, express};
use crate::diagnostic::{Diagnostic, LineIndex};
use crate::json::source;

const WORK: &str = r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true"#;

fn read(text: &str) -> Definition {
    let (root, findings) = source::parse(text);
    assert_eq!(findings, [], "{text}");
    Definition::read(&root.expect("it can be read"))
}

/// Returns `severity code pointer line` of each finding that is about more than what this version runs.
fn findings(text: &str) -> Vec<String> {
    let index = LineIndex::new(text);
    let found = read(text).diagnostics.into_iter().filter(|it| it.code != "RUN001");
    found.map(|it| shown(&it, text, &index)).collect()
}

fn shown(it: &Diagnostic, text: &str, index: &LineIndex) -> String {
    let (line, _) = index.line_column(text, it.span.expect("it has a place").start);
    format!("{} {} {} {line}", it.severity, it.code, it.pointer)
}

/// Returns a machine of one state `A` with these members, each table row's on line 2.
fn with_state(members: &str) -> String {
    format!("{{\"StartAt\": \"A\", \"States\": {{\"A\": {{\n{members}\n}}}}}}")
}

#[test]
fn a_state_has_the_fields_of_its_language_and_type() {
    for (members, expected) in [
        (r#""Type": "Pass", "End": true, "Output": 1"#, "error ASL015 /States/A/Output 2"),
        (&format!(r#"{WORK}, "Arguments": {{}}"#), "error ASL015 /States/A/Arguments 2"),
        (
            r#""Type": "Pass", "QueryLanguage": "JSONata", "End": true, "ResultPath": "$.a""#,
            "error ASL015 /States/A/ResultPath 2",
        ),
        (
            r#""Type": "Wait", "QueryLanguage": "JSONata", "End": true, "SecondsPath": "$.a""#,
            "error ASL015 /States/A/SecondsPath 2",
        ),
        (r#""Type": "Fail", "InputPath": "$.a""#, "error ASL005 /States/A/InputPath 2"),
        (r#""Type": "Succeed", "Assign": {}"#, "error ASL005 /States/A/Assign 2"),
        (r#""Type": "Succeed", "Comment": 1"#, "error ASL003 /States/A/Comment 2"),
    ] {
        assert_eq!(findings(&with_state(members)), [expected], "{members}");
    }
    for members in [
        r#""Type": "Succeed", "InputPath": "$.a", "OutputPath": null"#,
        r#""Type": "Pass", "QueryLanguage": "JSONata", "End": true, "Output": "{% 1 %}", "Assign": {}"#,
        r#""Type": "Succeed", "QueryLanguage": "JSONata", "Output": 1"#,
    ] {
        assert_eq!(findings(&with_state(members)), [""; 0], "{members}");
    }
}

#[test]
fn members_of_the_machine_have_their_types() {
    let text = r#"{"StartAt": "A", "Version": 1.0, "States": {"A": {"Type": "Succeed"}}}"#;
    assert_eq!(findings(text), ["error ASL003 /Version 1"]);
    let text = r#"{"StartAt": "A", "Version": "1.0", "Comment": {}, "States": {"A": {"Type": "Succeed"}}}"#;
    assert_eq!(findings(text), ["error ASL003 /Comment 1"]);
}

#[test]
fn credentials_name_a_role() {
    for (credentials, expected) in [
        ("{}", Some("error ASL002 /States/A/Credentials 2")),
        (r#"{"Role": "arn:aws:iam::1:role/r"}"#, Some("error ASL002 /States/A/Credentials 2")),
        (r#"{"RoleArn": "arn:aws:iam::1:role/r"}"#, None),
        (r#"{"RoleArn.$": "$.role"}"#, None),
    ] {
        let found = findings(&with_state(&format!(r#"{WORK}, "Credentials": {credentials}"#)));
        assert_eq!(found, Vec::from_iter(expected), "{credentials}");
    }
}

#[test]
fn resources_are_what_the_service_knows() {
    for (resource, expected) in [
        ("arn:aws:states:::lambda:invoke", None),
        ("arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken", None),
        ("arn:aws:states:::states:startExecution.sync:2", None),
        ("arn:aws:states:::elasticmapreduce:addStep.sync", None),
        ("arn:aws:states:::aws-sdk:dynamodb:query", None),
        ("arn:aws:states:::aws-sdk:s3:listBuckets.waitForTaskToken", None),
        ("arn:aws:states:us-east-1:1:activity:a", None),
        ("arn:aws:lambda:us-east-1:1:function:f:1", None),
        ("${Charge}", None),
        ("arn:${AWS::Partition}:states:::dynamodb:query", None),
        ("arn:aws:states:::dynamodb:query", Some("error")),
        ("arn:aws:states:::lambda:invoke.sync", Some("error")),
        ("arn:aws:states:::aws-sdk:glue:startJobRun.sync", Some("error")),
        ("charge", Some("warning")),
        ("arn:aws:states:::newservice:doIt", Some("warning")),
    ] {
        let found = findings(&with_state(&format!(r#""Type": "Task", "Resource": "{resource}", "End": true"#)));
        let expected = expected.map(|severity| format!("{severity} ASL019 /States/A/Resource 2"));
        assert_eq!(found, Vec::from_iter(expected), "{resource}");
    }
}

#[test]
fn labels_fit_into_an_arn() {
    let long = "x".repeat(41);
    for (label, is_refused) in [
        ("Images", false),
        ("für-alle_9.1", false),
        (&long[..40], false),
        (&long, true),
        ("", true),
        ("a b", true),
        ("a\\u0085", true),
        ("a:b", true),
        ("a*", true),
        ("${Stage}-Map", false),
    ] {
        let text = with_state(&format!(
            r#""Type": "Map", "End": true, "Label": "{label}", "ItemProcessor": {{"StartAt": "B", "States": {{"B": {{"Type": "Succeed"}}}}}}"#
        ));
        let expected = is_refused.then(|| "error ASL016 /States/A/Label 2".to_owned());
        assert_eq!(findings(&text), Vec::from_iter(expected), "{label}");
    }
}

#[test]
fn names_and_labels_are_unique_across_blocks() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}},
        {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
    ]}}}"#;
    assert_eq!(findings(text), ["error ASL014 /States/A/Branches/1/States/B 3"]);
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Map", "Next": "C", "Label": "l", "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}},
        "C": {"Type": "Map", "End": true, "Label": "l", "ItemProcessor": {"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}}
    }}"#;
    assert_eq!(findings(text), ["error ASL016 /States/C/Label 3"]);
}

#[test]
fn states_that_cannot_be_reached_are_found_and_islands_too() {
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Succeed"},
        "B": {"Type": "Pass", "Next": "B"},
        "C": {"Type": "Pass", "Next": "D"},
        "D": {"Type": "Pass", "Next": "C"}
    }}"#;
    let expected = ["warning ASL017 /States/B 3", "warning ASL017 /States/C 4", "warning ASL017 /States/D 5"];
    assert_eq!(findings(text), expected);
}

#[test]
fn a_machine_has_an_end_and_a_block_should() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}"#;
    assert_eq!(findings(text), ["error ASL018 /States 1"]);
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Map", "End": true, "ItemProcessor":
        {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "B"}}}}}}"#;
    assert_eq!(findings(text), ["warning ASL018 /States/A/ItemProcessor/States/B 2"]);
}

#[test]
fn an_express_machine_waits_for_nobody() {
    for (resource, is_refused) in [
        ("arn:aws:states:::lambda:invoke", false),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", true),
        ("arn:aws:states:::glue:startJobRun.sync", true),
        ("arn:aws:states:us-east-1:1:activity:a", true),
    ] {
        let text = with_state(&format!(r#""Type": "Task", "Resource": "{resource}", "End": true"#));
        assert_eq!(express(&read(&text).outline).len(), usize::from(is_refused), "{resource}");
    }
}

#[test]
fn the_sentences_of_the_service_are_the_recorded_ones() {
    for (text, expected) in [
        (
            with_state(r#""Type": "Wait", "Timestamp": "2016-13-05T21:29:29Z", "End": true"#),
            "SCHEMA_VALIDATION_FAILED: String does not match RFC3339 timestamp at /States/A/Timestamp",
        ),
        (
            with_state(r#""Type": "Pass", "Parameters": {"a.$": "States.Format('\\\"')"}, "End": true"#),
            "SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic \
             function call at /States/A/Parameters",
        ),
        (
            with_state(&format!(r#"{WORK}, "Credentials": {{}}"#)),
            "SCHEMA_VALIDATION_FAILED: The field 'RoleArn' is required but was missing at /States/A/Credentials",
        ),
        (r#"{"StartAt": "A"}"#.to_owned(), "SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /"),
        (
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "C"}, "B": {"Type": "Succeed"}}}"#.to_owned(),
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next, \
             MISSING_TRANSITION_TARGET: State \"B\" is not reachable. at /States/B",
        ),
    ] {
        let said: Vec<String> = read(&text).diagnostics.into_iter().filter_map(|it| it.service).collect();
        assert_eq!(said.join(", "), expected, "{text}");
    }
}

/// Returns a machine of one distributed Map `A`, whose members of its own are on line 2.
fn with_map(members: &str) -> String {
    with_state(&format!(
        r#""Type": "Map", "End": true, "ItemProcessor": {{"ProcessorConfig": {{"Mode": "DISTRIBUTED"}},
        "StartAt": "B", "States": {{"B": {{"Type": "Succeed"}}}}}},
{members}"#
    ))
}

#[test]
fn the_fields_of_a_distributed_map_are_read() {
    const GET: &str = r#""Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}"#;
    for (members, expected) in [
        (
            format!(r#""ItemReader": {{{GET}, "ReaderConfig": {{"InputType": "XML"}}}}"#),
            "error ASL004 /States/A/ItemReader/ReaderConfig/InputType 4",
        ),
        (format!(r#""ItemReader": {{{GET}}}"#), "error ASL002 /States/A/ItemReader 4"),
        (
            format!(r#""ItemReader": {{{GET}, "ReaderConfig": {{"InputType": "CSV"}}}}"#),
            "warning ASL002 /States/A/ItemReader/ReaderConfig 4",
        ),
        (
            format!(r#""ItemReader": {{{GET}, "ReaderConfig": {{"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}}}}"#),
            "error ASL002 /States/A/ItemReader/ReaderConfig 4",
        ),
        (
            format!(r#""ItemReader": {{{GET}, "ReaderConfig": {{"InputType": "JSON", "ItemsPointer": "a"}}}}"#),
            "error ASL004 /States/A/ItemReader/ReaderConfig/ItemsPointer 4",
        ),
        (
            format!(r#""ItemReader": {{{GET}, "ReaderConfig": {{"InputType": "JSON", "MaxItem": 1}}}}"#),
            "error ASL005 /States/A/ItemReader/ReaderConfig/MaxItem 4",
        ),
        (
            r#""ItemReader": {"Resource": "arn:aws:states:::s3:putObject"}"#.to_owned(),
            "error ASL004 /States/A/ItemReader/Resource 4",
        ),
        (r#""ItemBatcher": {"BatchInput": 1}"#.to_owned(), "error ASL002 /States/A/ItemBatcher 4"),
        (
            r#""ItemBatcher": {"MaxItemsPerBatch": 0}"#.to_owned(),
            "error ASL004 /States/A/ItemBatcher/MaxItemsPerBatch 4",
        ),
        (r#""ResultWriter": {}"#.to_owned(), "error ASL002 /States/A/ResultWriter 4"),
        (
            r#""ResultWriter": {"WriterConfig": {"OutputType": "CSV"}}"#.to_owned(),
            "error ASL004 /States/A/ResultWriter/WriterConfig/OutputType 4",
        ),
    ] {
        assert_eq!(findings(&with_map(&members)), [expected], "{members}");
    }
    for members in [
        format!(r#""ItemReader": {{{GET}, "ReaderConfig": {{"ManifestType": "S3_INVENTORY"}}}}"#),
        format!(r#""ItemReader": {{{GET}, "ReaderConfig": {{"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}}}}"#),
        r#""ItemReader": {"Resource": "arn:aws-cn:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"}}"#
            .to_owned(),
        r#""ResultWriter": {"WriterConfig": {"Transformation": "FLATTEN"}}"#.to_owned(),
    ] {
        let found = read(&with_map(&members));
        assert!(found.diagnostics.is_empty() && found.program.is_some(), "{members}: {:?}", found.diagnostics);
    }
}

#[test]
fn what_a_map_cannot_be_run_with_is_said() {
    let parquet = with_map(
        r#""ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "PARQUET"},
            "Parameters": {"Bucket": "b", "Key": "k"}}"#,
    );
    let found = read(&parquet);
    assert_eq!(found.diagnostics.iter().map(|it| it.code).collect::<Vec<_>>(), ["RUN001"]);
    assert!(found.program.is_none());
    let inline = with_map(r#""ItemBatcher": {"MaxItemsPerBatch": 2}"#).replace("DISTRIBUTED", "INLINE");
    assert_eq!(findings(&inline), ["warning ASL021 /States/A/ItemBatcher 4"]);
    let misspelt = with_map(r#""Label": "l""#).replace("DISTRIBUTED", "DISTRIBUTE");
    assert_eq!(findings(&misspelt), ["error ASL004 /States/A/ItemProcessor/ProcessorConfig/Mode 2"]);
}
