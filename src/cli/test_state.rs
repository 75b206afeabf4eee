//! `stepscope test-state`: one state tried by itself, as the service's TestState does it.

use crate::json::{Json, text};
use crate::session::test_state::{Refusal, Tested, Untested, test_state};
use crate::time::Timestamp;

use super::args::TestStateOptions;
use super::{Error, Exit, files, say};

pub(super) fn run(options: &TestStateOptions) -> Result<Exit, Error> {
    let request = files::read_json(&options.request)?;
    match test_state(&request, Timestamp::default()) {
        Ok(Tested { response, notes }) => {
            for note in notes {
                say::err(&format!("stepscope: {note}\n"));
            }
            say::out(&format!("{}\n", text::pretty(&response)));
            Ok(Exit::Done)
        }
        Err(Untested::Unsupported(what)) => {
            say::err(&format!("stepscope: {what}\n"));
            Ok(Exit::Invalid)
        }
        Err(Untested::Refused(Refusal { code, message })) => {
            let error = Json::object([("code", Json::from(code)), ("message", message.into())]);
            say::out(&format!("{}\n", text::pretty(&Json::object([("error", error)]))));
            Ok(Exit::Invalid)
        }
    }
}
