//! What the service says about an expression that fails: the sentences of JSONata's reference implementation.
//!
//! The crate has the reference's codes and often words of its own. What a sentence names (the function, the operator,
//! the value) the crate mostly does not say; it comes from [`trace`](super::trace).

use jsonata_core::value::JValue;

/// What was being computed when an evaluation failed.
#[derive(Default)]
pub(super) struct Culprit {
    /// The function's name without `$`, or the operator.
    pub(super) token: String,
    /// The arguments or operands that were known.
    pub(super) values: Vec<JValue>,
}

/// What ends an evaluation without a code of the language: the service's limits, each with the crate's code for it.
const LIMITS: [(&str, &str); 5] = [
    ("D1011", STACK),
    ("U1001", STACK),
    ("U1002", STACK),
    ("D1012", "Expression evaluation timeout: Check for infinite loop"),
    ("D2015", MEMORY),
];
const STACK: &str =
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive";
/// The service's sentence for values that are too large (measured).
pub(super) const MEMORY: &str = "Expression evaluation memory limit exceeded: Check for excessive memory usage";

/// The sentences by code, with what they name in braces: `{token}`, `{0}` and `{1}` are of the culprit, `{index}`,
/// `{type}` and `{rest}` of the crate's own sentence. Where one is not known, what stands from `~` on is left out.
const SENTENCES: &[(&str, &str)] = &[
    ("S0101", "String literal must be terminated by a matching quote"),
    ("S0105", "Quoted property name must be terminated with a backquote (`)"),
    ("S0106", "Comment has no closing tag"),
    ("S0207", "Unexpected end of expression"),
    ("S0301", "Empty regular expressions are not allowed"),
    ("S0302", "No terminating / in regular expression"),
    ("S0401", "Type parameters can only be applied to functions and arrays"),
    ("S0402", "Choice groups containing parameterized types are not supported"),
    ("T0410", "Argument {index} of function {token} does not match function signature"),
    ("T0411", "Context value is not a compatible type with argument {index} of function {token}"),
    ("T0412", "Argument {index} of function {token} must be an array of {type}"),
    ("D1001", "Number out of range~: {out of range}"),
    ("D1002", "Cannot negate a non-numeric value~: {0}"),
    ("D1004", "Regular expression matches zero length string"),
    ("T1006", "Attempted to invoke a non-function"),
    ("T1008", "Attempted to partially apply a non-function"),
    ("T1010", "The matcher function argument passed to function {token} does not return the correct object structure"),
    ("T2003", "The left side of the range operator (..) must evaluate to an integer"),
    ("T2004", "The right side of the range operator (..) must evaluate to an integer"),
    ("T2006", "The right side of the function application operator ~> must be a function"),
    ("T2008", "The expressions within an order-by clause must evaluate to numeric or string values"),
    ("T2009", "The values {0} and {1} either side of operator {token} must be of the same data type"),
    ("T2010", "The expressions either side of operator {token} must evaluate to numeric or string values"),
    ("T2011", "The insert/update clause of the transform expression must evaluate to an object"),
    ("T2012", "The delete clause of the transform expression must evaluate to a string or array of strings"),
    (
        "D2014",
        "The size of the sequence allocated by the range operator (..) must not exceed 1e6.~  Attempted to allocate {size}.",
    ),
    ("D3001", "Attempting to invoke string function on Infinity or NaN"),
    ("D3010", "Second argument of replace function cannot be an empty string"),
    ("D3011", "Fourth argument of replace function must evaluate to a positive number"),
    ("D3012", "Attempted to replace a matched string with a non-string value"),
    ("D3020", "Third argument of split function must evaluate to a positive number"),
    ("D3030", "Unable to cast value to a number~: {0}"),
    ("D3040", "Third argument of match function must evaluate to a positive number"),
    ("D3050", "The second argument of reduce function must be a function with at least two arguments"),
    (
        "D3070",
        "The single argument form of the sort function can only be applied to an array of strings or an array of \
               numbers.  Use the second argument to specify a comparison function",
    ),
    ("D3080", "The picture string must only contain a maximum of two sub-pictures"),
    ("D3081", "The sub-picture must not contain more than one instance of the 'decimal-separator' character"),
    ("D3082", "The sub-picture must not contain more than one instance of the 'percent' character"),
    ("D3083", "The sub-picture must not contain more than one instance of the 'per-mille' character"),
    ("D3084", "The sub-picture must not contain both a 'percent' and a 'per-mille' character"),
    (
        "D3085",
        "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit \
               character' or a member of the 'decimal digit family'",
    ),
    (
        "D3086",
        "The sub-picture must not contain a passive character that is preceded by an active character and that is \
               followed by another active character",
    ),
    (
        "D3087",
        "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a \
               'decimal-separator' character",
    ),
    ("D3088", "The sub-picture must not contain a 'grouping-separator' at the end of the integer part"),
    ("D3089", "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character"),
    (
        "D3090",
        "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is \
               followed by an instance of the 'optional digit character'",
    ),
    (
        "D3091",
        "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' \
               that is followed by a member of the 'decimal digit family'",
    ),
    (
        "D3092",
        "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated as \
               an 'exponent-separator'",
    ),
    (
        "D3093",
        "The exponent part of the sub-picture must comprise only of one or more characters that are members of the \
               'decimal digit family'",
    ),
    ("D3100", "The radix of the formatBase function must be between 2 and 36.~  It was given {1}"),
    ("D3110", "The argument of the toMillis function must be an ISO 8601 formatted timestamp.~ Given {0}"),
    (
        "D3130",
        "Formatting or parsing an integer as a sequence starting with {rest} is not supported by this \
               implementation",
    ),
    ("D3131", "In a decimal digit pattern, all digits must be from the same decimal group"),
    ("D3132", "Unknown component specifier {rest} in date/time picture string"),
    ("D3133", "The 'name' modifier can only be applied to months and days in the date/time picture string, not {rest}"),
    ("D3134", "The timezone integer format specifier cannot have more than four digits"),
    ("D3135", "No matching closing bracket ']' in date/time picture string"),
    ("D3138", "The $single() function expected exactly 1 matching result.  Instead it matched more."),
    ("D3139", "The $single() function expected exactly 1 matching result.  Instead it matched 0."),
    ("D3136", "The date/time picture string is missing specifiers required to parse the timestamp"),
];

/// Whether the sentence for an error names what only a trace can say.
pub(super) fn wants_culprit(message: &str) -> bool {
    let (code, _) = split(message);
    let sentence = SENTENCES.iter().find(|(known, _)| *known == code).map_or("", |(_, sentence)| sentence);
    ["{token}", "{0}", "{1}", "{size}", "{out of range}"].iter().any(|it| sentence.contains(it))
}

/// Returns the end of the service's sentence about an error of the crate, with the punctuation before it: errors of the
/// language follow a full stop and have their code, limits follow a colon (measured).
pub(super) fn ending(message: &str, culprit: Option<&Culprit>) -> String {
    let (code, rest) = split(message);
    if let Some((_, limit)) = LIMITS.iter().find(|(known, _)| *known == code) {
        return format!(": {limit}");
    }
    if code.is_empty() {
        return format!(": {rest}");
    }
    format!(". {code}: {}", of_code(code, rest, culprit))
}

/// Returns the reference's sentence for an error of the parser, without its code: so the service refuses a definition
/// (measured).
pub(super) fn of_syntax(message: &str) -> String {
    let (code, rest) = split(message);
    let named = |before: &str| rest.strip_prefix(before).map(symbol);
    match code {
        "S0202" => {
            let sides = rest.strip_prefix("Expected ").and_then(|it| it.split_once(", got "));
            let (expected, got) = sides.unwrap_or_default();
            format!("Expected {}, got {}", symbol(expected), symbol(got))
        }
        "S0203" => {
            let expected = rest.strip_prefix("Expected ").and_then(|it| it.strip_suffix(" before end of expression"));
            format!("Expected {} before end of expression", symbol(expected.unwrap_or_default()))
        }
        "S0102" => format!("Number out of range: {}", quote(rest.rsplit(' ').next().unwrap_or_default())),
        "S0103" => format!("Unsupported escape sequence: \\{}", quote(rest.rsplit('\\').next().unwrap_or_default())),
        "S0201" => format!("Syntax error: {}", named("Syntax error: ").unwrap_or_default()),
        "S0204" => format!("Unknown operator: {}", named("Unknown operator: ").unwrap_or_default()),
        "S0211" => {
            let symbol = symbol(rest.split(' ').nth(2).unwrap_or_default());
            format!("The symbol {symbol} cannot be used as a unary operator")
        }
        "S0214" if rest.ends_with(['@', '#']) => {
            let operator = quote(&rest[rest.len() - 1..]);
            format!("The right side of {operator} must be a variable name (start with $)")
        }
        "" if rest.starts_with("Unclosed comment") => "Comment has no closing tag".to_owned(),
        _ => of_code(code, rest, None),
    }
}

/// Returns a token as it is written, in quotes, from the name that the crate has for it.
fn symbol(name: &str) -> String {
    const SYMBOLS: [(&str, &str); 36] = [
        ("Plus", "+"),
        ("Minus", "-"),
        ("Star", "*"),
        ("StarStar", "**"),
        ("Slash", "/"),
        ("Percent", "%"),
        ("Equal", "="),
        ("NotEqual", "!="),
        ("LessThan", "<"),
        ("LessThanOrEqual", "<="),
        ("GreaterThan", ">"),
        ("GreaterThanOrEqual", ">="),
        ("And", "and"),
        ("Or", "or"),
        ("In", "in"),
        ("Ampersand", "&"),
        ("Dot", "."),
        ("DotDot", ".."),
        ("Question", "?"),
        ("QuestionQuestion", "?"),
        ("QuestionColon", ":"),
        ("Colon", ":"),
        ("ColonEqual", ":="),
        ("TildeArrow", "~>"),
        ("LeftParen", "("),
        ("RightParen", ")"),
        ("LeftBracket", "["),
        ("RightBracket", "]"),
        ("LeftBrace", "{"),
        ("RightBrace", "}"),
        ("Comma", ","),
        ("Semicolon", ";"),
        ("Caret", "^"),
        ("Pipe", "|"),
        ("Hash", "#"),
        ("At", "@"),
    ];
    if let Some((_, symbol)) = SYMBOLS.iter().find(|(known, _)| *known == name) {
        return quote(symbol);
    }
    // For example `Identifier("a")`, `Number(1.0)` and `True`.
    match name.split_once('(').and_then(|(kind, held)| Some((kind, held.strip_suffix(')')?))) {
        Some(("Number", held)) => held.trim_end_matches(".0").to_owned(),
        Some((_, held)) if held.starts_with('"') => held.to_owned(),
        _ if matches!(name, "True" | "False" | "Null") => name.to_lowercase(),
        _ => quote(name),
    }
}

/// Splits the code off a sentence of the crate.
fn split(message: &str) -> (&str, &str) {
    let wrappers = ["Signature validation failed: ", "Invalid syntax: ", "Invalid number: "];
    let message = wrappers.iter().find_map(|it| message.strip_prefix(it)).unwrap_or(message);
    let is_code = |it: &str| it.len() == 5 && it.is_char_boundary(1) && it[1..].bytes().all(|it| it.is_ascii_digit());
    match message.split_once(':') {
        Some((code, rest)) if is_code(code) => (code, rest.trim_start()),
        _ if is_code(message) => (message, ""),
        _ => ("", message),
    }
}

fn of_code(code: &str, rest: &str, culprit: Option<&Culprit>) -> String {
    match code {
        // The crate says both values, at another place.
        "T2007" => {
            let values = rest.rsplit_once("clause: ").map_or("", |it| it.1);
            return format!("Type mismatch when comparing values {values} in order-by clause");
        }
        "T2001" | "T2002" => {
            let operator = rest.split(' ').nth(5).unwrap_or_default();
            return rest.replacen(operator, &format!("\"{operator}\""), 1);
        }
        "D1009" | "T1003" => return rest.to_owned(),
        _ => {}
    }
    let Some((_, sentence)) = SENTENCES.iter().find(|(known, _)| *known == code) else { return rest.to_owned() };
    let filled = fill(sentence, rest, culprit);
    filled.or_else(|| fill(sentence.split('~').next()?, rest, culprit)).unwrap_or_else(|| rest.to_owned())
}

/// Puts what is known into a sentence; nothing where something is not known.
fn fill(sentence: &str, rest: &str, culprit: Option<&Culprit>) -> Option<String> {
    let mut filled = String::new();
    // The tilde of the language's own operator stands between blanks.
    let sentence = sentence.replace(" ~> ", " \u{1} ").replace('~', "").replace('\u{1}', "~>");
    let mut ahead = sentence.as_str();
    while let Some((before, after)) = ahead.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let value = |nth: usize| culprit?.values.get(nth);
        filled.push_str(before);
        filled.push_str(&match name {
            "token" => quote(&culprit?.token),
            "0" => show(value(0)?)?,
            "1" => show(value(1)?)?,
            "index" => index(rest)?,
            "type" => quote(elements(rest)?),
            "rest" => quote(rest),
            "size" => (value(1)?.as_f64()? - value(0)?.as_f64()? + 1.0).to_string(),
            // JSON, in which the reference writes values, has no infinity.
            "out of range" => "null".to_owned(),
            _ => return None,
        });
        ahead = after;
    }
    filled.push_str(ahead);
    Some(filled)
}

/// Returns which argument the crate complains about. Of wrong numbers of arguments it is the first that is missing, or
/// the last, which is one too many.
fn index(rest: &str) -> Option<String> {
    if let Some((_, counts)) = rest.split_once("expected ")
        && let Some((expected, actual)) = counts.split_once(", got ")
    {
        let (expected, actual) = (expected.parse::<usize>().ok()?, actual.parse::<usize>().ok()?);
        return Some(if actual < expected { actual + 1 } else { actual }.to_string());
    }
    let mut words = rest.split(' ');
    match words.find(|it| it.eq_ignore_ascii_case("argument")) {
        Some(_) => words.next().filter(|it| it.parse::<usize>().is_ok()).map(str::to_owned),
        // A value from the context stands for the first argument.
        None => Some("1".to_owned()),
    }
}

fn elements(rest: &str) -> Option<&'static str> {
    let kinds = [
        ("String", "strings"),
        ("Number", "numbers"),
        ("Boolean", "booleans"),
        ("Object", "objects"),
        ("Function", "functions"),
        ("Array", "arrays"),
    ];
    let of = rest.split_once("array of ")?.1;
    kinds.iter().find(|(kind, _)| of.starts_with(kind)).map(|(_, name)| *name)
}

fn show(value: &JValue) -> Option<String> {
    if value.is_undefined() || value.is_function() { None } else { value.to_json_string().ok() }
}

fn quote(text: &str) -> String {
    let mut out = String::new();
    crate::json::text::write_quoted(text, &mut out);
    out
}
