//! The values of a key that a read can still observe (*visible values*), and the appends that lead
//! from one to another.
//!
//! A visible value is a position in the trie of the values read: one that was read, was put, or
//! results from appends to another visible one. No read can observe any other value, nor anything
//! that appends make of it, so the search need not distinguish those. Visible values are numbered
//! in preorder: the values that extend value `v` are those from `v` to `end(v)`.

use super::interned::InternedTexts;
use crate::lists::Lists;
use crate::trie::{Position, Trie};
use std::collections::BTreeMap;

/// The empty value's number.
pub(crate) const INITIAL: u32 = 0;

/// The visible values of a key.
pub(crate) struct VisibleValues {
    numbers: BTreeMap<Position, u32>,
    /// For each one: the next that does not extend it.
    ends: Vec<u32>,
    /// For each one: its longest proper prefix among them. The initial one is its own parent.
    parents: Vec<u32>,
    /// For each one: the appends that lead to others.
    steps: Lists<Step>,
}

/// An append at a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    /// The text appended.
    pub text: u32,
    /// The value that it leads to.
    pub to: u32,
}

impl VisibleValues {
    /// The values reachable from `starts` by appending `texts`, within `values`.
    pub fn new(
        values: &Trie,
        texts: &InternedTexts,
        starts: impl Iterator<Item = Position>,
    ) -> VisibleValues {
        let Found { mut numbers, edges } = explore(values, texts, starts);
        let order = Preorder::of(values, &numbers);
        numbers.values_mut().for_each(|number| *number = order.ranks[*number as usize]);
        let rank = |found: u32| order.ranks[found as usize];
        let edges = edges
            .into_iter()
            .map(|edge| (rank(edge.from), Step { text: edge.step.text, to: rank(edge.step.to) }));
        let steps = Lists::new(numbers.len(), edges.collect());
        VisibleValues { numbers, ends: order.ends(), parents: order.parents, steps }
    }

    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The value at a position.
    pub fn at(&self, position: Position) -> Option<u32> {
        self.numbers.get(&position).copied()
    }

    /// The next value that does not extend this one.
    pub fn end(&self, value: u32) -> u32 {
        self.ends[value as usize]
    }

    /// Whether `later` is this value or extends it.
    pub fn leads_to(&self, value: u32, later: u32) -> bool {
        (value..self.end(value)).contains(&later)
    }

    /// The value after appending a text, if it is visible.
    pub fn step(&self, value: u32, text: u32) -> Option<u32> {
        let steps = self.steps.of(value);
        steps.iter().find(|step| step.text == text).map(|step| step.to)
    }

    /// All appends: the text, and the value that it leads to.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        (0..self.ends.len() as u32).flat_map(|value| self.steps.of(value).iter().copied())
    }

    /// For each value, whether an append leads from a prefix of it to an extension.
    pub fn jumped_over(&self) -> Vec<bool> {
        let mut jumped = vec![false; self.ends.len()];
        for value in 0..self.ends.len() as u32 {
            for step in self.steps.of(value) {
                let mut between = self.parents[step.to as usize];
                while between != value {
                    jumped[between as usize] = true;
                    between = self.parents[between as usize];
                }
            }
        }
        jumped
    }
}

/// The values in the order they were found in, and the appends between them.
struct Found {
    numbers: BTreeMap<Position, u32>,
    edges: Vec<Edge>,
}

struct Edge {
    from: u32,
    step: Step,
}

fn explore(values: &Trie, texts: &InternedTexts, starts: impl Iterator<Item = Position>) -> Found {
    let mut found = Found { numbers: BTreeMap::new(), edges: Vec::new() };
    let mut open = Vec::new();
    found.number(Position::ROOT, &mut open);
    for start in starts {
        found.number(start, &mut open);
    }
    while let Some((position, from)) = open.pop() {
        values.overlaps(position, texts.trie(), |overlap| {
            for (text, length) in texts.ending_in(overlap.text, overlap.length) {
                let reached = Position { length: overlap.value.length + length, ..overlap.value };
                let to = found.number(reached, &mut open);
                found.edges.push(Edge { from, step: Step { text, to } });
            }
        });
    }
    found
}

impl Found {
    fn number(&mut self, position: Position, open: &mut Vec<(Position, u32)>) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(position).or_insert_with(|| {
            open.push((position, next));
            next
        })
    }
}

/// The values ordered so that each comes right before those that extend it.
struct Preorder {
    /// By the number they were found under.
    ranks: Vec<u32>,
    /// By rank.
    parents: Vec<u32>,
}

impl Preorder {
    /// A segment's values come in the order of their lengths. Then come its branches, from its end
    /// to its beginning: so nothing stands between a value and those that extend it.
    fn of(values: &Trie, found: &BTreeMap<Position, u32>) -> Preorder {
        let mut order = Preorder { ranks: vec![0; found.len()], parents: Vec::new() };
        let mut open = vec![(Position::ROOT.segment, INITIAL)];
        while let Some((segment, above)) = open.pop() {
            let all = Position { segment, length: 0 }..=Position { segment, length: u32::MAX };
            let mut own = found.range(all).peekable();
            let mut nearest = above;
            for branch in values.branches(segment) {
                while let Some((_, &number)) = own.next_if(|own| own.0.length <= branch.length) {
                    nearest = order.append(number, nearest);
                }
                open.push((branch.segment, nearest));
            }
            for (_, &number) in own {
                nearest = order.append(number, nearest);
            }
        }
        order
    }

    fn append(&mut self, found: u32, parent: u32) -> u32 {
        let rank = self.parents.len() as u32;
        self.ranks[found as usize] = rank;
        self.parents.push(parent);
        rank
    }

    fn ends(&self) -> Vec<u32> {
        let mut ends: Vec<u32> = (1..=self.parents.len() as u32).collect();
        for value in (1..ends.len()).rev() {
            let parent = self.parents[value] as usize;
            ends[parent] = ends[parent].max(ends[value]);
        }
        ends
    }
}
