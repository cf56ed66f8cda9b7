//! Writes a handout: beside its place, which it takes when it is whole.

use super::tree::{STUDENT_CRATES, Tree};
use super::workspace;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{self, Command, Output};

/// Writes the tree beside its place, lets rustfmt and Cargo finish it, and moves it there.
pub fn build(directory: &Path, tree: &Tree, git: bool) -> Result<(), String> {
    let name = directory.file_name().expect("a directory without a name was refused");
    let unfinished = format!(".{}.unfinished-{}", name.to_string_lossy(), process::id());
    let place = directory.with_file_name(unfinished);
    let built = write(&place, tree)
        .and_then(|()| finish(&place))
        .and_then(|()| if git { commit(&place) } else { Ok(()) })
        .and_then(|()| {
            let problem = |error| format!("{}: {error}", directory.display());
            fs::rename(&place, directory).map_err(problem)
        });
    if built.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_dir_all(&place);
    }
    built
}

/// Writes every file of the tree into a directory. A script stays one.
pub fn write(place: &Path, tree: &Tree) -> Result<(), String> {
    let workspace = workspace();
    for (path, text) in tree {
        let file = place.join(path);
        let parent = file.parent().expect("a file is in a directory");
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&file, text))
            .and_then(|()| make_executable_as(&workspace.join(path), &file))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// Lets a file be executed if its source may be.
fn make_executable_as(source: &Path, file: &Path) -> io::Result<()> {
    const EXECUTE: u32 = 0o111;
    let may_be_executed = |source: &fs::Metadata| source.permissions().mode() & EXECUTE != 0;
    if fs::metadata(source).is_ok_and(|source| may_be_executed(&source)) {
        let mode = fs::metadata(file)?.permissions().mode();
        fs::set_permissions(file, Permissions::from_mode(mode | EXECUTE))?;
    }
    Ok(())
}

/// Formats what the filter has cut, and lets Cargo.lock forget the packages that are left out.
pub fn finish(place: &Path) -> Result<(), String> {
    let packages = STUDENT_CRATES.iter().flat_map(|name| ["--package", name]);
    let cargo = cargo();
    run(place, &cargo, ["fmt"].into_iter().chain(packages))?;
    run(place, &cargo, ["metadata", "--format-version", "1"]).map(drop)
}

/// Makes the tree a repository with one commit.
fn commit(place: &Path) -> Result<(), String> {
    let git = OsStr::new("git");
    // Whoever makes the handout may sign, and check, commits of another kind.
    let author = [
        "-c",
        "user.name=raftlab",
        "-c",
        "user.email=raftlab@localhost",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "core.hooksPath=/dev/null",
    ];
    let commit = ["commit", "--quiet", "--message", "The labs, as handed out"];
    run(place, git, ["init", "--quiet"])?;
    run(place, git, ["add", "--all"])?;
    run(place, git, author.into_iter().chain(commit)).map(drop)
}

/// The cargo that runs us, as it says in the environment, or the one on the path.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

/// Runs a program in a directory; its own words are the error, if there is one.
fn run<'a>(
    place: &Path,
    program: &OsStr,
    arguments: impl IntoIterator<Item = &'a str>,
) -> Result<Output, String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(place);
    // A hook or an alias of Git's that runs us names its own repository.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    let output = command.output();
    let program = program.display();
    let output = output.map_err(|error| format!("{program} cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program} failed in the handout:\n{}", said.trim_end()))
}
