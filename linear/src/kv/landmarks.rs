//! The values of a key that somebody may still see, and the ways between them.
//!
//! A *landmark* is a position in the trie of the values read: one that was read, was put, or comes
//! about by appends from another landmark. Any other value is seen by nobody, nor is anything that
//! appends may make of it, so the search need not tell such values apart. Landmarks are numbered
//! so that those that begin with a landmark's text are the ones from its own number to its `end`.

use super::texts::Texts;
use crate::lists::Lists;
use crate::trie::{Position, Trie};
use std::collections::BTreeMap;

/// The empty value's number.
pub(crate) const INITIAL: u32 = 0;

/// The landmarks of a key.
pub(crate) struct Landmarks {
    numbers: BTreeMap<Position, u32>,
    /// For each one: the next that does not begin with its text.
    ends: Vec<u32>,
    /// For each one: the longest other that its text begins with. The initial one's is itself.
    parents: Vec<u32>,
    /// For each one: where appends lead.
    steps: Lists<Step>,
}

/// What an append does at a landmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    /// The text appended.
    pub text: u32,
    /// The landmark that comes of it.
    pub to: u32,
}

impl Landmarks {
    /// What comes about from `starts` by appending `texts`, within `values`.
    pub fn new(values: &Trie, texts: &Texts, starts: impl Iterator<Item = Position>) -> Landmarks {
        let Found { mut numbers, ways } = explore(values, texts, starts);
        let order = Preorder::of(values, &numbers);
        numbers.values_mut().for_each(|number| *number = order.ranks[*number as usize]);
        let rank = |found: u32| order.ranks[found as usize];
        let ways = ways
            .into_iter()
            .map(|way| (rank(way.from), Step { text: way.step.text, to: rank(way.step.to) }));
        let steps = Lists::new(numbers.len(), ways.collect());
        Landmarks { numbers, ends: order.ends(), parents: order.parents, steps }
    }

    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The landmark at a position.
    pub fn at(&self, position: Position) -> Option<u32> {
        self.numbers.get(&position).copied()
    }

    /// The next landmark that does not begin with this one's text.
    pub fn end(&self, landmark: u32) -> u32 {
        self.ends[landmark as usize]
    }

    /// Whether `later` begins with this one's text.
    pub fn leads_to(&self, landmark: u32, later: u32) -> bool {
        (landmark..self.end(landmark)).contains(&later)
    }

    /// Where appending a text leads, if anybody may see what comes of it.
    pub fn step(&self, landmark: u32, text: u32) -> Option<u32> {
        let steps = self.steps.of(landmark);
        steps.iter().find(|step| step.text == text).map(|step| step.to)
    }

    /// All ways by appends: a text, and the landmark that comes of it.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        (0..self.ends.len() as u32).flat_map(|landmark| self.steps.of(landmark).iter().copied())
    }

    /// The landmarks that some append jumps over.
    pub fn jumped_over(&self) -> Vec<bool> {
        let mut jumped = vec![false; self.ends.len()];
        for landmark in 0..self.ends.len() as u32 {
            for step in self.steps.of(landmark) {
                let mut between = self.parents[step.to as usize];
                while between != landmark {
                    jumped[between as usize] = true;
                    between = self.parents[between as usize];
                }
            }
        }
        jumped
    }
}

/// The landmarks in the order they were found in, and the ways.
struct Found {
    numbers: BTreeMap<Position, u32>,
    ways: Vec<Way>,
}

struct Way {
    from: u32,
    step: Step,
}

fn explore(values: &Trie, texts: &Texts, starts: impl Iterator<Item = Position>) -> Found {
    let mut found = Found { numbers: BTreeMap::new(), ways: Vec::new() };
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
                found.ways.push(Way { from, step: Step { text, to } });
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

/// The landmarks ordered so that each comes right before those that begin with its text.
struct Preorder {
    /// By the number they were found under.
    ranks: Vec<u32>,
    /// By rank.
    parents: Vec<u32>,
}

impl Preorder {
    /// A segment's landmarks come in the order of their lengths. Then comes what branches off it,
    /// from its end to its beginning: so nothing stands between a landmark and what is below it.
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
        for landmark in (1..ends.len()).rev() {
            let parent = self.parents[landmark] as usize;
            ends[parent] = ends[parent].max(ends[landmark]);
        }
        ends
    }
}
