//! Laying out the board for a key's operations, or for some of them.

use super::board::{Kind, KvBoard, Layout, UNCOUNTED, UNSEEN};
use super::landmarks::Landmarks;
use super::texts::Texts;
use crate::lists::Lists;
use crate::timeline::Times;
use crate::trie::{Position, Trie};

/// A read with more puts that could begin its value than this is never said to have none.
const MOST_SOURCES: usize = 16;

/// A text that leads to more landmarks than this never uses one up.
const MOST_TARGETS: usize = 16;

/// An operation, and when it may take effect.
#[derive(Clone, Copy)]
pub(crate) struct Placeable<'a> {
    pub times: Times,
    pub effect: Effect<'a>,
}

/// What it does, or has seen.
#[derive(Clone, Copy)]
pub(crate) enum Effect<'a> {
    Get(Position),
    Put(&'a [u8]),
    Append(&'a [u8]),
}

/// The board for these operations of a key whose values, as far as anybody read them, are `values`.
pub(crate) fn board(values: &Trie, operations: &[Placeable<'_>], prunes: bool) -> KvBoard {
    let (texts, text_positions) = Texts::new(operations.iter().filter_map(appended));
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
    let landmarks = Landmarks::new(values, &texts, starts);
    let mut layout = Layout {
        kinds: kinds(operations, &landmarks, &texts, &puts, text_positions),
        is_pending: operations.iter().map(|operation| operation.times.is_pending()).collect(),
        reads_before: Vec::new(),
        targets: targets(&landmarks, &texts),
        can_be_used_up: Vec::new(),
        dependents: Lists::new(0, Vec::new()),
        landmarks,
        prunes,
    };
    layout.reads_before = layout.number_reads();
    layout.can_be_used_up = layout.usable_landmarks(texts.count());
    let sources = layout.count_sources(operations);
    let supply = layout.count_supply();
    KvBoard::new(layout, sources, supply)
}

fn appended<'a>(operation: &Placeable<'a>) -> Option<&'a [u8]> {
    match operation.effect {
        Effect::Append(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

fn kinds(
    operations: &[Placeable<'_>],
    landmarks: &Landmarks,
    texts: &Texts,
    puts: &[Option<Position>],
    text_positions: Vec<Position>,
) -> Vec<Kind> {
    let mut text_positions = text_positions.into_iter();
    let landmark = |position: Option<Position>| {
        position.and_then(|position| landmarks.at(position)).unwrap_or(UNSEEN)
    };
    let kind = |(operation, &put): (&Placeable<'_>, &Option<Position>)| match operation.effect {
        Effect::Get(position) => Kind::Get { landmark: landmark(Some(position)), read: 0 },
        Effect::Put(_) => Kind::Put { landmark: landmark(put) },
        Effect::Append([]) => Kind::Nothing,
        Effect::Append(_) => {
            let position = text_positions.next().expect("each append's text has a position");
            Kind::Append { text: texts.number(position) }
        }
    };
    operations.iter().zip(puts).map(kind).collect()
}

fn targets(landmarks: &Landmarks, texts: &Texts) -> Lists<u32> {
    let mut pairs: Vec<(u32, u32)> = landmarks.steps().map(|step| (step.text, step.to)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    Lists::new(texts.count(), pairs)
}

impl Layout {
    /// Numbers the reads in the order of their landmarks.
    fn number_reads(&mut self) -> Vec<u32> {
        let count = self.landmarks.count();
        let mut before = vec![0; count + 1];
        for kind in &self.kinds {
            if let Kind::Get { landmark, .. } = kind {
                before[*landmark as usize + 1] += 1;
            }
        }
        for landmark in 0..count {
            before[landmark + 1] += before[landmark];
        }
        let mut next = before.clone();
        for kind in &mut self.kinds {
            if let Kind::Get { landmark, read } = kind {
                *read = next[*landmark as usize];
                next[*landmark as usize] += 1;
            }
        }
        before
    }

    /// The landmarks to which appends of few texts lead, and nothing else.
    fn usable_landmarks(&self, texts: usize) -> Vec<bool> {
        let landmarks = &self.landmarks;
        let mut usable: Vec<bool> = landmarks.jumped_over().iter().map(|jumped| !jumped).collect();
        for text in 0..texts as u32 {
            let targets = self.targets.of(text);
            if targets.len() > MOST_TARGETS {
                targets.iter().for_each(|&target| usable[target as usize] = false);
            }
        }
        let puts = self.puts_before();
        for landmark in 0..landmarks.count() {
            let end = landmarks.end(landmark as u32) as usize;
            usable[landmark] &= puts[landmark] == puts[end];
        }
        usable
    }

    /// For each landmark, and one past the last, how many puts have the value of an earlier one.
    fn puts_before(&self) -> Vec<u32> {
        let mut before = vec![0; self.landmarks.count() + 1];
        for kind in &self.kinds {
            if let Kind::Put { landmark } = kind
                && *landmark != UNSEEN
            {
                before[*landmark as usize + 1] += 1;
            }
        }
        for landmark in 1..before.len() {
            before[landmark] += before[landmark - 1];
        }
        before
    }

    /// For each read the puts that could begin its value; sets who depends on each put.
    fn count_sources(&mut self, operations: &[Placeable<'_>]) -> Vec<u32> {
        let reads = self.reads(operations);
        let mut sources = vec![0; reads.len()];
        let countable = self.countable_reads(reads.len());
        let mut dependents = Vec::new();
        for (put, kind) in self.kinds.iter().enumerate() {
            let Kind::Put { landmark } = *kind else { continue };
            if landmark == UNSEEN {
                continue;
            }
            let from = self.reads_before[landmark as usize];
            let to = self.reads_before[self.landmarks.end(landmark) as usize];
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

    /// The reads whose value few puts could begin.
    fn countable_reads(&self, count: usize) -> Vec<u32> {
        let mut changes = vec![0_i64; count + 1];
        for kind in &self.kinds {
            if let Kind::Put { landmark } = *kind
                && landmark != UNSEEN
            {
                changes[self.reads_before[landmark as usize] as usize] += 1;
                let end = self.landmarks.end(landmark) as usize;
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

    /// For each landmark, how many appends lead to it.
    fn count_supply(&self) -> Vec<u32> {
        let mut supply = vec![0; self.landmarks.count()];
        for kind in &self.kinds {
            if let Kind::Append { text } = *kind {
                self.targets.of(text).iter().for_each(|&target| supply[target as usize] += 1);
            }
        }
        supply
    }
}
