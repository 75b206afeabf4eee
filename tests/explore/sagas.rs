//! The audit: what each failure leaves done, as text.

use stepscope::explore::{Given, report};

use super::*;

fn table(text: &str, config: &Config) -> String {
    let document = document(text);
    let cancel = AtomicBool::new(false);
    let watch = Watch { progress: &|_| {}, cancel: &cancel };
    let it = explore(&document, &spec(), &Given::default(), config, &options(), &watch).expect("it runs");
    report::table(&document.definition.outline, it.saga.as_ref().expect("a saga"))
}

#[test]
fn a_booking_says_what_each_failure_leaves() {
    let expected = "\
Fails at                        Reserve room   Charge guest   Ends in                                     Verdict
Reserve room                    –              –              Not booked                                  nothing to undo
Charge guest                    undone 1st     –              Not booked                                  all undone
Tell guest                      left in place  left in place  SNS.InvalidParameterException, uncaught     2 steps left
Reserve room then Release room  –              –              DynamoDB.AmazonDynamoDBException, uncaught  nothing to undo
Charge guest then Refund guest  left in place  –              ApiGateway.400, uncaught                    1 step left
Charge guest then Release room  left in place  –              DynamoDB.AmazonDynamoDBException, uncaught  1 step left
";
    let actual = table(&of_lint("a_notification_takes_the_booking_with_it"), &Config::default());
    assert_eq!(actual, expected, "\n{actual}");
}

/// Three steps, undone by states whose names do not tell; the second way undoes in the order of the doing.
const PLAIN: &str = r#"{"StartAt": "One", "States": {
    "One": {"Type": "Task", "Resource": "arn:aws:lambda:::function:1", "ResultPath": null, "Next": "Two",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "No"}]},
    "Two": {"Type": "Task", "Resource": "arn:aws:lambda:::function:2", "ResultPath": null, "Next": "Three",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Back one"}]},
    "Three": {"Type": "Task", "Resource": "arn:aws:lambda:::function:3", "ResultPath": null, "Next": "Yes",
        "Catch": [{"ErrorEquals": ["Late"], "ResultPath": null, "Next": "Back one again"},
            {"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Back two"}]},
    "Back two": {"Type": "Task", "Resource": "arn:aws:lambda:::function:4", "ResultPath": null, "Next": "Back one"},
    "Back one": {"Type": "Task", "Resource": "arn:aws:lambda:::function:5", "ResultPath": null, "Next": "No"},
    "Back one again": {"Type": "Task", "Resource": "arn:aws:lambda:::function:5", "ResultPath": null,
        "Next": "Back two"},
    "Yes": {"Type": "Succeed"}, "No": {"Type": "Fail", "Error": "No"}}}"#;

#[test]
fn pairs_can_be_named_and_order_and_repetition_are_seen() {
    let (config, found) =
        Config::read(r#"{"saga": {"compensations": {"One": ["Back one", "Back one again"], "Two": "Back two"}}}"#);
    assert_eq!(found, []);
    let actual = table(PLAIN, &config);
    let row = |title: &str| {
        actual.lines().find(|it| it.starts_with(title)).unwrap_or_else(|| panic!("{title}\n{actual}")).to_owned()
    };
    assert!(row("Two  ").contains("undone 1st") && row("Two  ").contains("all undone"), "{actual}");
    assert!(row("Three (Lambda").contains("all undone"), "{actual}");
    assert!(row("Three (Late)").contains("undone twice"), "{actual}");
    assert!(row("Two then Back one").contains("1 step left"), "{actual}");
}

#[test]
fn what_runs_beside_a_failure_in_a_parallel_has_been_done() {
    let text = std::fs::read_to_string(folder("sample-workflows/travel-booking.asl.json")).expect("the sample");
    let actual = table(&text, &Config::default());
    let row = actual.lines().find(|it| it.starts_with("SendItinerary ")).unwrap_or_else(|| panic!("{actual}"));
    assert_eq!(row.matches("left in place").count(), 4, "the card has been charged\n{actual}");
}
