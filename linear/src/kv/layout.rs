//! Prepares the search state of a key: numbers its values, texts and reads, and counts what the
//! pruning rules of [`super::state`] need.

use super::interned::InternedTexts;
use super::state::{INVISIBLE, Kind, KvState, Layout, UNCOUNTED};
use super::visible_values::VisibleValues;
use crate::lists::Lists;
use crate::timeline::Times;
use crate::trie::{Position, Trie};

/// A read that more puts than this could precede is not counted: rule 2 never applies to it.
const MOST_SOURCES: usize = 16;

/// A text that leads to more values than this never exhausts one: rule 3 never applies to it.
const MOST_TARGETS: usize = 16;

/// An operation, and when it may take effect.
#[derive(Clone, Copy)]
pub(crate) struct Placeable<'a> {
    pub times: Times,
    pub effect: Effect<'a>,
}

/// What it writes, or the value that it has read.
#[derive(Clone, Copy)]
pub(crate) enum Effect<'a> {
    Get(Position),
    Put(&'a [u8]),
    Append(&'a [u8]),
}

/// The state for a search among these operations of a key whose read values are `values`.
pub(crate) fn initial_state(values: &Trie, operations: &[Placeable<'_>], prunes: bool) -> KvState {
    let (texts, text_positions) = InternedTexts::new(operations.iter().filter_map(appended));
    let puts: Vec<Option<Position>> = operations
        .iter()
        .map(|operation| match operation.effect {
            Effect::Put(value) => values.find(value),
            Effect::Get(_) | Effect::Append(_) => None,
        })
        .collect();
    let reads = operations.iter().filter_map(|operation| match operation.effect {
        Effect::Get(position) => Some(position),
        Effect::Put(_) | Effect::Append(_) => None,
    });
    let starts = puts.iter().flatten().copied().chain(reads);
    let visible = VisibleValues::new(values, &texts, starts);
    let mut layout = Layout {
        kinds: kinds(operations, &visible, &texts, &puts, text_positions),
        is_pending: operations.iter().map(|operation| operation.times.is_pending()).collect(),
        reads_before: Vec::new(),
        targets: targets(&visible, &texts),
        is_exhaustible: Vec::new(),
        dependents: Lists::new(0, Vec::new()),
        visible,
        prunes,
    };
    layout.reads_before = layout.number_reads();
    layout.is_exhaustible = layout.exhaustible_values(texts.count());
    let sources = layout.count_sources(operations);
    let supply = layout.count_supply();
    KvState::new(layout, sources, supply)
}

fn appended<'a>(operation: &Placeable<'a>) -> Option<&'a [u8]> {
    match operation.effect {
        Effect::Append(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

fn kinds(
    operations: &[Placeable<'_>],
    visible: &VisibleValues,
    texts: &InternedTexts,
    puts: &[Option<Position>],
    text_positions: Vec<Position>,
) -> Vec<Kind> {
    let mut text_positions = text_positions.into_iter();
    let value = |position: Option<Position>| {
        position.and_then(|position| visible.at(position)).unwrap_or(INVISIBLE)
    };
    let kind = |(operation, &put): (&Placeable<'_>, &Option<Position>)| match operation.effect {
        Effect::Get(position) => Kind::Get { value: value(Some(position)), read: 0 },
        Effect::Put(_) => Kind::Put { value: value(put) },
        Effect::Append([]) => Kind::NoOp,
        Effect::Append(_) => {
            let position = text_positions.next().expect("each append's text has a position");
            Kind::Append { text: texts.number(position) }
        }
    };
    operations.iter().zip(puts).map(kind).collect()
}

fn targets(visible: &VisibleValues, texts: &InternedTexts) -> Lists<u32> {
    let mut pairs: Vec<(u32, u32)> = visible.steps().map(|step| (step.text, step.to)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    Lists::new(texts.count(), pairs)
}

impl Layout {
    /// Numbers the reads in the order of their values.
    fn number_reads(&mut self) -> Vec<u32> {
        let count = self.visible.count();
        let mut before = vec![0; count + 1];
        for kind in &self.kinds {
            if let Kind::Get { value, .. } = kind {
                before[*value as usize + 1] += 1;
            }
        }
        for value in 0..count {
            before[value + 1] += before[value];
        }
        let mut next = before.clone();
        for kind in &mut self.kinds {
            if let Kind::Get { value, read } = kind {
                *read = next[*value as usize];
                next[*value as usize] += 1;
            }
        }
        before
    }

    /// For each value, whether it is reached only by appends, of texts that lead to few values.
    fn exhaustible_values(&self, texts: usize) -> Vec<bool> {
        let visible = &self.visible;
        let mut exhaustible: Vec<bool> =
            visible.jumped_over().iter().map(|jumped| !jumped).collect();
        for text in 0..texts as u32 {
            let targets = self.targets.of(text);
            if targets.len() > MOST_TARGETS {
                targets.iter().for_each(|&target| exhaustible[target as usize] = false);
            }
        }
        let puts = self.puts_before();
        for value in 0..visible.count() {
            let end = visible.end(value as u32) as usize;
            exhaustible[value] &= puts[value] == puts[end];
        }
        exhaustible
    }

    /// For each value, and one past the last, how many puts have an earlier one.
    fn puts_before(&self) -> Vec<u32> {
        let mut before = vec![0; self.visible.count() + 1];
        for kind in &self.kinds {
            if let Kind::Put { value } = kind
                && *value != INVISIBLE
            {
                before[*value as usize + 1] += 1;
            }
        }
        for value in 1..before.len() {
            before[value] += before[value - 1];
        }
        before
    }

    /// Counts for each read the puts that could precede it; sets the dependents of each put.
    fn count_sources(&mut self, operations: &[Placeable<'_>]) -> Vec<u32> {
        let reads = self.reads(operations);
        let mut sources = vec![0; reads.len()];
        let countable = self.countable_reads(reads.len());
        let mut dependents = Vec::new();
        for (put, kind) in self.kinds.iter().enumerate() {
            let Kind::Put { value } = *kind else { continue };
            if value == INVISIBLE {
                continue;
            }
            let from = self.reads_before[value as usize];
            let to = self.reads_before[self.visible.end(value) as usize];
            let start = countable.partition_point(|&read| read < from);
            for &read in countable[start..].iter().take_while(|&&read| read < to) {
                if operations[put].times.call <= reads[read as usize].returned {
                    sources[read as usize] += 1;
                    dependents.push((put as u32, read));
                }
            }
        }
        self.dependents = Lists::new(self.kinds.len(), dependents);
        let mut is_counted = vec![false; sources.len()];
        countable.iter().for_each(|&read| is_counted[read as usize] = true);
        sources
            .into_iter()
            .zip(is_counted)
            .map(|(count, is_counted)| if is_counted { count } else { UNCOUNTED })
            .collect()
    }

    /// The times of the reads, by their numbers.
    fn reads(&self, operations: &[Placeable<'_>]) -> Vec<Times> {
        let count = self.reads_before.last().copied().unwrap_or(0);
        let mut reads = vec![Times::ANY; count as usize];
        for (operation, kind) in operations.iter().zip(&self.kinds) {
            if let Kind::Get { read, .. } = kind {
                reads[*read as usize] = operation.times;
            }
        }
        reads
    }

    /// The reads that few puts could precede.
    fn countable_reads(&self, count: usize) -> Vec<u32> {
        let mut changes = vec![0_i64; count + 1];
        for kind in &self.kinds {
            if let Kind::Put { value } = *kind
                && value != INVISIBLE
            {
                changes[self.reads_before[value as usize] as usize] += 1;
                let end = self.visible.end(value) as usize;
                changes[self.reads_before[end] as usize] -= 1;
            }
        }
        let puts = changes.iter().scan(0, |puts, change| {
            *puts += change;
            Some(*puts)
        });
        let few = (0..count as u32).zip(puts).filter(|&(_, puts)| puts <= MOST_SOURCES as i64);
        few.map(|(read, _)| read).collect()
    }

    /// For each value, how many appends lead to it.
    fn count_supply(&self) -> Vec<u32> {
        let mut supply = vec![0; self.visible.count()];
        for kind in &self.kinds {
            if let Kind::Append { text } = *kind {
                self.targets.of(text).iter().for_each(|&target| supply[target as usize] += 1);
            }
        }
        supply
    }
}
