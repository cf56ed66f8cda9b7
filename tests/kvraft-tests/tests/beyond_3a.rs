//! Beyond 3A: links fail in one direction, so that servers do what nobody hears of.

use harness::graded;
use kvraft_tests::Scenario;

/// Requests arrive and their replies do not, or the other way round, between servers and from
/// clients: each operation is done once all the same.
#[test]
fn one_way_links_beyond_3a() {
    graded(|| Scenario { clients: 5, one_way_links: true, ..Scenario::default() }.play());
}
