//! Everything that is wrong with a configuration, told at once.
//!
//! Problems are found where a file is read ([`crate::load`]) and where its values are; here they
//! only become an answer.

use std::fmt::{self, Write as _};

use crate::file::Problem;

/// Everything that is wrong with a configuration; at least one problem.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigErrors(Vec<Problem>);

impl ConfigErrors {
    /// Nothing, where nothing is wrong.
    ///
    /// # Errors
    /// The problems, in their order, if there are any.
    pub fn check(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self(problems))
        }
    }

    /// The problems, at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }

    /// What `--check-config` says of them: a line each.
    pub fn report(&self) -> String {
        let mut text = String::new();
        for problem in &self.0 {
            let _ = writeln!(text, "error: {problem}");
        }
        text
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

#[cfg(test)]
mod tests {
    use super::{ConfigErrors, Problem};
    use crate::file::Origin;

    #[test]
    fn each_problem_is_a_line() {
        let problem = |origin, message: &str| Problem {
            origin,
            message: message.to_owned(),
        };
        let problems = vec![
            problem(Origin::Line(3), "a"),
            problem(Origin::Override, "b"),
            problem(Origin::Default, "c"),
        ];
        let errors = ConfigErrors::check(problems.clone()).unwrap_err();
        assert_eq!(errors.problems(), problems);
        assert_eq!(errors.to_string(), "line 3: a\ncommand line: b\nc");
        assert_eq!(
            errors.report(),
            "error: line 3: a\nerror: command line: b\nerror: c\n"
        );
    }

    #[test]
    fn no_problem_is_no_error() {
        assert_eq!(ConfigErrors::check(Vec::new()), Ok(()));
    }
}
