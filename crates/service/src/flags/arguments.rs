//! A table of flags as arguments for clap, which derives them from types elsewhere.

use std::marker::PhantomData;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::{Flag, Shape};

/// The flags of a process.
pub trait Table {
    /// Every row.
    fn flags() -> Vec<&'static Flag>;
}

/// What was given on the command line, in the order of the table.
pub type Given = Vec<(&'static str, String)>;

/// The flags of `T` as arguments; `#[command(flatten)]` takes it.
#[derive(Debug)]
pub struct FlagArgs<T> {
    /// Names without dashes; `true` and `false` for `--x` and `--no-x`.
    pub given: Given,
    table: PhantomData<fn() -> T>,
}

impl<T> FlagArgs<T> {
    /// As if these had been given.
    pub fn new(given: Given) -> Self {
        Self {
            given,
            table: PhantomData,
        }
    }
}

impl<T> Clone for FlagArgs<T> {
    fn clone(&self) -> Self {
        Self::new(self.given.clone())
    }
}

impl<T: Table> Args for FlagArgs<T> {
    fn augment_args(command: Command) -> Command {
        T::flags().into_iter().fold(command, with_flag)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<T: Table> FromArgMatches for FlagArgs<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Vec::new();
        for flag in T::flags() {
            match flag.shape {
                Shape::Switch(_) => {
                    if matches.get_flag(flag.name) {
                        given.push((flag.name, true.to_string()));
                    } else if matches.get_flag(negated(flag)) {
                        given.push((flag.name, false.to_string()));
                    }
                }
                Shape::Text(_) | Shape::List(_) => {
                    let values = matches.get_many::<String>(flag.name);
                    let values = values.into_iter().flatten();
                    given.extend(values.map(|value| (flag.name, value.clone())));
                }
            }
        }
        Ok(Self::new(given))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn with_flag(command: Command, flag: &'static Flag) -> Command {
    let arg = Arg::new(flag.name)
        .long(flag.name)
        .help(help(flag))
        .hide(flag.is_hidden);
    match flag.shape {
        Shape::Switch(_) => {
            let negated = Arg::new(negated(flag))
                .long(negated(flag))
                .action(ArgAction::SetTrue)
                .conflicts_with(flag.name)
                .hide(true);
            command.arg(arg.action(ArgAction::SetTrue)).arg(negated)
        }
        Shape::Text(_) => command.arg(arg.value_name("VALUE").action(ArgAction::Set)),
        Shape::List(_) => command.arg(arg.value_name("VALUE").action(ArgAction::Append)),
    }
}

fn help(flag: &Flag) -> String {
    match flag.shape {
        Shape::Switch(true) => format!("{} (default; --no-{} turns it off)", flag.help, flag.name),
        Shape::Switch(false) => flag.help.to_owned(),
        Shape::Text("") | Shape::List([]) => flag.help.to_owned(),
        Shape::Text(_) | Shape::List(_) => {
            format!("{} [default: {}]", flag.help, flag.default_text())
        }
    }
}

/// The id and long name of `--no-x`. clap wants names that live as long as the process; a table has
/// some dozens of them.
fn negated(flag: &'static Flag) -> &'static str {
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};
    static NEGATED: Mutex<BTreeMap<&str, &str>> = Mutex::new(BTreeMap::new());
    let mut names = NEGATED.lock().unwrap_or_else(PoisonError::into_inner);
    names
        .entry(flag.name)
        .or_insert_with(|| format!("no-{}", flag.name).leak())
}
