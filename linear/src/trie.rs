//! Texts with long common prefixes, each stored only from where it differs: a radix tree (trie)
//! whose edges are never split.
//!
//! A key's value grows by appends, and every read returns all of it. So nearly every value read is
//! a prefix of a later one, and storing it takes only its length. A text that differs branches off
//! from a *segment* at the byte where it differs; a text that is longer than a segment extends it.
//! A [`Position`] never changes its meaning: it identifies a text, and shows which texts are
//! prefixes of which.

/// A text in a [`Trie`]: the one that ends in this segment and is this long, in bytes, counted
/// from the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub segment: u32,
    pub length: u32,
}

impl Position {
    /// The empty text.
    pub const ROOT: Position = Position { segment: 0, length: 0 };
}

/// A piece of text that all its positions share.
struct Segment {
    /// Where it branches off, by the length it begins at.
    from: Position,
    bytes: Vec<u8>,
    /// Ordered; each at less than the segment's end.
    branches: Vec<Branch>,
}

/// Another segment that begins after `length` bytes with this byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Branch {
    pub length: u32,
    byte: u8,
    pub segment: u32,
}

/// A set of texts with common prefixes.
pub(crate) struct Trie {
    segments: Vec<Segment>,
}

/// A piece that a text of one trie and a path of another have in common.
#[derive(Clone, Copy)]
pub(crate) struct Overlap {
    /// In the trie of values: where the piece begins.
    pub value: Position,
    /// In the trie of texts: the same.
    pub text: Position,
    /// How many bytes they have in common from there. A text that ends where the piece starts is
    /// not in the piece.
    pub length: u32,
}

impl Trie {
    /// The trie of the empty text alone.
    pub fn new() -> Trie {
        Trie { segments: vec![Segment::new(Position::ROOT, &[])] }
    }

    /// Adds `text`, and returns its position.
    pub fn insert(&mut self, text: &[u8]) -> Position {
        let (end, left_over) = self.walk(text);
        if left_over.is_empty() {
            return end;
        }
        let length = narrow(text.len());
        let segment = &mut self.segments[end.segment as usize];
        if end.length == segment.end() {
            segment.bytes.extend_from_slice(left_over);
            return Position { segment: end.segment, length };
        }
        self.branch_off(end, left_over);
        Position { segment: narrow(self.segments.len() - 1), length }
    }

    /// The position of `text`, if it was inserted or is a prefix of what was.
    pub fn find(&self, text: &[u8]) -> Option<Position> {
        let (end, left_over) = self.walk(text);
        left_over.is_empty().then_some(end)
    }

    /// The text at a position.
    pub fn text(&self, position: Position) -> Vec<u8> {
        let mut pieces = Vec::new();
        let mut end = position;
        loop {
            let segment = &self.segments[end.segment as usize];
            pieces.push(&segment.bytes[..(end.length - segment.from.length) as usize]);
            if end.segment == 0 {
                break;
            }
            end = segment.from;
        }
        pieces.into_iter().rev().flatten().copied().collect()
    }

    /// The branches of a segment, in the order of their positions.
    pub fn branches(&self, segment: u32) -> &[Branch] {
        &self.segments[segment as usize].branches
    }

    /// Calls `each` with every piece below `from` that is also the beginning of a text of `texts`,
    /// or continues such a piece.
    pub fn overlaps(&self, from: Position, texts: &Trie, mut each: impl FnMut(Overlap)) {
        let mut open = vec![(from, Position::ROOT)];
        while let Some((value, text)) = open.pop() {
            let (ours, theirs) = (self.rest(value), texts.rest(text));
            let common = common_prefix(ours, theirs);
            let length = narrow(common);
            if common > 0 {
                each(Overlap { value, text, length });
            }
            let (value_end, text_end) = (value.longer(length), text.longer(length));
            if let Some(&byte) = ours.get(common) {
                open.extend(texts.branch(text_end, byte).map(|next| (value_end, next)));
            }
            for branch in self.branches_within(value, length) {
                let text_there = text.longer(branch.length - value.length);
                let next = Position { segment: branch.segment, length: branch.length };
                if theirs.get((branch.length - value.length) as usize) == Some(&branch.byte) {
                    open.push((next, text_there));
                }
                open.extend(texts.branch(text_there, branch.byte).map(|text| (next, text)));
            }
        }
    }

    /// The position of the longest prefix of `text` that is in the trie, and the rest of `text`.
    fn walk<'a>(&self, text: &'a [u8]) -> (Position, &'a [u8]) {
        let mut position = Position::ROOT;
        let mut left_over = text;
        loop {
            let common = common_prefix(self.rest(position), left_over);
            position = position.longer(narrow(common));
            left_over = &left_over[common..];
            match left_over.first().and_then(|&byte| self.branch(position, byte)) {
                Some(next) => position = next,
                None => return (position, left_over),
            }
        }
    }

    /// The segment's bytes after the position.
    fn rest(&self, position: Position) -> &[u8] {
        let segment = &self.segments[position.segment as usize];
        &segment.bytes[(position.length - segment.from.length) as usize..]
    }

    /// The beginning of the segment that branches off at `position` with `byte`.
    fn branch(&self, position: Position, byte: u8) -> Option<Position> {
        let branches = &self.segments[position.segment as usize].branches;
        let found = branches
            .binary_search_by(|branch| (branch.length, branch.byte).cmp(&(position.length, byte)));
        let segment = branches[found.ok()?].segment;
        Some(Position { segment, length: position.length })
    }

    /// The branches from `position` to `length` bytes on.
    fn branches_within(&self, position: Position, length: u32) -> &[Branch] {
        let branches = &self.segments[position.segment as usize].branches;
        let start = branches.partition_point(|branch| branch.length < position.length);
        let end = branches.partition_point(|branch| branch.length <= position.length + length);
        &branches[start..end]
    }

    fn branch_off(&mut self, from: Position, bytes: &[u8]) {
        let segment = narrow(self.segments.len());
        self.segments.push(Segment::new(from, bytes));
        let branch = Branch { length: from.length, byte: bytes[0], segment };
        let branches = &mut self.segments[from.segment as usize].branches;
        let at = branches.partition_point(|other| *other < branch);
        branches.insert(at, branch);
    }
}

impl Segment {
    fn new(from: Position, bytes: &[u8]) -> Segment {
        Segment { from, bytes: bytes.to_vec(), branches: Vec::new() }
    }

    fn end(&self) -> u32 {
        self.from.length + narrow(self.bytes.len())
    }
}

impl Position {
    fn longer(self, bytes: u32) -> Position {
        Position { length: self.length + bytes, ..self }
    }
}

fn narrow(length: usize) -> u32 {
    u32::try_from(length).expect("value too long (limit 4 GiB)")
}

/// The length of the longest common prefix, in bytes.
pub(crate) fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    // Whole chunks compare much faster than byte by byte.
    const CHUNK: usize = 256;
    let chunks = one.chunks_exact(CHUNK).zip(other.chunks_exact(CHUNK));
    let equal = chunks.take_while(|(left, right)| left == right).count() * CHUNK;
    let bytes = one[equal..].iter().zip(&other[equal..]);
    equal + bytes.take_while(|(left, right)| left == right).count()
}

#[cfg(test)]
mod tests;
