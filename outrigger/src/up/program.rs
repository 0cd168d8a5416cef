//! How a person would call our program here: by its name where the shell finds it, else by a path.

use std::path::Path;

/// The word to type for the program at `executable`, with the search path `path` and the working
/// directory `here`.
pub(super) fn word(executable: &Path, path: &str, here: &Path) -> String {
    let name = executable.file_name().unwrap_or_default();
    let found = std::env::split_paths(path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file());
    let same = |file: &Path| file.canonicalize().ok() == executable.canonicalize().ok();
    if found.is_some_and(|file| same(&file)) {
        return name.to_string_lossy().into_owned();
    }
    match executable.strip_prefix(here) {
        Ok(below) => format!("./{}", below.display()),
        Err(_) => executable.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::word;
    use std::fs;

    #[test]
    fn the_name_is_enough_only_where_it_leads_to_this_very_program() {
        let temporary = tempfile::tempdir().expect("temp dir");
        let (bin, other) = (temporary.path().join("bin"), temporary.path().join("other"));
        for dir in [&bin, &other] {
            fs::create_dir(dir).expect("created");
            fs::write(dir.join("outrigger"), "").expect("written");
        }
        let program = bin.join("outrigger");
        let paths = |first: &std::path::Path, second: &std::path::Path| {
            let joined = std::env::join_paths([first, second]).expect("a path");
            joined.into_string().expect("text")
        };
        let here = temporary.path();
        assert_eq!(word(&program, &paths(&bin, &other), here), "outrigger");
        assert_eq!(
            word(&program, &paths(&other, &bin), here),
            "./bin/outrigger"
        );
        assert_eq!(word(&program, "", &other), program.display().to_string());
    }
}
