//! `lab handout DIR`: the tree that a student receives, built from the reference.
//!
//! What goes into it is listed here; what becomes of each file is the marker filter's business
//! ([`markers`]). Nothing is written before every file has passed the filter, and the tree is
//! made beside its place and moved there when it is whole.

pub mod leftovers;
mod markers;
pub mod through;

use crate::exit::Exit;
use course::Course;
use leftovers::Reference;
use markers::filter;
use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{self, Path, PathBuf};
use std::process::{self, Command, Output};
use through::Through;

/// What `lab handout` is asked for.
#[derive(Debug, PartialEq)]
pub struct HandoutArguments {
    /// Where the tree is to be: a directory that does not exist yet, or is empty.
    pub directory: PathBuf,
    /// The part up to which the solution is filled in.
    pub through: Option<String>,
    /// Whether the tree is to be a Git repository with one commit.
    pub git: bool,
}

/// The crates that the student completes: only there are markers for tasks.
pub const STUDENT_CRATES: [&str; 2] = ["raft", "kvraft"];

/// What of the workspace is handed out.
const HANDED_OUT: [&str; 16] = [
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "Makefile",
    "clippy.toml",
    "docs",
    "kvraft",
    "lab",
    "labgob",
    "labrpc",
    "labrt",
    "linear",
    "raft",
    "rustfmt.toml",
    "tests",
];

/// What of it is not, besides what markers say: what holds solutions, tests them or explains them,
/// and what is for the course's staff.
const LEFT_OUT: [&str; 12] = [
    "docs/ARCHITECTURE.md",
    "docs/for-staff.md",
    "docs/performance.md",
    "kvraft/benches",
    "kvraft/tests",
    "lab/handout",
    "lab/tests/handout.rs",
    "raft/src/model.rs",
    "raft/src/situation.rs",
    "raft/tests",
    "tests/planted-raft",
    "tests/planted-kvraft",
];

/// The one file with unit tests in the student's crates that pins what is given.
const GIVEN_TESTS: &str = "raft/src/persister/tests.rs";

/// Where the handout's own README is, in the reference.
const README: &str = "lab/handout/README.md";

/// A tree to be handed out: the text of each file, by its path.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// Makes the handout and says where it is.
pub fn handout(course: &Course, arguments: &HandoutArguments) -> Exit {
    match make(course, arguments) {
        Ok(said) => {
            println!("{said}");
            Exit::Passed
        }
        Err((exit, problem)) => {
            eprintln!("error: {problem}");
            exit
        }
    }
}

fn make(course: &Course, arguments: &HandoutArguments) -> Result<String, (Exit, String)> {
    let usage = |problem| (Exit::Usage, problem);
    let kit_fault = |problem| (Exit::KitFault, problem);
    let through = match &arguments.through {
        None => Through::nothing(course),
        Some(part) => Through::part(course, part).map_err(usage)?,
    };
    let directory = &arguments.directory;
    refuse_if_taken(directory).map_err(usage)?;
    let tree = tree(&workspace(), &through).map_err(kit_fault)?;
    refuse_leftovers(&tree, &through).map_err(kit_fault)?;
    build(directory, &tree, arguments.git).map_err(kit_fault)?;
    Ok(format!("{}: {through}, {} files", directory.display(), tree.len()))
}

/// Where the reference is: the workspace this was built in.
pub fn workspace() -> PathBuf {
    let lab = Path::new(env!("CARGO_MANIFEST_DIR"));
    lab.parent().expect("lab is a directory of the workspace").to_owned()
}

fn refuse_if_taken(directory: &Path) -> Result<(), String> {
    let name = directory.display();
    if directory.file_name().is_none() {
        return Err(format!("{name} has no name of its own: name a new directory"));
    }
    if is_in_workspace(directory) {
        return Err(format!("{name} lies in the workspace, and would be part of the next handout"));
    }
    if directory.is_symlink() {
        return Err(format!("{name} is a link: name the directory itself"));
    }
    match fs::read_dir(directory) {
        Ok(entries) => match entries.count() {
            0 => Ok(()),
            _ => Err(format!("{name} exists and is not empty: nothing was written")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!("{name} cannot be the handout's directory: {error}")),
    }
}

/// Whether a directory, which need not exist, lies in the workspace, but not among what is built.
fn is_in_workspace(directory: &Path) -> bool {
    let absolute = path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    let there = absolute.ancestors().find_map(|ancestor| ancestor.canonicalize().ok());
    let workspace = workspace().canonicalize().unwrap_or_else(|_| workspace());
    there.is_some_and(|there| {
        there.starts_with(&workspace) && !there.starts_with(workspace.join("target"))
    })
}

/// A file that nobody meant to hand out, such as an editor's copy, may hold a solution.
fn refuse_leftovers(tree: &Tree, through: &Through) -> Result<(), String> {
    let found = Reference::read(&workspace())?.left_in(tree, through.open());
    match found.first() {
        None => Ok(()),
        Some(first) => Err(format!("a line of a solution would be handed out: {first}")),
    }
}

/// The files of a workspace that are handed out, in order.
pub fn paths(workspace: &Path) -> Result<Vec<PathBuf>, String> {
    let mut paths = Vec::new();
    for entry in HANDED_OUT {
        list(workspace, Path::new(entry), &mut paths)?;
    }
    Ok(paths)
}

/// All files of the handout, filtered.
pub fn tree(workspace: &Path, through: &Through) -> Result<Tree, String> {
    let mut tree = Tree::new();
    let mut is_marked = false;
    for path in paths(workspace)? {
        let file = workspace.join(&path);
        let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let bytes = match String::from_utf8(bytes) {
            Err(binary) => binary.into_bytes(),
            Ok(text) if holds_markers(&path) => {
                is_marked |= in_student_crate(&path) && markers::has_markers(&text);
                let filtered = filter(&text, through).map_err(|wrong| {
                    format!("{}:{}: {}", path.display(), wrong.line, wrong.problem)
                })?;
                filtered.into_bytes()
            }
            Ok(text) => text.into_bytes(),
        };
        tree.insert(path, bytes);
    }
    if !is_marked {
        return Err("no task is marked in raft and kvraft: is this a handout already?".to_owned());
    }
    let readme = workspace.join(README);
    let text = fs::read(&readme).map_err(|error| format!("{}: {error}", readme.display()))?;
    tree.insert(PathBuf::from("README.md"), text);
    Ok(tree)
}

/// The files at or below a path, in order, without those that are left out.
fn list(workspace: &Path, path: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    if is_left_out(path) {
        return Ok(());
    }
    let here = workspace.join(path);
    let problem = |error: io::Error| format!("{}: {error}", here.display());
    if !here.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(&here).map_err(problem)? {
        names.push(entry.map_err(problem)?.file_name());
    }
    names.sort();
    names.iter().try_for_each(|name| list(workspace, &path.join(name), found))
}

fn is_left_out(path: &Path) -> bool {
    let is_unit_test = in_student_crate(path) && path.ends_with("tests.rs");
    let is_hidden = path.parent() != Some(Path::new("")) && has_hidden_name(path);
    LEFT_OUT.iter().any(|left_out| path == Path::new(left_out))
        || (is_unit_test && path != Path::new(GIVEN_TESTS))
        || is_hidden
        || path.ends_with("target")
        || (in_student_crate(path) && !is_source(path))
}

/// Whether a path is a source of a crate, or may lead to one: not the copy that an editor or a merge
/// left beside it, which would be handed out with its solutions.
fn is_source(path: &Path) -> bool {
    path.extension().is_none_or(|extension| extension == "rs" || extension == "toml")
}

/// What an editor or an operating system leaves behind.
fn has_hidden_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Whether a path is in a crate that the student completes.
pub fn in_student_crate(path: &Path) -> bool {
    STUDENT_CRATES.iter().any(|name| path.starts_with(name))
}

/// The runner's own sources speak of markers, and have none.
fn holds_markers(path: &Path) -> bool {
    !path.starts_with("lab")
}

/// Writes the tree beside its place, lets rustfmt and Cargo settle it, and moves it there.
fn build(directory: &Path, tree: &Tree, git: bool) -> Result<(), String> {
    let name = directory.file_name().expect("a directory without a name was refused");
    let unfinished = format!(".{}.unfinished-{}", name.to_string_lossy(), process::id());
    let place = directory.with_file_name(unfinished);
    let built = write(&place, tree)
        .and_then(|()| settle(&place))
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
pub fn settle(place: &Path) -> Result<(), String> {
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

#[cfg(test)]
mod tests;
