//! What is left of the file system, seen by a thread that has given up the rest.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;

use super::restrict;
use crate::config::AuthnConfig;

#[test]
fn its_own_log_folder_is_all_that_it_writes_and_no_links_are_made_there() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    let own = logs.join("authn");
    fs::create_dir_all(&own).unwrap();
    let theirs = logs.join("server.log");
    fs::write(&theirs, "theirs").unwrap();
    let text = format!(
        "listeners=CLIENT_SECURE://127.0.0.1:0\nssl.keystore.location={0}/server.pem\n\
         outrigger.handoff.directory={0}/run\noutrigger.log.dir={1}\n",
        folder.path().display(),
        own.display()
    );
    let (config, _) = AuthnConfig::from_properties(&text, &[]).unwrap();
    // Only the thread that gives files up is without them.
    let restricted = std::thread::spawn(move || {
        if let Err(why) = restrict(&config) {
            return assert_eq!(why, "this kernel has no Landlock");
        }
        fs::write(own.join("authn.log"), "ours").unwrap();
        fs::rename(own.join("authn.log"), own.join("authn.log.1")).unwrap();
        fs::remove_file(own.join("authn.log.1")).unwrap();
        let refused = [
            fs::write(&theirs, "ours"),
            fs::write(logs.join("new.log"), "ours"),
            fs::remove_file(&theirs),
            fs::rename(&theirs, own.join("server.log")),
            symlink(&theirs, own.join("link.log")),
            fs::create_dir(own.join("folder")),
        ];
        for outcome in refused {
            let kind = outcome.unwrap_err().kind();
            let is_refused = [ErrorKind::PermissionDenied, ErrorKind::CrossesDevices];
            assert!(is_refused.contains(&kind), "{kind:?}");
        }
    });
    restricted.join().unwrap();
}
