use super::*;

#[test]
fn a_quorum_of_one_to_eight_servers() {
    let table = [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4), (8, 5)];
    for (servers, enough) in table {
        assert_eq!(quorum(servers), enough, "{servers} servers");
    }
}

#[test]
fn two_quorums_always_share_a_server() {
    for servers in 1..=8 {
        assert!(2 * quorum(servers) > servers, "{servers} servers");
    }
}

#[test]
fn the_highest_value_that_a_majority_of_one_to_eight_servers_has_reached() {
    let table: [(&[u64], u64); 8] = [
        (&[7], 7),
        (&[9, 7], 7),
        (&[9, 1, 7], 7),
        (&[9, 8, 7, 1], 7),
        (&[1, 9, 2, 8, 7], 7),
        (&[9, 9, 8, 7, 1, 2], 7),
        (&[7, 7, 1, 1, 7, 1, 7], 7),
        (&[9, 9, 9, 9, 7, 1, 2, 3], 7),
    ];
    for (values, reached) in table {
        assert_eq!(quorum_value(values.iter().copied()), reached, "{values:?}");
    }
}
