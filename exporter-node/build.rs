//! Asks the linker for the short form of relocations, where the C library of this machine reads it: the loader reads all of them
//! when the program starts, and then they are resident, a tenth of all that the exporter has there.

use std::env::var_os;
use std::process::Command;

/// The first glibc that reads them; an older one says so, and does not start the program.
const GLIBC_MIN: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Of another machine's C library nothing is known here.
    let is_for_this_machine = var_os("HOST") == var_os("TARGET");
    if is_for_this_machine && glibc().is_some_and(|version| version >= GLIBC_MIN) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of this machine's glibc; `None` where the C library is another.
fn glibc() -> Option<(u32, u32)> {
    let output = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let text = String::from_utf8(output.ok()?.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
