//! What tasks answer: adapters of the session's `Host`.

pub mod fault;
pub mod mock;
mod mock_config;
mod mock_native;
mod mock_write;
mod nested;
mod s3;
pub mod scenario;

use crate::diagnostic::Diagnostic;
use crate::json::source::{self, Node};

pub use fault::{Fault, WithFaults};
pub use mock::{MockHost, Mocks, Otherwise};
pub use mock_write::write_mocks;
pub use nested::{Nested, Startable, WithMachines};
pub use s3::{S3, WithS3};

/// Reads a mock file of either form: the native one, or a `MockConfigFile.json` of Step Functions Local, of which
/// `test_case` (`StateMachine#TestCase`, or `TestCase` where only one machine is named) picks one case.
///
/// Which form it is, its content says. What is wrong is among the diagnostics; then there are no mocks.
pub fn read_mocks(bytes: &[u8], test_case: Option<&str>) -> (Option<Mocks>, Vec<Diagnostic>) {
    let (root, mut diagnostics) = source::parse_bytes(bytes);
    let Some(root) = root else { return (None, diagnostics) };
    let (mocks, found) = read_mocks_in(&root, test_case);
    diagnostics.extend(found);
    let sound = !crate::diagnostic::has_errors(&diagnostics);
    (mocks.filter(|_| sound), diagnostics)
}

/// Reads mocks as [`read_mocks`] does, from a part of another text.
pub fn read_mocks_in(root: &Node, test_case: Option<&str>) -> (Option<Mocks>, Vec<Diagnostic>) {
    let is_config = root.get("StateMachines").is_some() || root.get("MockedResponses").is_some();
    let (mocks, found) = if is_config { mock_config::read(root, test_case) } else { mock_native::read(root) };
    let sound = !crate::diagnostic::has_errors(&found);
    (mocks.filter(|_| sound), found)
}

/// Returns the names of the test cases of a `MockConfigFile.json`, as `StateMachine#TestCase`; none for other files.
pub fn test_cases(bytes: &[u8]) -> Vec<String> {
    source::parse_bytes(bytes).0.map(|root| mock_config::test_cases(&root)).unwrap_or_default()
}
