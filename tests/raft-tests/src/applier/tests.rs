//! A snapshot is read as it was made, and a wrong one is refused with the reason.

use super::*;

fn snapshot() -> Bytes {
    encode_snapshot(Index(2), [101.into(), 102.into()].iter())
}

#[test]
fn a_snapshot_is_read_as_it_was_made() {
    let values = Ok(vec![101.into(), 102.into()]);
    assert_eq!(read_snapshot(Some(Index(2)), &snapshot()), values);
    assert_eq!(read_snapshot(None, &snapshot()), values);
}

#[test]
fn nothing_is_at_index_0() {
    let (index, commands) = decode_snapshot(&snapshot()).unwrap();
    assert_eq!((index, &commands[0]), (Index(2), &None));
}

#[test]
fn a_snapshot_told_as_of_another_index_is_refused() {
    let problem = read_snapshot(Some(Index(3)), &snapshot()).unwrap_err();
    assert_eq!(problem, "a snapshot as of index 3 that was made at index 2");
}

#[test]
fn a_snapshot_cut_short_is_refused() {
    let snapshot = snapshot();
    let problem = read_snapshot(None, &snapshot[..snapshot.len() - 1]).unwrap_err();
    assert!(problem.contains("bytes that are no snapshot"), "{problem}");
}

#[test]
fn a_snapshot_with_too_few_commands_is_refused() {
    let snapshot = encode_snapshot(Index(3), [101.into()].iter());
    let problem = read_snapshot(None, &snapshot).unwrap_err();
    assert_eq!(problem, "a snapshot as of index 3 with 1 commands");
}
