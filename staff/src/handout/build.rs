//! Writes a handout: into a hidden directory beside the one asked for, which is renamed when the
//! handout is complete.

use super::tree::{STUDENT_CRATES, Tree};
use super::workspace;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{self, Command, Output};
use std::time::SystemTime;

/// Writes the tree into a hidden directory beside `directory`, lets rustfmt and Cargo finish it,
/// and renames it to `directory`.
pub fn build(directory: &Path, tree: &Tree, git: bool) -> Result<(), String> {
    let name = directory.file_name().expect("a directory without a name was refused");
    let hidden = format!(".{}.unfinished-{}", name.to_string_lossy(), process::id());
    let unfinished = directory.with_file_name(hidden);
    let built = write(&unfinished, tree)
        .and_then(|()| finish(&unfinished))
        .and_then(|()| same_time(&unfinished, SystemTime::now()))
        .and_then(|()| if git { commit(&unfinished) } else { Ok(()) })
        .and_then(|()| {
            let problem = |error| format!("{}: {error}", directory.display());
            fs::rename(&unfinished, directory).map_err(problem)
        });
    if built.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_dir_all(&unfinished);
    }
    built
}

/// Writes every file of the tree into a directory. A script stays one.
pub fn write(directory: &Path, tree: &Tree) -> Result<(), String> {
    let workspace = workspace();
    for (path, text) in tree {
        let file = directory.join(path);
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

/// Formats the students' crates, and removes from Cargo.lock the packages that are left out.
pub fn finish(directory: &Path) -> Result<(), String> {
    let packages = STUDENT_CRATES.iter().flat_map(|name| ["--package", name]);
    let cargo = cargo();
    run(directory, &cargo, ["fmt"].into_iter().chain(packages))?;
    run(directory, &cargo, ["metadata", "--format-version", "1"]).map(drop)
}

/// Gives everything below a path the same time: what rustfmt has changed does not stand out.
fn same_time(path: &Path, time: SystemTime) -> Result<(), String> {
    let problem = |error: io::Error| format!("{}: {error}", path.display());
    if path.is_dir() {
        for entry in fs::read_dir(path).map_err(problem)? {
            same_time(&entry.map_err(problem)?.path(), time)?;
        }
    }
    fs::File::open(path).and_then(|file| file.set_modified(time)).map_err(problem)
}

/// Makes the tree a repository with one commit.
fn commit(directory: &Path) -> Result<(), String> {
    let git = OsStr::new("git");
    // The user's own settings of Git (author, signing, hooks) are not for this commit.
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
    run(directory, git, ["init", "--quiet"])?;
    run(directory, git, ["add", "--all"])?;
    run(directory, git, author.into_iter().chain(commit)).map(drop)
}

/// The cargo that started this program, as the environment says, or else the one on the path.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

/// Runs a program in a directory. If it fails, what it wrote is the error.
fn run<'a>(
    directory: &Path,
    program: &OsStr,
    arguments: impl IntoIterator<Item = &'a str>,
) -> Result<Output, String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory);
    // Git sets these if this program is run by a hook or an alias: they name another repository.
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
