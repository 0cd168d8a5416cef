//! A crate that names one of its two dependencies.

use super::*;

#[test]
fn what_nobody_names_is_found() {
    let file = |path: &str, text: &str| File {
        path: path.to_string(),
        text: text.to_string(),
    };
    let manifest =
        "[workspace.dependencies]\n# ours\na-b = \"1\"\nc = \"1\"\nd = \"1\"\n[profile]\n";
    let files = [
        file("Cargo.toml", manifest),
        file(
            "x/src/lib.rs",
            "//! X.\nuse a_b::C;\nfn abc() {} // c\n/// A c.\n",
        ),
        file("y/src/lib.rs", "//! Y.\nuse c::C;\n"),
    ];
    let package = Package {
        name: "x".to_string(),
        folder: "x/".to_string(),
        dependencies: vec!["a-b".to_string(), "c".to_string()],
    };
    let mut findings = Vec::new();
    check(&[package], &files, &mut findings);
    let found: Vec<String> = findings
        .into_iter()
        .map(|f| format!("{}: {}", f.place, f.what))
        .collect();
    assert_eq!(
        found,
        [
            "x/Cargo.toml: `c` is a dependency that no file here names",
            "Cargo.toml: `d` is in [workspace.dependencies], and no crate asks for it",
        ]
    );
}
