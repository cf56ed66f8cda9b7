//! What a failure claims: the property that does not hold, which stands before its first colon.
//!
//! A header names the claims by which a bug is named right. Rules, properties and scenarios have
//! theirs as texts in the sources of whatever judges ([`JUDGES`]), and are known from there: a list
//! of its own would go stale.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Where failures get their words, in the workspace.
const JUDGES: [&str; 6] = ["lab", "labdisk", "labrpc", "labrt", "linear", "tests"];

/// How many similar claims are listed for one that is unknown.
const SIMILAR: usize = 3;

/// The claims with which failures can begin, numbers apart.
#[derive(Debug)]
pub struct Claims(BTreeSet<String>);

impl Claims {
    /// Reads the sources of a workspace.
    pub fn read(workspace: &Path) -> Result<Claims, String> {
        let mut claims = Claims(BTreeSet::new());
        JUDGES.iter().try_for_each(|judge| claims.add_files(&workspace.join(judge)))?;
        Ok(claims)
    }

    /// The claims of these texts.
    #[cfg(test)]
    pub fn of(texts: &[&str]) -> Claims {
        Claims(texts.iter().map(|text| pattern(text)).collect())
    }

    fn add_files(&mut self, folder: &Path) -> Result<(), String> {
        let problem = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in fs::read_dir(folder).map_err(problem)? {
            let path = entry.map_err(problem)?.path();
            if path.is_dir() {
                self.add_files(&path)?;
            } else if is_source(&path) {
                let about =
                    |error: &dyn ToString| format!("{}: {}", path.display(), error.to_string());
                let text = fs::read_to_string(&path).map_err(|error| about(&error))?;
                let tokens: TokenStream = text.parse().map_err(|error| about(&error))?;
                self.add(tokens);
            }
        }
        Ok(())
    }

    fn add(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.add(group.stream()),
                TokenTree::Literal(literal) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                        self.0.insert(pattern(&text.value()));
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    /// That a failure can begin with these words, or which similar claims there are.
    pub fn check(&self, rule: &str) -> Result<(), String> {
        let wanted = without_numbers(rule);
        if self.0.iter().any(|claim| begins(claim, &wanted)) {
            return Ok(());
        }
        // One word is no claim, and neither is the rest of a sentence.
        let is_claim = |claim: &&String| claim.contains(' ') && !claim.starts_with(' ');
        let claims = self.0.iter().filter(is_claim);
        let mut near: Vec<_> = claims.map(|claim| (distance(&wanted, claim), claim)).collect();
        near.sort();
        let near: Vec<String> =
            near.iter().take(SIMILAR).map(|(_, claim)| format!("{claim:?}")).collect();
        Err(format!("no failure begins with {rule:?}; similar ones: {}", near.join(", ")))
    }
}

/// Whether a claim begins with the words of a rule.
pub fn begins(claim: &str, rule: &str) -> bool {
    claim.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// A source whose texts are no samples.
fn is_source(path: &Path) -> bool {
    let is_rust = path.extension().is_some_and(|extension| extension == "rs");
    is_rust && !["tests.rs", "testing.rs", "sample.rs"].iter().any(|sample| path.ends_with(sample))
}

/// What a failure claims, whatever its numbers: `no agreement on 17 within 10 s` and `.. on 18 ..`
/// are the same.
pub fn claim(what: &str) -> String {
    without_numbers(head(what))
}

/// The claim without its numbers: a word with a digit is N. A part's name before it is kept.
pub fn without_numbers(claim: &str) -> String {
    let (part, rest) = claim.split_at(part(claim));
    format!("{part}{}", words(rest, |word| word.contains(|sign: char| sign.is_ascii_digit())))
}

/// The claim of a text in a source, where what is filled in (`{server}`) is N, too.
fn pattern(text: &str) -> String {
    let head = head(text);
    let (part, rest) = head.split_at(part(head));
    let stands_for_one =
        |word: &str| word.contains('{') || word.contains(|sign: char| sign.is_ascii_digit());
    format!("{part}{}", words(rest, stands_for_one))
}

/// The property that does not hold: what is before the colon.
fn head(what: &str) -> &str {
    let begin = part(what);
    let end = what[begin..].find(": ").map_or(what.len(), |colon| begin + colon);
    what[..end].trim_end_matches(':')
}

/// The length of a part's name with its colon (`2C: ..`), if the text begins with one.
fn part(what: &str) -> usize {
    what.find(": ").filter(|&colon| colon == 2).map_or(0, |colon| colon + 2)
}

/// The words, with N for each that is a number; signs after it are kept.
fn words(text: &str, is_number: impl Fn(&str) -> bool) -> String {
    let plain = |word: &str| {
        let bare = word.trim_end_matches([',', ';', '.', ')']);
        if is_number(bare) { format!("N{}", &word[bare.len()..]) } else { word.to_owned() }
    };
    text.split(' ').map(plain).collect::<Vec<_>>().join(" ")
}

/// How many signs must be put in, taken out or exchanged to make one text of the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (number, sign) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], number + 1);
        for (at, other) in right.iter().enumerate() {
            let exchanged = diagonal + usize::from(sign != *other);
            diagonal = row[at + 1];
            row[at + 1] = exchanged.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests;
