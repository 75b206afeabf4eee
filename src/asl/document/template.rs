//! State machines in CloudFormation and SAM templates: inline, in a string put together by functions, in other files.

use std::sync::Arc;

use super::function::{Texts, function};
use super::{External, Placeholder, Source, collect_placeholders, fill_in};
use crate::diagnostic::{Diagnostic, LineIndex};
use crate::json::source::{self, Member, Node};

const TYPES: [&str; 2] = ["AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"];

/// Whether the text is a template, with or without state machines.
pub(super) fn is_template(root: &Node) -> bool {
    let is_resource =
        |it: &Member| it.value.get("Type").and_then(Node::as_str).is_some_and(|it| it.starts_with("AWS::"));
    let resources = root.get("Resources").map_or(&[][..], Node::members);
    // Templates say what they are, also where reading broke off before the resources.
    root.get("AWSTemplateFormatVersion").is_some() || resources.iter().any(is_resource)
}

/// Returns the state machines whose definitions are in the template itself.
pub(super) fn machines(root: &Node, text: &str) -> (Vec<Source>, Vec<Diagnostic>) {
    let shared: Arc<str> = Arc::from(text);
    let mut sources = Vec::new();
    let mut findings = Vec::new();
    let mut count = 0;
    for resource in resources(root) {
        count += 1;
        let (source, its_findings) = resource.read(root, &shared);
        sources.extend(source);
        findings.extend(its_findings);
    }
    if count == 0 {
        let place = root.member("Resources").map(|it| it.name_span).unwrap_or_default();
        let message = format!("the template has no state machine: no resource is of type {} or {}", TYPES[0], TYPES[1]);
        findings
            .push(Diagnostic::error("TXT022", message).at("/Resources", place).help("open a template that has one"));
    }
    (sources, findings)
}

/// Returns the state machines whose definitions are in files beside the template.
pub(super) fn externals(root: &Node) -> Vec<External> {
    let external = |it: Resource<'_>| {
        let Some(Definition::File(path)) = it.definition() else { return None };
        let mut texts = Texts::new(root);
        it.substitutions(&mut texts);
        let placeholders: Vec<Placeholder> = texts.placeholders.into_values().collect();
        Some(External { name: Arc::clone(it.name), path, express: it.is_express(), placeholders })
    };
    resources(root).filter_map(external).collect()
}

/// A state machine of a template.
struct Resource<'a> {
    name: &'a Arc<str>,
    member: &'a Member,
    properties: Option<&'a Node>,
}

/// Where a definition is.
enum Definition<'a> {
    Object(&'a Member),
    Text(&'a Member),
    File(Arc<str>),
    /// Nowhere that can be read: the property, what it holds, and what to do.
    Elsewhere(&'a Member, String, &'static str),
}

fn resources(root: &Node) -> impl Iterator<Item = Resource<'_>> {
    let members = root.get("Resources").map_or(&[][..], Node::members);
    let is_machine = |it: &&Member| it.value.get("Type").and_then(Node::as_str).is_some_and(|it| TYPES.contains(&it));
    members.iter().filter(is_machine).map(|member| Resource {
        name: &member.name,
        member,
        properties: member.value.get("Properties"),
    })
}

impl<'a> Resource<'a> {
    fn read(&self, root: &Node, text: &Arc<str>) -> (Option<Source>, Vec<Diagnostic>) {
        let name = self.name;
        let finding = |code, member: &Member, message: String, help: &str| {
            let pointer = self.pointer(&member.name);
            (None, vec![Diagnostic::warning(code, message).at(pointer, member.name_span).help(help)])
        };
        match self.definition() {
            Some(Definition::Object(member)) => (Some(self.object(root, member, text)), Vec::new()),
            Some(Definition::Text(member)) => self.embedded(root, member),
            Some(Definition::File(path)) => {
                let member = self.property("DefinitionUri").unwrap_or(self.member);
                let message = format!("the definition of {name} is in the file {path}");
                finding("TXT021", member, message, &format!("open {path}, which is beside the template"))
            }
            Some(Definition::Elsewhere(member, what, help)) => {
                let message = format!("the definition of {name} cannot be read: `{}` is {what}", member.name);
                finding("TXT023", member, message, help)
            }
            None => {
                let message = format!("the state machine {name} has no definition");
                let help = "add `Definition`, `DefinitionString` or `DefinitionUri` to its `Properties`";
                finding("TXT023", self.member, message, help)
            }
        }
    }

    /// Returns the first of the properties that can hold a definition.
    fn definition(&self) -> Option<Definition<'a>> {
        for name in ["Definition", "DefinitionString"] {
            let Some(member) = self.property(name) else { continue };
            return Some(match function(&member.value) {
                None if member.value.type_name() == "object" => Definition::Object(member),
                None if member.value.as_str().is_some() => Definition::Text(member),
                Some(("ToJsonString", argument)) if argument.type_name() == "object" => Definition::Object(member),
                Some(("Sub" | "Join", _)) => Definition::Text(member),
                Some((function, _)) => {
                    let help = "open the deployed definition, or write it into the template";
                    Definition::Elsewhere(member, format!("a `{function}`, known only when deployed"), help)
                }
                None => {
                    let what = format!("{}, not an object or a string", member.value.type_name());
                    Definition::Elsewhere(member, what, "write the definition there")
                }
            });
        }
        if let Some(member) = self.property("DefinitionUri") {
            return Some(match member.value.as_str() {
                Some(path) if function(&member.value).is_none() && !path.starts_with("s3://") => {
                    Definition::File(Arc::from(path))
                }
                Some(_) if function(&member.value).is_some() => {
                    let help = "open the file that it means";
                    Definition::Elsewhere(member, "known only when deployed".to_owned(), help)
                }
                _ => Definition::Elsewhere(member, "an object in S3".to_owned(), "download the file and open it"),
            });
        }
        let member = self.property("DefinitionS3Location")?;
        Some(Definition::Elsewhere(member, "an object in S3".to_owned(), "download the file and open it"))
    }

    fn object(&self, root: &Node, member: &Member, text: &Arc<str>) -> Source {
        let mut node = match function(&member.value) {
            Some((_, argument)) => argument.clone(),
            None => member.value.clone(),
        };
        // The tag of an `!ToJsonString` is not the definition's.
        node.tag = None;
        let mut texts = Texts::new(root);
        self.substitutions(&mut texts);
        texts.replace_functions(&mut node);
        self.source(node, Arc::clone(text), texts)
    }

    fn embedded(&self, root: &Node, member: &Member) -> (Option<Source>, Vec<Diagnostic>) {
        let name = self.name;
        let property = &member.name;
        let mut texts = Texts::new(root);
        self.substitutions(&mut texts);
        let Some(text) = texts.text(&member.value) else {
            let message = format!("the pieces of the `{property}` of {name} are not all text");
            let finding = Diagnostic::error("TXT023", message).at(self.pointer(property), member.value.span);
            return (None, vec![finding.help("join strings, `Ref` and `Fn::GetAtt` only")]);
        };
        let text: Arc<str> = Arc::from(text);
        let (node, mut findings) = source::parse(&text);
        // The template fills these in.
        findings.retain(|it| it.code != "TXT014");
        if !findings.is_empty() {
            let lines = LineIndex::new(&text);
            for finding in &mut findings {
                let (line, column) = lines.line_column(&text, finding.span.map_or(0, |it| it.start));
                let place = format!("at line {line}, column {column} of the text in {property} of {name}");
                finding.help = Some(match &finding.help {
                    Some(help) => format!("{help}; {place}"),
                    None => place,
                });
                finding.pointer = self.pointer(property);
                finding.span = Some(member.value.span);
            }
        }
        let source = node.map(|mut node| {
            fill_in(&mut node, &texts.placeholders);
            self.source(node, text, texts)
        });
        (source, findings)
    }

    fn source(&self, node: Node, text: Arc<str>, mut texts: Texts<'_>) -> Source {
        collect_placeholders(&node, &mut texts.placeholders);
        let placeholders = texts.placeholders.into_values().collect();
        Source { name: Arc::clone(self.name), node, text, express: self.is_express(), placeholders }
    }

    fn substitutions(&self, texts: &mut Texts<'_>) {
        let Some(substitutions) = self.property("DefinitionSubstitutions") else { return };
        for member in substitutions.value.members() {
            texts.substitution(&member.name, &member.value);
        }
    }

    fn is_express(&self) -> bool {
        let is_express = |name| self.property(name).and_then(|it| it.value.as_str()) == Some("EXPRESS");
        // SAM calls it `Type`, CloudFormation `StateMachineType`.
        is_express("Type") || is_express("StateMachineType")
    }

    fn property(&self, name: &str) -> Option<&'a Member> {
        self.properties?.member(name)
    }

    fn pointer(&self, property: &str) -> String {
        let name = self.name.replace('~', "~0").replace('/', "~1");
        if *property == **self.name {
            format!("/Resources/{name}")
        } else {
            format!("/Resources/{name}/Properties/{property}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::text::compact;

    fn read(text: &str) -> (Vec<Source>, Vec<Diagnostic>) {
        super::super::machines(&source::parse(text).0.expect("it can be read"), text)
    }

    /// Reads a template with one machine `M` that has these properties.
    fn only(properties: &str) -> (Source, String) {
        let text = format!(
            "Parameters:\n  Stage: {{Type: String, Default: dev}}\nResources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n{properties}"
        );
        let (mut sources, findings) = read(&text);
        assert_eq!(findings, []);
        let source = sources.pop().expect("there is a machine");
        let value = compact(&source.node.to_json());
        (source, value)
    }

    fn placeholders(source: &Source) -> Vec<(&str, &str)> {
        source.placeholders.iter().map(|it| (&*it.name, &*it.origin)).collect()
    }

    #[test]
    fn functions_in_an_inline_definition_become_names() {
        let (source, value) = only(
            "      StateMachineType: EXPRESS\n      Definition:\n        StartAt: !Ref Stage\n        A: !GetAtt Charge.Arn\n        B: {'Fn::GetAtt': [Charge, Arn]}\n        C: !Sub 'arn:${AWS::Partition}:states:::x-${Stage}'\n        D: {Fn::ImportValue: 'a \"b'}\n        E: [!Ref Table]\n",
        );
        assert!(source.express);
        assert_eq!(
            value,
            r#"{"StartAt":"${Stage}","A":"${Charge.Arn}","B":"${Charge.Arn}","C":"arn:aws:states:::x-${Stage}","D":"${ImportValue.a__b}","E":["${Table}"]}"#
        );
        let a = source.node.get("A").expect("there is an A");
        assert_eq!(a.tag.as_deref(), Some("!GetAtt"));
        assert_eq!(&source.text[a.span.start as usize..a.span.end as usize], "Charge.Arn");
        assert_eq!(
            placeholders(&source),
            [
                ("Charge.Arn", "GetAtt Charge.Arn"),
                ("ImportValue.a__b", "ImportValue ImportValue.a__b"),
                ("Stage", "parameter Stage"),
                ("Table", "Ref Table"),
            ]
        );
        assert_eq!(source.placeholders[2].value, Some("dev".into()));
    }

    #[test]
    fn a_substituted_string_is_read_with_its_placeholders() {
        let (source, value) = only(
            "      DefinitionString: !Sub\n        - |\n          {\"StartAt\": \"A\", \"T\": ${Limit}, \"L\": \"${!Kept}\",\n           \"R\": \"${F}/${Charge.Arn}\"}\n        - {Limit: 5, F: !GetAtt Fn.Arn}\n",
        );
        assert_eq!(value, r#"{"StartAt":"A","T":5,"L":"${Kept}","R":"${F}/${Charge.Arn}"}"#);
        let r = source.node.get("R").expect("there is an R");
        assert_eq!(&source.text[r.span.start as usize..r.span.end as usize], "\"${F}/${Charge.Arn}\"");
        assert_eq!(
            placeholders(&source),
            [
                ("Charge.Arn", "GetAtt Charge.Arn"),
                ("F", "GetAtt Fn.Arn"),
                ("Kept", "not given by a template"),
                ("Limit", "given in the template"),
            ]
        );
    }

    #[test]
    fn a_joined_string_of_cdk_is_put_together() {
        let text = r#"{"Resources": {"Machine0": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString":
            {"Fn::Join": ["", ["{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Task\",\"Resource\":\"arn:", {"Ref": "AWS::Partition"},
            ":states:::lambda:invoke\",\"Parameters\":{\"FunctionName\":\"", {"Fn::GetAtt": ["Charge1A", "Arn"]}, "\"},\"End\":true}}}"]]}}}}}"#;
        let (sources, findings) = read(text);
        assert_eq!(findings, []);
        assert_eq!(
            &*sources[0].text,
            r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"${Charge1A.Arn}"},"End":true}}}"#
        );
        assert_eq!(compact(&sources[0].node.to_json()), *sources[0].text);
        assert_eq!(
            (&*sources[0].name, placeholders(&sources[0])),
            ("Machine0", vec![("Charge1A.Arn", "GetAtt Charge1A.Arn")])
        );
    }

    #[test]
    fn errors_in_a_string_are_shown_where_the_string_stands() {
        let text = "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        {\"StartAt\":\n          A}\n";
        let (sources, findings) = read(text);
        assert_eq!(sources.len(), 1);
        assert_eq!((findings.len(), findings[0].code), (1, "TXT004"));
        assert_eq!(findings[0].pointer, "/Resources/M/Properties/DefinitionString");
        let span = findings[0].span.expect("it has a place");
        assert!(text[span.start as usize..span.end as usize].contains("StartAt"));
        assert_eq!(
            findings[0].help.as_deref(),
            Some("put it in double quotes; at line 2, column 3 of the text in DefinitionString of M")
        );
    }

    #[test]
    fn a_definition_that_is_elsewhere_is_named() {
        for (properties, message) in [
            ("DefinitionUri: a/b.asl.json", "the definition of M is in the file a/b.asl.json"),
            (
                "DefinitionUri: {Bucket: b, Key: k}",
                "the definition of M cannot be read: `DefinitionUri` is an object in S3",
            ),
            (
                "DefinitionUri: !Ref Uri",
                "the definition of M cannot be read: `DefinitionUri` is known only when deployed",
            ),
            (
                "DefinitionString: !Ref Text",
                "the definition of M cannot be read: `DefinitionString` is a `Ref`, known only when deployed",
            ),
            ("DefinitionString: !Join ['', [{a: 1}]]", "the pieces of the `DefinitionString` of M are not all text"),
            ("Name: x", "the state machine M has no definition"),
        ] {
            let (sources, findings) = read(&format!(
                "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      {properties}\n"
            ));
            assert!(sources.is_empty());
            assert_eq!((findings.len(), &*findings[0].message), (1, message));
            assert!(findings[0].help.is_some());
        }
        let (_, findings) = read("Resources:\n  Q: {Type: 'AWS::SQS::Queue'}\n");
        assert_eq!(findings[0].code, "TXT022");
    }

    #[test]
    fn functions_inside_functions_cannot_exhaust_the_stack() {
        let nested = "{\"Fn::Join\": [\"\", [".repeat(300) + "\"x\"" + &"]]}".repeat(300);
        let text = format!(
            "{{\"Resources\": {{\"M\": {{\"Type\": \"AWS::StepFunctions::StateMachine\", \"Properties\": {{\"DefinitionString\": {nested}}}}}}}}}"
        );
        assert!(!read(&text).0.is_empty());
    }
}
