//! The innermost frame of student code in a backtrace: the line a report points to.
//!
//! Std offers a backtrace as text only. Its frames alternate between lines with a function and
//! lines with a position (`at file:line:column`), the innermost first.

use std::backtrace::Backtrace;
use std::env;
use std::path::{Path, PathBuf};

/// The frame found in a backtrace, and the part of the backtrace worth printing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Culprit {
    /// The innermost line outside std, other crates and the kit's own runtime: `file:line`.
    pub(super) place: Option<String>,
    /// The part of the backtrace that begins there and ends with the thread's first function; all
    /// of it if there is no such line.
    pub(super) backtrace: String,
    /// Did that line go through labrt? Then what was done is labrt's own business.
    pub(super) through_labrt: bool,
}

/// Whose code a frame is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Std, another crate, the C library, or this guard.
    Library,
    Labrt,
    /// Code that uses labrt.
    User,
}

struct Frame<'a> {
    /// Its lines, as they are.
    lines: Vec<&'a str>,
    /// The file, free of the directory the crate was built in, and the line.
    place: Option<(PathBuf, &'a str)>,
}

pub(super) fn culprit_frame(backtrace: &Backtrace) -> Culprit {
    culprit_in(&backtrace.to_string())
}

fn culprit_in(text: &str) -> Culprit {
    let frames = frames(text);
    // A coroutine's backtrace goes on with the frames that resumed it.
    let end = frames.iter().position(Frame::switches).unwrap_or(frames.len());
    let frames = &frames[..end];
    let is_user = |frame: &Frame<'_>| frame.origin() == Origin::User;
    let Some(first) = frames.iter().position(is_user) else {
        let through_labrt = frames.iter().any(|frame| frame.origin() == Origin::Labrt);
        return Culprit { place: None, backtrace: text.into(), through_labrt };
    };
    let last = frames.iter().rposition(is_user).unwrap_or(first);
    let lines: Vec<_> = frames[first..=last].iter().flat_map(|frame| &frame.lines).collect();
    Culprit {
        place: frames[first]
            .place
            .as_ref()
            .map(|(file, line)| format!("{}:{line}", file.display())),
        backtrace: lines.into_iter().map(|line| format!("{line}\n")).collect(),
        through_labrt: frames[..first].iter().any(|frame| frame.origin() == Origin::Labrt),
    }
}

fn frames(text: &str) -> Vec<Frame<'_>> {
    let mut frames: Vec<Frame<'_>> = Vec::new();
    for line in text.lines() {
        match (line.trim_start().strip_prefix("at "), frames.last_mut()) {
            (Some(at), Some(frame)) => {
                frame.lines.push(line);
                frame.place = parse_place(at);
            }
            _ => frames.push(Frame { lines: vec![line], place: None }),
        }
    }
    frames
}

/// Takes `file:line:column` apart.
fn parse_place(at: &str) -> Option<(PathBuf, &str)> {
    let (at, _column) = at.rsplit_once(':')?;
    let (file, line) = at.rsplit_once(':')?;
    // Std writes what lies below the current directory as `./file`; a failure names files as the
    // compiler does, from the workspace's root.
    let file = match (file.strip_prefix("./"), env::current_dir()) {
        (Some(below), Ok(here)) => here.join(below),
        _ => PathBuf::from(file),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    Some((file.strip_prefix(root).map(Path::to_path_buf).unwrap_or(file), line))
}

impl Frame<'_> {
    fn origin(&self) -> Origin {
        let Some((file, _)) = &self.place else { return Origin::Library };
        let text = file.to_string_lossy();
        let foreign = ["/rustc/", "/rustlib/src/", "/registry/src/"];
        if file.extension().is_none_or(|extension| extension != "rs")
            || foreign.iter().any(|part| text.contains(part))
        {
            return Origin::Library;
        }
        let here = Path::new(env!("CARGO_MANIFEST_DIR"))
            .file_name()
            .map(|name| Path::new(name).join("src"));
        match here.and_then(|here| file.strip_prefix(here).ok()) {
            // Tests use labrt as others do.
            Some(file) if file.ends_with("tests.rs") => Origin::User,
            Some(file) if file.starts_with("sim/guard") || file == Path::new("sim/guard.rs") => {
                Origin::Library
            }
            Some(_) => Origin::Labrt,
            None => Origin::User,
        }
    }

    /// Is this where a coroutine begins?
    fn switches(&self) -> bool {
        self.place.as_ref().is_some_and(|(file, _)| file.to_string_lossy().contains("/corosensei-"))
    }
}
