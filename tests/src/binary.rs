//! Where the built binary is. It is built first, so that no test ever runs yesterday's.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The path of a current `outrigger`, in the shape of the tests' own build.
pub fn outrigger() -> &'static Path {
    static BINARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let built = BINARY.get_or_init(|| {
        // target/<profile>/deps/it-<hash> is this test.
        let test = std::env::current_exe().expect("the test knows its own path");
        let folder = test
            .parent()
            .and_then(Path::parent)
            .expect("a target folder");
        let mut build = Command::new(env!("CARGO"));
        // Out of the whole workspace, and with a test: so features are those of `cargo test --workspace`, which has
        // compiled it already. By itself it would be another build, of the AWS SDK, too.
        build
            .args(["build", "--quiet", "--workspace"])
            .args(["--bin", "outrigger", "--test", "it"])
            .current_dir(repository());
        if folder.ends_with("release") {
            build.arg("--release");
        }
        let built = build.status().is_ok_and(|status| status.success());
        built.then(|| folder.join("outrigger"))
    });
    built.as_deref().expect("outrigger builds")
}

/// The root of the checkout.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the repository")
}
