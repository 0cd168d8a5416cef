//! What is not there: a machine lacks most of what could be asked of one, and looking for it again in
//! every scrape costs more than all that it has.

use std::io::{self, ErrorKind};

use rustix::io::Errno;

/// After so many looks that found nothing, only one of so many is a look.
const LOOKS: u8 = 16;

/// What is known of a place that has never had anything.
#[derive(Debug, Default)]
pub(super) struct Absence {
    /// Something was there once: who takes it away may bring it back.
    was_there: bool,
    missed: u8,
    skipped: u8,
}

impl Absence {
    /// What `look` finds, or that it is not there without looking.
    pub(super) fn look<T>(&mut self, look: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        if self.missed >= LOOKS && self.skipped + 1 < LOOKS {
            self.skipped += 1;
            return Err(Errno::NOENT.into());
        }
        self.skipped = 0;
        let found = look();
        match &found {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.missed = match self.was_there {
                    true => 0,
                    false => LOOKS.min(self.missed + 1),
                };
            }
            _ => (self.was_there, self.missed) = (true, 0),
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use rustix::io::Errno;

    use super::{Absence, LOOKS};

    #[test]
    fn what_was_never_there_is_looked_for_now_and_then() {
        let mut absence = Absence::default();
        let mut looks = 0;
        let mut look = |absence: &mut Absence, is_there: bool| {
            let found = absence.look(|| -> io::Result<()> {
                looks += 1;
                match is_there {
                    true => Ok(()),
                    false => Err(Errno::NOENT.into()),
                }
            });
            (found.is_ok(), looks)
        };
        let often = u32::from(LOOKS);
        for at in 1..=often {
            assert_eq!(look(&mut absence, false), (false, at));
        }
        for _ in 1..often {
            assert_eq!(look(&mut absence, true), (false, often));
        }
        assert_eq!(look(&mut absence, true), (true, often + 1));
        // Once there, it is always looked for.
        for at in 2..=3 * often {
            assert_eq!(look(&mut absence, false), (false, often + at));
        }
    }
}
