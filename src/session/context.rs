//! A context object as the beginning of a run: names, ARNs and the moment.

use std::sync::Arc;

use crate::engine::StartSpec;
use crate::json::Json;
use crate::time::Timestamp;

/// Takes over what a context object says; what it leaves out stays. Fails with a sentence about a member of another
/// type or a moment that is none.
pub fn start_from_context(spec: &mut StartSpec, context: &Json) -> Result<(), String> {
    let text = |object: &str, member: &str| -> Result<Option<Arc<str>>, String> {
        match context.get(object).and_then(|it| it.get(member)) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(Arc::clone(text))),
            Some(other) => Err(format!("{object}.{member} is a {}; write a string", other.type_name())),
        }
    };
    let identity = &mut spec.identity;
    let fields = [
        ("Execution", "Id", &mut identity.execution_id),
        ("Execution", "Name", &mut identity.execution_name),
        ("Execution", "RoleArn", &mut identity.role_arn),
        ("StateMachine", "Id", &mut identity.machine_id),
        ("StateMachine", "Name", &mut identity.machine_name),
    ];
    for (object, member, field) in fields {
        if let Some(value) = text(object, member)? {
            *field = value;
        }
    }
    if let Some(region) = identity.machine_id.split(':').nth(3).filter(|it| !it.is_empty()) {
        identity.region = region.into();
    }
    if let Some(start) = text("Execution", "StartTime")? {
        let help = "write it as 2016-03-14T01:59:00Z";
        spec.at =
            Timestamp::parse(&start).ok_or_else(|| format!("Execution.StartTime {start:?} is no timestamp; {help}"))?;
    }
    Ok(())
}

/// Returns the context object from which [`start_from_context`] makes the same beginning.
pub fn context_of(spec: &StartSpec) -> Json {
    let it = &spec.identity;
    let text = |value: &Arc<str>| Json::String(Arc::clone(value));
    Json::object([
        (
            "Execution",
            Json::object([
                ("Id", text(&it.execution_id)),
                ("Name", text(&it.execution_name)),
                ("RoleArn", text(&it.role_arn)),
                ("StartTime", Json::from(spec.at.to_string())),
            ]),
        ),
        ("StateMachine", Json::object([("Id", text(&it.machine_id)), ("Name", text(&it.machine_name))])),
    ])
}
