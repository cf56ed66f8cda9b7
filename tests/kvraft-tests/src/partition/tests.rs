//! Every split is a majority without the leader and a minority that ends with it.

use super::*;

#[test]
fn a_split_is_a_majority_and_a_minority_with_the_leader_last() {
    for servers in [3, 5, 7] {
        for leader in (0..servers).map(ServerId) {
            let (majority, minority) = split(servers, leader);
            assert_eq!((majority.len(), minority.len()), (servers / 2 + 1, servers / 2));
            assert_eq!(minority.last(), Some(&leader));
            let mut all = [majority, minority].concat();
            all.sort();
            assert_eq!(all, (0..servers).map(ServerId).collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_others_of_a_side_are_in_order() {
    let (majority, minority) = split(5, ServerId(2));
    assert_eq!((list(&majority), list(&minority)), ("S0 S1 S3".into(), "S4 S2".into()));
}
