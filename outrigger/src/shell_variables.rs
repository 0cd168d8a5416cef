//! `outrigger env`: endpoints and credentials as variables of a shell.
//!
//! A secret is read from its file by the shell that evaluates the lines, so that it stands on no
//! terminal; only `.env` files, which nothing evaluates, have it in them.

use crate::data_dir::{self, DataDirOption};
use crate::endpoints::Endpoints;
use crate::{output, status};
use clap::{Args, ValueEnum};
use service::Exit;
use service::files::read_text;
use std::fmt::Write;
use std::io;
use std::path::Path;

/// A file that holds one secret is far smaller.
const SECRET_BYTES_MAX: u64 = 4096;

/// See `outrigger env --help`.
#[derive(Args, Clone, Debug)]
pub(crate) struct EnvArgs {
    #[command(flatten)]
    data_dir: DataDirOption,

    /// How the variables are written
    #[arg(long, value_name = "FORMAT", default_value = "sh")]
    format: Format,
}

/// How variables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// export NAME='value', for sh, bash and zsh
    Sh,
    /// set -gx NAME 'value'
    Fish,
    /// NAME=value, as .env files and CI services read it
    Dotenv,
}

/// Prints the variables, or says that nothing runs.
pub(crate) async fn command(args: &EnvArgs) -> Exit {
    let found = async {
        let dir = args.data_dir.resolve()?;
        Ok::<_, io::Error>((status::running(&dir).await?, dir))
    };
    match found.await {
        Ok((Some(endpoints), _)) => match text(&variables(&endpoints), args.format) {
            Ok(text) => output::print(&text),
            Err(error) => {
                output::error(&format!("cannot read a secret of the instance: {error}"));
                Exit::Failure
            }
        },
        Ok((None, dir)) => {
            output::error(&dir.nothing_is_up("another directory with --data-dir"));
            Exit::NotRunning
        }
        Err(error) => {
            output::error(&format!("cannot look into the data directory: {error}"));
            Exit::Failure
        }
    }
}

/// What a variable is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    /// What is in a file.
    Secret(String),
}

/// Names and values. `OUTRIGGER_BOOTSTRAP` is the way in that needs no credentials, if any.
fn variables(endpoints: &Endpoints) -> Vec<(String, Value)> {
    let text = |text: &str| Value::Text(text.to_owned());
    let path = |path: &Path| Value::Text(path.display().to_string());
    let mut all = vec![
        (data_dir::VARIABLE.to_owned(), path(&endpoints.data_dir)),
        (
            "OUTRIGGER_CLUSTER_ID".to_owned(),
            text(&endpoints.cluster_id),
        ),
    ];
    if let Some(bootstrap) = endpoints.first_bootstrap() {
        all.push(("OUTRIGGER_BOOTSTRAP".to_owned(), text(bootstrap)));
    }
    let groups = [
        ("BOOTSTRAP_", &endpoints.bootstrap),
        ("HTTP_", &endpoints.http),
        ("", &endpoints.credentials),
    ];
    for (prefix, group) in groups {
        let named = |(key, value): (&String, &String)| (name(prefix, key), text(value));
        all.extend(group.iter().map(named));
    }
    for process in &endpoints.processes {
        let pid = process.pid.to_string();
        all.push((name("PID_", &process.name), Value::Text(pid)));
        all.push((name("LOG_", &process.name), path(&process.log)));
        if let Some(audit_log) = &process.audit_log {
            all.push((name("AUDIT_LOG_", &process.name), path(audit_log)));
        }
    }
    all.extend(aws(endpoints));
    all
}

/// What the AWS SDKs and the signers made of them read. All of it together, so that nothing of another
/// account that the shell may know is mixed in.
fn aws(endpoints: &Endpoints) -> Vec<(String, Value)> {
    let given = |key: &str| endpoints.credentials.get(key).cloned();
    let value = |key: &str| given(key).map(Value::Text);
    let variables = [
        ("AWS_ACCESS_KEY_ID", value("iam_access_key_id")),
        (
            "AWS_SECRET_ACCESS_KEY",
            given("iam_secret_access_key_file").map(Value::Secret),
        ),
        (
            "AWS_SESSION_TOKEN",
            given("iam_access_key_id").map(|_| Value::Text(String::new())),
        ),
        ("AWS_REGION", value("iam_region")),
        // The one that botocore reads, and with it most of what is written in Python.
        ("AWS_DEFAULT_REGION", value("iam_region")),
        ("AWS_PROFILE", value("iam_profile")),
        ("AWS_CONFIG_FILE", value("aws_config_file")),
        ("AWS_SHARED_CREDENTIALS_FILE", value("aws_credentials_file")),
    ];
    let named = |(name, value): (&str, Option<Value>)| Some((name.to_owned(), value?));
    variables.into_iter().filter_map(named).collect()
}

fn name(prefix: &str, key: &str) -> String {
    let key: String = key
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    format!("OUTRIGGER_{prefix}{}", key.to_ascii_uppercase())
}

fn text(variables: &[(String, Value)], format: Format) -> io::Result<String> {
    let mut out = String::new();
    for (name, value) in variables {
        let _ = match (format, value) {
            (Format::Sh, Value::Text(value)) => writeln!(out, "export {name}={}", quoted(value)),
            (Format::Sh, Value::Secret(file)) => {
                writeln!(out, "export {name}=\"$(cat {})\"", quoted(file))
            }
            (Format::Fish, Value::Text(value)) => {
                writeln!(out, "set -gx {name} {};", fish_quoted(value))
            }
            (Format::Fish, Value::Secret(file)) => {
                writeln!(out, "set -gx {name} (cat {});", fish_quoted(file))
            }
            (Format::Dotenv, Value::Text(value)) => {
                writeln!(out, "{name}={}", dotenv_quoted(value))
            }
            (Format::Dotenv, Value::Secret(file)) => {
                let secret = read_text(Path::new(file), SECRET_BYTES_MAX)?;
                writeln!(out, "{name}={}", dotenv_quoted(secret.trim_end()))
            }
        };
    }
    Ok(out)
}

/// A word of a POSIX shell; plain ones stay as they are.
pub(crate) fn quoted(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn fish_quoted(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

fn dotenv_quoted(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    format!(
        "\"{}\"",
        text.replace('\\', r"\\")
            .replace('"', "\\\"")
            .replace('$', r"\$")
    )
}

fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+".contains(c);
    !text.is_empty() && text.chars().all(plain)
}

#[cfg(test)]
mod tests;
