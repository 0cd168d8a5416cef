//! `outrigger env`: endpoints and credentials as variables of a shell.

use crate::data_dir::{self, DataDirOption};
use crate::endpoints::Endpoints;
use crate::{output, status};
use clap::{Args, ValueEnum};
use service::Exit;
use std::fmt::Write;

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
        Ok::<_, std::io::Error>((status::running(&dir).await?, dir))
    };
    match found.await {
        Ok((Some(endpoints), _)) => output::print(&text(&variables(&endpoints), args.format)),
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

/// Names and values. `OUTRIGGER_BOOTSTRAP` is the way in that needs no credentials, if any.
fn variables(endpoints: &Endpoints) -> Vec<(String, String)> {
    let mut all = vec![
        (
            data_dir::VARIABLE.to_owned(),
            endpoints.data_dir.display().to_string(),
        ),
        (
            "OUTRIGGER_CLUSTER_ID".to_owned(),
            endpoints.cluster_id.clone(),
        ),
    ];
    if let Some(bootstrap) = endpoints.first_bootstrap() {
        all.push(("OUTRIGGER_BOOTSTRAP".to_owned(), bootstrap.to_owned()));
    }
    let groups = [
        ("BOOTSTRAP_", &endpoints.bootstrap),
        ("HTTP_", &endpoints.http),
        ("", &endpoints.credentials),
    ];
    for (prefix, group) in groups {
        let named = |(key, value): (&String, &String)| (name(prefix, key), value.clone());
        all.extend(group.iter().map(named));
    }
    for process in &endpoints.processes {
        all.push((name("PID_", &process.name), process.pid.to_string()));
        all.push((
            name("LOG_", &process.name),
            process.log.display().to_string(),
        ));
    }
    all
}

fn name(prefix: &str, key: &str) -> String {
    let key: String = key
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    format!("OUTRIGGER_{prefix}{}", key.to_ascii_uppercase())
}

fn text(variables: &[(String, String)], format: Format) -> String {
    let mut out = String::new();
    for (name, value) in variables {
        let _ = match format {
            Format::Sh => writeln!(out, "export {name}={}", quoted(value)),
            Format::Fish => writeln!(out, "set -gx {name} {};", fish_quoted(value)),
            Format::Dotenv => writeln!(out, "{name}={}", dotenv_quoted(value)),
        };
    }
    out
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
