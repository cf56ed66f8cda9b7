//! The document has the fields that scripts read, and the file appears when complete.

use super::{Document, JsonFile};
use crate::exit::Exit;
use crate::run::results::Results;
use crate::run::verdict::RunVerdict;
use crate::sample::{self, Directory};
use course::{Mode, VERSION};
use std::fs;

#[test]
fn the_file_appears_when_it_is_complete() {
    let directory = Directory::new("json");
    let path = directory.join("results.json");
    let course = sample::course();
    let mut results = Results::new(&sample::all(&course)[..2], Mode::Os, 1);
    results.add(0, sample::run(RunVerdict::Pass, 1, 3));
    let file = JsonFile::create(&path).expect("the directory is writable");
    assert!(!path.exists());
    file.write(&Document::new(&results, 8, Exit::Interrupted(2))).expect("it can be written");
    let text = fs::read_to_string(&path).expect("it was written");
    let document: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((&document["version"], &document["kit_version"]), (&1.into(), &VERSION.into()));
    assert_eq!(document["ended"], "interrupted");
    assert_eq!(document["exit_code"], 130);
    assert_eq!(document["total"]["points"], 60);
    assert_eq!(document["tests"][0]["verdict"], "passed");
    assert_eq!(document["tests"][1]["verdict"], "unfinished");
    assert_eq!(fs::read_dir(&*directory).map(Iterator::count).ok(), Some(1));
}

#[test]
fn an_earlier_file_stays_if_nothing_is_written() {
    let directory = Directory::new("json-earlier");
    let path = directory.join("results.json");
    fs::write(&path, "earlier").expect("the directory is writable");
    drop(JsonFile::create(&path).expect("the directory is writable"));
    assert_eq!(fs::read_to_string(&path).ok().as_deref(), Some("earlier"));
    assert_eq!(fs::read_dir(&*directory).map(Iterator::count).ok(), Some(1));
}
