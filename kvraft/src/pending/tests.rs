use super::*;
use crate::message::{ClientId, Sequence};
use labrt::channel::TryRecvError;

fn request(sequence: u64) -> RequestId {
    RequestId { client: ClientId(7), sequence: Sequence(sequence) }
}

fn found(value: &str) -> Answer {
    Some(value.to_owned())
}

#[test]
fn a_handler_gets_its_answer_when_its_command_is_applied() {
    let mut pending = PendingRequests::default();
    let first = pending.register(Index(1), request(1));
    let second = pending.register(Index(2), request(2));
    pending.complete(Index(2), request(2), || found("b"));
    assert_eq!(second.try_recv(), Ok(found("b")));
    assert_eq!(first.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn a_handler_whose_command_was_replaced_is_cancelled() {
    let mut pending = PendingRequests::default();
    let handler = pending.register(Index(1), request(1));
    pending.complete(Index(1), request(9), || panic!("no handler waits for this"));
    assert_eq!(handler.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_handler_of_the_same_index_cancels_the_one_before() {
    let mut pending = PendingRequests::default();
    let earlier = pending.register(Index(1), request(1));
    let later = pending.register(Index(1), request(2));
    assert_eq!(earlier.try_recv(), Err(TryRecvError::Disconnected));
    pending.remove(Index(1), request(1));
    assert_eq!(later.try_recv(), Err(TryRecvError::Empty));
    pending.remove(Index(1), request(2));
    assert_eq!(later.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_snapshot_cancels_the_handlers_whose_index_it_covers() {
    let mut pending = PendingRequests::default();
    let [covered, beyond] = [5, 6].map(|index| pending.register(Index(index), request(index)));
    pending.cancel_until(Index(5));
    assert_eq!(covered.try_recv(), Err(TryRecvError::Disconnected));
    assert_eq!(beyond.try_recv(), Err(TryRecvError::Empty));
    pending.cancel_all();
    assert_eq!(beyond.try_recv(), Err(TryRecvError::Disconnected));
}
