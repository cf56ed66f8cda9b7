//! What clients append, and whether a value has all of it, once and in order.
//!
//! A value that only appends have made is a row of elements, so it is read once, from left to right.
//! The course looks for each element in the whole value instead, which takes a value's square; and
//! this sees what nobody appended, too.

use super::difference::excerpt;
use std::collections::BTreeMap;
use std::fmt;

/// What client `client` appends as its `number`th element, counted from 0.
pub fn element(client: usize, number: usize) -> String {
    format!("x {client} {number} y")
}

/// What is wrong with a value that clients appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disorder {
    /// An element is not there.
    Lost {
        /// The element.
        element: String,
    },
    /// An element is there again.
    Duplicated {
        /// The element.
        element: String,
        /// Where it is there again, in bytes.
        place: usize,
    },
    /// An element is there before one that its client appended earlier.
    OutOfOrder {
        /// The element.
        element: String,
        /// The earlier one.
        before: String,
        /// Where the element is, in bytes.
        place: usize,
    },
    /// There is something that nobody appended.
    Foreign {
        /// Where, in bytes.
        place: usize,
        /// What is around there.
        excerpt: String,
    },
}

impl fmt::Display for Disorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Disorder::Lost { element } => write!(formatter, "the append of {element:?} is lost"),
            Disorder::Duplicated { element, place } => {
                write!(formatter, "the append of {element:?} was done twice, again at byte {place}")
            }
            Disorder::OutOfOrder { element, before, place } => write!(
                formatter,
                "appends are out of order: {element:?} is at byte {place}, before {before:?}"
            ),
            Disorder::Foreign { place, excerpt } => {
                write!(formatter, "at byte {place} is what nobody appended: {excerpt}")
            }
        }
    }
}

/// Checks that the value has the elements of these clients, of each as many as told, once and in
/// the order of their numbers, and nothing else.
pub fn check_appends(
    value: &str,
    appended: impl IntoIterator<Item = (usize, usize)>,
) -> Result<(), Disorder> {
    let mut progress: BTreeMap<usize, Progress> = BTreeMap::new();
    progress.extend(appended.into_iter().map(|(client, count)| (client, Progress::of(count))));
    let mut place = 0;
    while place < value.len() {
        let rest = &value[place..];
        let read = read_element(rest);
        let known = read.and_then(|it| Some((it, progress.get_mut(&it.client)?)));
        let Some((Element { client, number, length }, progress)) = known else {
            return Err(Disorder::Foreign { place, excerpt: excerpt(value, place) });
        };
        if number >= progress.count {
            return Err(Disorder::Foreign { place, excerpt: excerpt(value, place) });
        }
        if number < progress.next {
            return Err(Disorder::Duplicated { element: element(client, number), place });
        }
        if number > progress.next {
            return Err(missing(client, number, progress.next, place, rest));
        }
        progress.next += 1;
        place += length;
    }
    match progress.iter().find(|(_, progress)| progress.next < progress.count) {
        Some((client, progress)) => {
            Err(Disorder::Lost { element: element(*client, progress.next) })
        }
        None => Ok(()),
    }
}

/// How far into one client's elements the value has been read.
struct Progress {
    next: usize,
    count: usize,
}

impl Progress {
    fn of(count: usize) -> Progress {
        Progress { next: 0, count }
    }
}

/// At `place`, where `rest` begins, is element `number` of the client, and not `next`, which
/// either comes later or not at all.
fn missing(client: usize, number: usize, next: usize, place: usize, rest: &str) -> Disorder {
    let missing = element(client, next);
    match rest.contains(&missing) {
        true => Disorder::OutOfOrder { element: element(client, number), before: missing, place },
        false => Disorder::Lost { element: missing },
    }
}

#[derive(Clone, Copy)]
struct Element {
    client: usize,
    number: usize,
    /// In bytes.
    length: usize,
}

/// The element that the text begins with.
fn read_element(text: &str) -> Option<Element> {
    let (body, _) = text.strip_prefix("x ")?.split_once(" y")?;
    let (client, number) = body.split_once(' ')?;
    let element = Element {
        client: client.parse().ok()?,
        number: number.parse().ok()?,
        length: "x ".len() + body.len() + " y".len(),
    };
    // Numbers read in other ways than we write them: `+1`, `01`.
    let is_ours = text.starts_with(&self::element(element.client, element.number));
    is_ours.then_some(element)
}

#[cfg(test)]
mod tests;
