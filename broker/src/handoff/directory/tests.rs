//! Which directories are taken, which refused, and what is left behind.

use super::{HandoffError, Sockets};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_fresh_directory_is_closed_to_others_and_its_sockets_go_with_their_owner() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("run");
    let sockets = Sockets::bind(&directory).unwrap();
    assert_eq!(mode(&directory), 0o750);
    assert_eq!(mode(&directory.join("relay.sock")), 0o660);
    assert_eq!(mode(&directory.join("control.sock")), 0o660);
    let second = Sockets::bind(&directory);
    assert!(
        matches!(second, Err(HandoffError::InUse { .. })),
        "{second:?}"
    );
    drop(sockets);
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
}

#[tokio::test]
async fn what_a_killed_broker_left_is_taken_over() {
    let parent = tempfile::tempdir().unwrap();
    let left = std::os::unix::net::UnixListener::bind(parent.path().join("relay.sock")).unwrap();
    drop(left);
    fs::set_permissions(parent.path(), Permissions::from_mode(0o700)).unwrap();
    Sockets::bind(parent.path()).unwrap();
}

#[tokio::test]
async fn a_directory_that_others_can_enter_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    for open in [0o755, 0o770, 0o751, 0o720] {
        fs::set_permissions(parent.path(), Permissions::from_mode(open)).unwrap();
        let bound = Sockets::bind(parent.path());
        let refused = matches!(bound, Err(HandoffError::Mode { mode, .. }) if mode == open);
        assert!(refused, "{open:o}: {bound:?}");
    }
}

#[tokio::test]
async fn a_path_that_no_socket_can_have_is_refused_with_its_length() {
    let parent = tempfile::tempdir().unwrap();
    let long = parent.path().join("x".repeat(108));
    let error = Sockets::bind(&long).unwrap_err();
    assert!(
        error.to_string().contains("choose a shorter directory"),
        "{error}"
    );
}
