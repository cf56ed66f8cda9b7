use super::*;
use crate::message::Get;
use proptest::prelude::*;

fn write(client: u64, sequence: u64, action: Action, key: &str, value: &str) -> Command {
    let request = RequestId { client: ClientId(client), sequence: Sequence(sequence) };
    Command::PutAppend(PutAppend { request, action, key: key.into(), value: value.into() })
}

fn store_after(commands: &[Command]) -> Store {
    let mut store = Store::default();
    commands.iter().for_each(|command| store.apply(command));
    store
}

#[test]
fn a_key_that_was_never_written_has_no_value() {
    assert_eq!(Store::default().value("k"), None);
}

#[test]
fn a_put_replaces_and_an_append_adds() {
    let store = store_after(&[
        write(1, 1, Action::Append, "k", "a"),
        write(1, 2, Action::Append, "k", "b"),
        write(2, 1, Action::Put, "other", "x"),
        write(1, 3, Action::Put, "k", "c"),
        write(1, 4, Action::Append, "k", "d"),
    ]);
    assert_eq!(store.value("k"), Some("cd"));
    assert_eq!(store.value("other"), Some("x"));
}

#[test]
fn a_write_that_comes_twice_is_done_once() {
    let append = write(1, 1, Action::Append, "k", "a");
    let store = store_after(&[append.clone(), write(2, 1, Action::Append, "k", "b"), append]);
    assert_eq!(store.value("k"), Some("ab"));
}

#[test]
fn a_retry_that_comes_after_the_next_write_is_not_done() {
    let late = write(1, 1, Action::Append, "k", "a");
    let store = store_after(&[late.clone(), write(1, 2, Action::Append, "k", "b"), late]);
    assert_eq!(store.value("k"), Some("ab"));
}

#[test]
fn what_is_done_goes_into_the_snapshot() {
    let append = write(1, 1, Action::Append, "k", "a");
    let snapshot = store_after(std::slice::from_ref(&append)).snapshot();
    let mut restarted = Store::from_snapshot(&snapshot).unwrap();
    restarted.apply(&append);
    assert_eq!(restarted.value("k"), Some("a"));
}

#[test]
fn what_is_no_snapshot_is_refused() {
    let snapshot = store_after(&[write(1, 1, Action::Put, "k", "a")]).snapshot();
    assert!(Store::from_snapshot(&snapshot[..snapshot.len() - 1]).is_err());
    assert!(Store::from_snapshot(b"no snapshot").is_err());
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let action = prop_oneof![Just(Action::Put), Just(Action::Append)];
    let command = (0u64..3, 1u64..6, action, "[ab]", "[xyz]{0,3}", any::<bool>()).prop_map(
        |(client, sequence, action, key, value, reads)| {
            let request = RequestId { client: ClientId(client), sequence: Sequence(sequence) };
            match reads {
                true => Command::Get(Get { request, key }),
                false => Command::PutAppend(PutAppend { request, action, key, value }),
            }
        },
    );
    prop::collection::vec(command, 0..40)
}

proptest! {
    /// A server that starts from a snapshot ends where one does that applied everything.
    #[test]
    fn a_snapshot_stands_for_what_it_was_made_of(commands in commands(), cut in 0usize..40) {
        let (before, after) = commands.split_at(cut.min(commands.len()));
        let mut restarted = Store::from_snapshot(&store_after(before).snapshot()).unwrap();
        after.iter().for_each(|command| restarted.apply(command));
        prop_assert_eq!(restarted, store_after(&commands));
    }

    /// Whatever is repeated, and however late, changes nothing, and no table grows past the
    /// number of clerks.
    #[test]
    fn repetitions_change_nothing(
        commands in commands(),
        again in prop::collection::vec(0usize..40, 0..20),
    ) {
        let mut store = store_after(&commands);
        let once = store.clone();
        for position in again.into_iter().filter(|position| *position < commands.len()) {
            store.apply(&commands[position]);
        }
        prop_assert!(store.done.len() <= 3);
        prop_assert_eq!(store, once);
    }
}
