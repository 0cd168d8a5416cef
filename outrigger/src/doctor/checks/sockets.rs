//! Whether the sockets by which authn hands connections to the broker fit into the data directory.

use crate::doctor::situation::Situation;
use crate::doctor::verdict::Verdict;
use identity::control::{CONTROL_SOCKET, RELAY_SOCKET};

/// `sun_path` of Linux less the byte that ends it (unix(7)).
const PATH_BYTES_MAX: usize = 107;

/// See the head of this file.
pub(in crate::doctor) fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let longest = CONTROL_SOCKET.len().max(RELAY_SOCKET.len());
    let run = situation.data_dir.run();
    vec![judge(run.as_os_str().len() + 1 + longest)]
}

fn judge(bytes: usize) -> Verdict {
    if bytes <= PATH_BYTES_MAX {
        return Verdict::ok(format!("{bytes} of {PATH_BYTES_MAX} bytes of a path"));
    }
    Verdict::warning(
        format!(
            "a path of {bytes} bytes is {} too long for a Unix socket",
            bytes - PATH_BYTES_MAX
        ),
        "`up` makes a directory below TMPDIR for them; a shorter --data-dir keeps all in one place",
    )
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::doctor::verdict::Level;

    #[test]
    fn a_path_of_107_bytes_fits() {
        for (bytes, level) in [(107, Level::Ok), (108, Level::Warning)] {
            assert_eq!(judge(bytes).level, level, "{bytes}");
        }
    }
}
