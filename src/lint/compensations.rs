//! Writes what undoes what into a project's configuration, and leaves the rest of its text as it is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::diagnostic::{Span, has_errors};
use crate::json::source::{self, Node, Value};
use crate::json::{Json, text};

use super::Config;

/// Returns the text of a configuration file with these members of `saga.compensations`, in place of those of the same
/// names; steps that `pairs` does not name stay as they are. An empty text becomes a whole file.
///
/// Fails, in words, where the text is no JSON object.
pub fn with_compensations(config: &str, pairs: &BTreeMap<Arc<str>, Vec<Arc<str>>>) -> Result<String, String> {
    if config.trim().is_empty() {
        return Ok(format!("{{\n  \"saga\": {{\n    \"compensations\": {}\n  }}\n}}\n", object(pairs)));
    }
    let (root, found) = source::parse(config);
    let root = root.filter(|it| matches!(it.value, Value::Object(_)) && !has_errors(&found));
    let root = root.ok_or("it is no JSON object; correct it by hand first")?;
    let Some(saga) = root.get("saga") else {
        let member = format!("\"saga\": {{\n    \"compensations\": {}\n  }}", object(pairs));
        return Ok(with_member(config, &root, &member));
    };
    if !matches!(saga.value, Value::Object(_)) {
        return Err("its member saga is no object; correct it by hand first".to_owned());
    }
    let Some(old) = saga.get("compensations") else {
        return Ok(with_member(config, saga, &format!("\"compensations\": {}", object(pairs))));
    };
    // What is said of other definitions of the project stays.
    let mut all = Config::read(config).0.compensations;
    all.extend(pairs.iter().map(|(step, by)| (Arc::clone(step), by.clone())));
    Ok(replaced(config, old.span, &object(&all)))
}

/// Returns the member of a step for each, a line each.
fn object(pairs: &BTreeMap<Arc<str>, Vec<Arc<str>>>) -> String {
    let mut out = String::from("{");
    for (nr, (step, by)) in pairs.iter().enumerate() {
        let name = |it: &Arc<str>| Json::String(Arc::clone(it));
        let value = match &by[..] {
            [] => Json::Null,
            [only] => name(only),
            several => Json::array(several.iter().map(name)),
        };
        let comma = if nr == 0 { "" } else { "," };
        let _ = write!(out, "{comma}\n      {}: {}", text::compact(&name(step)), text::compact(&value));
    }
    out.push_str(if pairs.is_empty() { "}" } else { "\n    }" });
    out
}

fn with_member(config: &str, object: &Node, member: &str) -> String {
    let after_brace = object.span.start + 1;
    let comma = if object.members().is_empty() { "\n" } else { "," };
    replaced(config, Span { start: after_brace, end: after_brace }, &format!("\n  {member}{comma}"))
}

fn replaced(config: &str, span: Span, new: &str) -> String {
    let (before, after) = (config.get(..span.start as usize), config.get(span.end as usize..));
    format!("{}{new}{}", before.unwrap_or_default(), after.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(all: &[(&str, &[&str])]) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
        all.iter().map(|(step, by)| (Arc::from(*step), by.iter().map(|it| Arc::from(*it)).collect())).collect()
    }

    #[test]
    fn what_is_written_is_read_and_the_rest_stays() {
        let new = pairs(&[("A", &["B"]), ("C \"q\"", &["D", "E"]), ("F", &[])]);
        for before in [
            "",
            "{}",
            "{\n  // why\n  \"lint\": {\"limits\": {\"attempts\": 7}}\n}",
            "{\"lint\": {\"limits\": {\"attempts\": 7}}, \"saga\": {}}",
            "{\"saga\": {\"compensations\": {\"A\": [\"X\"], \"Old\": \"Y\"}}, \"lint\": {\"limits\": {\"attempts\": 7}}}",
        ] {
            let after = with_compensations(before, &new).expect("it is an object");
            let (config, found) = Config::read(&after);
            let is_comment = |it: &crate::diagnostic::Diagnostic| it.message.contains("comment");
            assert!(found.iter().all(is_comment), "{found:?} in {after}");
            for (step, by) in &new {
                assert_eq!(config.compensations.get(step), Some(by), "{after}");
            }
            assert_eq!(config.compensations.contains_key("Old"), before.contains("Old"), "{after}");
            assert_eq!(config.limits.attempts, if before.contains('7') { 7.0 } else { 100.0 }, "{after}");
            assert_eq!(after.contains("// why"), before.contains("// why"));
        }
    }

    #[test]
    fn what_is_no_object_is_left_alone() {
        assert!(with_compensations("[1]", &pairs(&[])).is_err());
        assert!(with_compensations("{\"saga\": 1}", &pairs(&[])).is_err());
    }
}
