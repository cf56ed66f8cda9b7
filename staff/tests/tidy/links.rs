//! No page of Markdown has a dead link. ([`staff::links`] finds them; check-course uses it on
//! handouts as well.)

use staff::finding::assert_tidy;
use staff::links::dead_links;
use staff::tree::root;

#[test]
fn no_link_is_dead() {
    assert_tidy(dead_links(&root()));
}
