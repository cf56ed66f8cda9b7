//! Scans the lines of a Rust source for what the marks need: how deep in brackets each line is,
//! whether it begins in code, and where its comment is.
//!
//! Brackets in strings, characters and comments do not count.

/// One line of a source.
#[derive(Debug)]
pub struct Line<'t> {
    /// Its text.
    pub text: &'t str,
    /// How many brackets are open where it begins.
    pub depth: usize,
    /// The fewest that are open anywhere in it.
    pub lowest: usize,
    /// Whether it begins in code, and not within a string or a block comment.
    pub begins_in_code: bool,
    /// Whether there is code in it: anything but white space and comments.
    pub has_code: bool,
    /// The sign that its last code begins with: of a word its first letter, of a text a quote.
    pub last_sign: Option<char>,
    /// Whether a closing bracket is the first code in it.
    pub closes_first: bool,
    /// Where its comment begins, if it has one that ends with the line (`//`).
    pub comment: Option<usize>,
    /// Where it begins, as seen from the function around it.
    pub place: Place,
}

/// Where a line begins, as seen from the function around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The nearest brackets are no function's body.
    NoBody,
    /// A function's body, before any code of it.
    BodyBegins,
    /// A function's body, after some code of it.
    WithinBody,
}

impl Line<'_> {
    /// Whether nothing is in it, and it lies in no string or comment.
    pub fn is_blank(&self) -> bool {
        self.begins_in_code && self.text.trim().is_empty()
    }

    /// How far it is indented.
    pub fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }
}

/// Reads a source. Any text will do: brackets that match nothing are ignored.
pub fn scan(text: &str) -> Vec<Line<'_>> {
    let mut scanner = Scanner { state: State::Code, open: Vec::new(), outside: Frame::default() };
    text.lines().map(|line| scanner.line(line)).collect()
}

/// What the scanner is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Code,
    /// A block comment, and how many it nests.
    Comment(usize),
    Text,
    /// A raw string, and how many signs end it.
    RawText(usize),
}

/// What is known of the code between two brackets, so far.
#[derive(Debug, Default)]
struct Frame {
    is_body: bool,
    has_code: bool,
    /// Whether the statement or item that is being read is a function.
    is_function: bool,
}

struct Scanner {
    state: State,
    open: Vec<Frame>,
    /// The frame that no bracket opened.
    outside: Frame,
}

impl Scanner {
    fn line<'t>(&mut self, text: &'t str) -> Line<'t> {
        // What goes on from the line before is code, unless it is a comment.
        let goes_on = matches!(self.state, State::Text | State::RawText(_));
        let mut line = Line {
            text,
            depth: self.open.len(),
            lowest: self.open.len(),
            begins_in_code: self.state == State::Code,
            has_code: goes_on,
            last_sign: goes_on.then_some('"'),
            closes_first: false,
            comment: None,
            place: self.place(),
        };
        let mut at = 0;
        while at < text.len() && line.comment.is_none() {
            at += self.token(&text[at..], at, &mut line);
        }
        line
    }

    fn place(&self) -> Place {
        match self.open.last() {
            Some(Frame { is_body: true, has_code: false, .. }) => Place::BodyBegins,
            Some(Frame { is_body: true, has_code: true, .. }) => Place::WithinBody,
            _ => Place::NoBody,
        }
    }

    /// Reads what `rest` begins with, and returns its length.
    fn token(&mut self, rest: &str, at: usize, line: &mut Line) -> usize {
        match self.state {
            State::Code => self.code(rest, at, line),
            State::Comment(depth) => {
                self.state = match (depth, rest) {
                    _ if rest.starts_with("/*") => State::Comment(depth + 1),
                    (1, _) if rest.starts_with("*/") => State::Code,
                    _ if rest.starts_with("*/") => State::Comment(depth - 1),
                    _ => return first(rest).len_utf8(),
                };
                2
            }
            State::Text => match first(rest) {
                '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
                '"' => {
                    self.state = State::Code;
                    1
                }
                other => other.len_utf8(),
            },
            State::RawText(signs) => {
                let end = format!("\"{}", "#".repeat(signs));
                if rest.starts_with(&end) {
                    self.state = State::Code;
                    return end.len();
                }
                first(rest).len_utf8()
            }
        }
    }

    fn code(&mut self, rest: &str, at: usize, line: &mut Line) -> usize {
        if rest.starts_with("//") {
            line.comment = Some(at);
            return rest.len();
        }
        if rest.starts_with("/*") {
            self.state = State::Comment(1);
            return 2;
        }
        let sign = first(rest);
        if sign.is_whitespace() {
            return sign.len_utf8();
        }
        let is_first = !line.has_code;
        line.has_code = true;
        line.last_sign = Some(sign);
        let frame = self.frame();
        frame.has_code = true;
        match sign {
            '(' | '[' => self.open.push(Frame::default()),
            '{' => {
                let is_body = std::mem::take(&mut frame.is_function);
                self.open.push(Frame { is_body, ..Frame::default() });
            }
            ')' | ']' | '}' => {
                line.closes_first |= is_first;
                self.open.pop();
                line.lowest = line.lowest.min(self.open.len());
                if sign == '}' {
                    self.frame().is_function = false;
                }
            }
            ';' => frame.is_function = false,
            '"' => self.state = State::Text,
            '\'' => return character(rest),
            _ if is_of_word(sign) => return self.word(rest),
            _ => {}
        }
        sign.len_utf8()
    }

    /// The code between the brackets that are open.
    fn frame(&mut self) -> &mut Frame {
        self.open.last_mut().unwrap_or(&mut self.outside)
    }

    /// Reads a word; a raw string begins with one.
    fn word(&mut self, rest: &str) -> usize {
        let length = rest.find(|sign| !is_of_word(sign)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        if word == "fn" {
            self.frame().is_function = true;
        }
        let signs = after.len() - after.trim_start_matches('#').len();
        if ["r", "br", "cr"].contains(&word) && after[signs..].starts_with('"') {
            self.state = State::RawText(signs);
            return length + signs + 1;
        }
        length
    }
}

fn first(text: &str) -> char {
    text.chars().next().expect("something is left to read")
}

fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// The length of the character that an apostrophe begins, or of the apostrophe, if it begins a
/// lifetime or a label.
fn character(rest: &str) -> usize {
    let mut signs = rest.char_indices().skip(1);
    let quoted = match signs.next() {
        Some((_, '\\')) => {
            // What is escaped is no end, whatever it is.
            signs.next();
            signs.find(|(_, sign)| *sign == '\'')
        }
        Some(_) => signs.next().filter(|(_, sign)| *sign == '\''),
        None => None,
    };
    quoted.map_or(1, |(end, _)| end + 1)
}

#[cfg(test)]
mod tests;
