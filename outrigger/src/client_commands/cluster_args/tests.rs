//! Which servers a directory stands for, and when it stands for none.

use std::path::Path;

use client::Transport;
use service::Exit;
use service::files::Lock;

use super::{BOOTSTRAP_DEFAULT, ClusterArgs, servers_of};
use crate::data_dir::{DataDir, DataDirOption};
use crate::endpoints::Endpoints;

/// Nobody ever listens on port 0.
const ADDRESS: &str = "127.0.0.1:0";

fn leave_endpoints(dir: &DataDir) {
    let text = format!(r#"{{"pid":42,"listeners":{{"PLAINTEXT":"{ADDRESS}"}}}}"#);
    let endpoints = Endpoints::of_broker(dir, &text);
    endpoints.write(dir).expect("written");
}

#[tokio::test]
async fn only_where_nothing_was_named_or_left_is_the_default_meant() {
    // Whether somebody named it, whether there is a file, whether `up` runs.
    let cases = [
        (false, false, false, Ok(BOOTSTRAP_DEFAULT)),
        (true, false, false, Err(Exit::NotRunning)),
        (true, true, false, Err(Exit::NotRunning)),
        (false, true, false, Err(Exit::NotRunning)),
        (true, false, true, Err(Exit::NotRunning)),
        (true, true, true, Ok(ADDRESS)),
        (false, true, true, Ok(ADDRESS)),
    ];
    for (named, file, up, expected) in cases {
        let temporary = tempfile::tempdir().expect("temp dir");
        let dir = DataDir::new(temporary.path()).expect("absolute");
        if file {
            leave_endpoints(&dir);
        }
        let _lock = up.then(|| Lock::acquire(&dir.lock()).expect("locked"));
        let found = servers_of(&dir, named, &Transport::default()).await;
        let found = found.as_deref().map_err(|error| error.exit());
        assert_eq!(found, expected, "named {named}, file {file}, up {up}");
    }
}

#[tokio::test]
async fn a_directory_that_was_named_and_is_not_there_is_told() {
    let args = ClusterArgs {
        bootstrap: None,
        command_config: None,
        data_dir: DataDirOption {
            data_dir: Some(Path::new("/nonexistent/outrigger").to_owned()),
        },
        timeout: 1,
    };
    let Err(error) = args.connect().await else {
        panic!("nothing runs there");
    };
    assert_eq!(error.exit(), Exit::NotRunning);
    assert_eq!(
        error.report(),
        "nothing is up in /nonexistent/outrigger; start it with `outrigger up`, or name servers \
         with --bootstrap"
    );
}
