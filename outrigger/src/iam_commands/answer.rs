//! What a command answers: the JSON of the AWS command line, its text format, or credentials as
//! shell variables.

use crate::output;
use crate::shell_variables::quoted;
use clap::ValueEnum;
use serde_json::{Map, Value};
use service::Exit;
use std::fmt::Write;

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// As the AWS command line prints it
    Json,
    /// One line for each thing, its values between tabs
    Text,
    /// `export AWS_ACCESS_KEY_ID=…`, of commands that make credentials
    Env,
}

/// What is printed, and the exit status.
pub(super) struct Answer {
    pub(super) value: Option<Value>,
    format: OutputFormat,
    /// What clients sign for.
    region: String,
    pub(super) exit: Exit,
}

/// The members of an answer that credentials are found in, and the shell's name of each of theirs.
const CREDENTIALS: [&str; 2] = ["AccessKey", "Credentials"];
const VARIABLES: [(&str, &str); 3] = [
    ("AccessKeyId", "AWS_ACCESS_KEY_ID"),
    ("SecretAccessKey", "AWS_SECRET_ACCESS_KEY"),
    ("SessionToken", "AWS_SESSION_TOKEN"),
];

impl Answer {
    pub(super) fn new(value: Option<Value>, format: OutputFormat, exit: Exit) -> Self {
        Self {
            value,
            format,
            region: String::new(),
            exit,
        }
    }

    /// The same of a store in this region.
    pub(super) fn in_region(self, region: String) -> Self {
        Self { region, ..self }
    }

    /// Whether a secret is in it.
    pub(super) fn has_credentials(&self) -> bool {
        self.value.as_ref().and_then(credentials).is_some()
    }

    /// Prints it and gives the exit status. Nothing to say prints nothing.
    pub(super) fn print(self) -> Exit {
        let Some(value) = self.value else {
            return self.exit;
        };
        let text = match self.format {
            OutputFormat::Json => format!("{value:#}\n"),
            OutputFormat::Text => text(&value),
            OutputFormat::Env => match variables(&value, &self.region) {
                Some(text) => text,
                None => {
                    output::error("this command makes no credentials; use --output json or text");
                    return Exit::Usage;
                }
            },
        };
        match output::print(&text) {
            Exit::Ok => self.exit,
            failed => failed,
        }
    }
}

fn credentials(value: &Value) -> Option<&Value> {
    CREDENTIALS.iter().find_map(|name| value.get(name))
}

/// Lines for a shell after which it logs in as nobody else: a token of an older session goes, and so
/// does a profile, which some SDKs prefer to a key.
fn variables(value: &Value, region: &str) -> Option<String> {
    let credentials = credentials(value)?;
    let mut text = String::new();
    for (member, variable) in VARIABLES {
        let line = match credentials.get(member).and_then(Value::as_str) {
            Some(secret) => format!("export {variable}={secret}\n"),
            None => format!("unset {variable}\n"),
        };
        text.push_str(&line);
    }
    for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        let _ = writeln!(text, "export {variable}={}", quoted(region));
    }
    text.push_str("unset AWS_PROFILE\n");
    Some(text)
}

/// `NAME<tab>VALUE<tab>VALUE…`, members in order of their names, as the AWS command line has it.
fn text(value: &Value) -> String {
    let mut lines = String::new();
    match value {
        Value::Object(members) => object(None, members, &mut lines),
        other => lines.push_str(&scalar(other)),
    }
    lines
}

fn object(name: Option<&str>, members: &Map<String, Value>, lines: &mut String) {
    let scalars: Vec<String> = members
        .values()
        .filter(|value| !value.is_object() && !value.is_array())
        .map(scalar)
        .collect();
    if !scalars.is_empty() {
        let name = name.map(|name| name.to_uppercase() + "\t");
        // Writing to a text cannot fail.
        let _ = writeln!(lines, "{}{}", name.unwrap_or_default(), scalars.join("\t"));
    }
    for (name, value) in members {
        match value {
            Value::Object(inner) => object(Some(name), inner, lines),
            Value::Array(values) => {
                for value in values {
                    match value {
                        Value::Object(inner) => object(Some(name), inner, lines),
                        other => {
                            let _ = writeln!(lines, "{}\t{}", name.to_uppercase(), scalar(other));
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => "None".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{text, variables};
    use serde_json::json;

    #[test]
    fn text_is_a_line_for_each_thing() {
        let value = json!({"Users": [
            {"UserName": "alice", "Arn": "a", "Tags": [{"Key": "k", "Value": "v"}]},
            {"UserName": "bob", "Arn": "b"},
        ]});
        assert_eq!(text(&value), "USERS\ta\talice\nTAGS\tk\tv\nUSERS\tb\tbob\n");
        assert_eq!(
            text(&json!({"PolicyNames": ["a", "b"]})),
            "POLICYNAMES\ta\nPOLICYNAMES\tb\n"
        );
    }

    #[test]
    fn credentials_become_variables() {
        let key = json!({"AccessKey": {"AccessKeyId": "A", "SecretAccessKey": "s"}});
        let expected = "export AWS_ACCESS_KEY_ID=A\nexport AWS_SECRET_ACCESS_KEY=s\n\
                        unset AWS_SESSION_TOKEN\nexport AWS_REGION=eu-west-1\n\
                        export AWS_DEFAULT_REGION=eu-west-1\nunset AWS_PROFILE\n";
        assert_eq!(variables(&key, "eu-west-1").as_deref(), Some(expected));
        assert_eq!(variables(&json!({"User": {}}), "eu-west-1"), None);
    }
}
