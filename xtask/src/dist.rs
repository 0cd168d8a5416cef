//! `cargo xtask dist`: the one file to ship, with its checksum.
//!
//! One binary holds every process (`outrigger up`, `outrigger broker`, …). It makes no archive and no
//! package: a file that runs where it is put needs none.

use std::fs;
use std::process::Command as Process;

use crate::command::{self, Command, Failure};

pub(crate) const COMMAND: Command = Command {
    name: "dist",
    arguments: "",
    about: "the one file to ship, with its checksum",
    help: "Builds the product with profile `dist` (whole-program optimization, no symbols) and puts\n\
           dist/outrigger and dist/outrigger.sha256 there; `sha256sum -c` in that folder checks them.\n\n\
           examples:\n  cargo xtask dist",
    run,
};

/// The binary's name, in `target/` and in `dist/`.
const BINARY: &str = "outrigger";

fn run(words: &[String]) -> Result<(), Failure> {
    if let Some(word) = words.first() {
        return Err(Failure::unknown_word(COMMAND.name, word));
    }
    let root = command::root();
    let mut build = Process::new(env!("CARGO"));
    build.args([
        "build",
        "--locked",
        "--profile",
        "dist",
        "--package",
        BINARY,
    ]);
    succeed(build.current_dir(&root))?;

    let folder = root.join("dist");
    let file = folder.join(BINARY);
    fs::create_dir_all(&folder).map_err(|cause| Failure::of(folder.display(), cause))?;
    // Written beside and renamed: a copy that runs at this moment is not written into.
    let fresh = folder.join("outrigger.new");
    fs::copy(root.join("target/dist").join(BINARY), &fresh)
        .map_err(|cause| Failure::of(fresh.display(), cause))?;
    fs::rename(&fresh, &file).map_err(|cause| Failure::of(file.display(), cause))?;

    let sum = succeed(Process::new("sha256sum").arg(BINARY).current_dir(&folder))?;
    let sum_file = folder.join("outrigger.sha256");
    fs::write(&sum_file, &sum).map_err(|cause| Failure::of(sum_file.display(), cause))?;
    let version = succeed(Process::new(&file).arg("--version"))?;
    let bytes = fs::metadata(&file)?.len();
    println!("{}, {:.1} MB", version.trim(), bytes as f64 / 1e6);
    println!("{}\n{}\n{}", file.display(), sum_file.display(), sum.trim());
    Ok(())
}

/// Runs it to its end; what it wrote to standard output. Its errors go where ours go.
fn succeed(process: &mut Process) -> Result<String, Failure> {
    let name = format!("{process:?}");
    let child = process.stdout(std::process::Stdio::piped()).spawn();
    let output = child.and_then(std::process::Child::wait_with_output);
    let output = output.map_err(|cause| Failure::of(&name, cause))?;
    if !output.status.success() {
        return Err(Failure::of(name, output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
