//! No relative link in a page of Markdown leads nowhere ([`staff::links`], which check-course uses
//! on handouts as well).

use staff::finding::assert_tidy;
use staff::links::dead_links;
use staff::tree::root;

#[test]
fn links_lead_somewhere() {
    assert_tidy(dead_links(&root()));
}
