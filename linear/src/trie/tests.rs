use super::{Position, Trie, common_prefix};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0..3_u8, 0..8)
}

fn inserted(trie: &mut Trie, texts: &[Vec<u8>]) {
    for text in texts {
        trie.insert(text);
    }
}

proptest! {
    #[test]
    fn keeps_every_text_where_it_was_put(texts in prop::collection::vec(text(), 0..30)) {
        let mut trie = Trie::new();
        let positions: Vec<Position> = texts.iter().map(|text| trie.insert(text)).collect();
        for (text, position) in texts.iter().zip(positions) {
            prop_assert_eq!(&trie.text(position), text);
            prop_assert_eq!(trie.find(text), Some(position));
        }
    }

    #[test]
    fn finds_the_beginnings_of_what_it_has_and_nothing_else(
        texts in prop::collection::vec(text(), 0..30),
        sought in text(),
    ) {
        let mut trie = Trie::new();
        inserted(&mut trie, &texts);
        let is_there = sought.is_empty() || texts.iter().any(|text| text.starts_with(&sought));
        prop_assert_eq!(trie.find(&sought).is_some(), is_there);
    }

    #[test]
    fn overlaps_are_what_two_tries_have_in_common(
        values in prop::collection::vec(text(), 0..20),
        texts in prop::collection::vec(text(), 0..20),
        from in text(),
    ) {
        let mut trie = Trie::new();
        inserted(&mut trie, &values);
        let mut others = Trie::new();
        let ends: Vec<Position> = texts.iter().map(|text| others.insert(text)).collect();
        let Some(start) = trie.find(&from) else { return Ok(()) };
        let mut found = Vec::new();
        trie.overlaps(start, &others, |overlap| {
            for (text, end) in texts.iter().zip(&ends) {
                let past = end.length.checked_sub(overlap.text.length);
                let past = past.filter(|past| (1..=overlap.length).contains(past));
                if let Some(past) = past.filter(|_| end.segment == overlap.text.segment) {
                    found.push((text.clone(), trie.text(overlap.value.longer(past))));
                }
            }
        });
        for (text, reached) in &found {
            prop_assert_eq!(&[from.clone(), text.clone()].concat(), reached);
        }
        let found: BTreeSet<_> = found.into_iter().map(|(text, _)| text).collect();
        let expected = texts.into_iter().filter(|text| {
            !text.is_empty() && trie.find(&[from.clone(), text.clone()].concat()).is_some()
        });
        prop_assert_eq!(found, expected.collect::<BTreeSet<_>>());
    }

    #[test]
    fn common_prefixs_are_counted_to_the_byte(length in 0..700_usize, differs in 0..700_usize) {
        let one = vec![1; length];
        let mut other = vec![1; 700];
        other[differs] = 2;
        prop_assert_eq!(common_prefix(&one, &other), length.min(differs));
    }
}

#[test]
fn a_growing_value_is_stored_once() {
    let mut trie = Trie::new();
    let positions: Vec<_> = (0..100).map(|count| trie.insert(&vec![b'x'; count])).collect();
    assert_eq!(trie.segments.len(), 1);
    assert!(positions.iter().all(|position| position.segment == 0));
    assert_eq!(trie.segments[0].bytes.len(), 99);
}
