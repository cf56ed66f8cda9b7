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
fn a_repeated_write_is_applied_once() {
    let append = write(1, 1, Action::Append, "k", "a");
    let store = store_after(&[append.clone(), write(2, 1, Action::Append, "k", "b"), append]);
    assert_eq!(store.value("k"), Some("ab"));
}

#[test]
fn a_retry_after_the_next_write_is_not_applied() {
    let late = write(1, 1, Action::Append, "k", "a");
    let store = store_after(&[late.clone(), write(1, 2, Action::Append, "k", "b"), late]);
    assert_eq!(store.value("k"), Some("ab"));
}

#[test]
fn a_snapshot_has_the_last_request_of_each_clerk() {
    let append = write(1, 1, Action::Append, "k", "a");
    let snapshot = store_after(std::slice::from_ref(&append)).snapshot();
    let mut restarted = Store::from_snapshot(&snapshot).unwrap();
    restarted.apply(&append);
    assert_eq!(restarted.value("k"), Some("a"));
}

#[test]
fn bytes_that_are_no_snapshot_are_refused() {
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
    /// A server that starts from a snapshot ends with the same store as one that applied
    /// everything.
    #[test]
    fn a_snapshot_equals_the_commands_that_it_covers(commands in commands(), cut in 0usize..40) {
        let (before, after) = commands.split_at(cut.min(commands.len()));
        let mut restarted = Store::from_snapshot(&store_after(before).snapshot()).unwrap();
        after.iter().for_each(|command| restarted.apply(command));
        prop_assert_eq!(restarted, store_after(&commands));
    }

    /// A repeated command changes nothing, however late it is, and no table grows beyond the number
    /// of clerks.
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
        prop_assert!(store.last_applied.len() <= 3);
        prop_assert_eq!(store, once);
    }
}
