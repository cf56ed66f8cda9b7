//! No function is longer than 70 lines, no file longer than 400.

use staff::finding::{Finding, assert_finds, assert_tidy};
use staff::tree::{Source, sources};
use syn::visit::{self, Visit};
use syn::{Block, Ident, ImplItemFn, ItemFn, Signature, TraitItemFn};

/// From the line of `fn` to that of the closing brace.
const FUNCTION_LINES: usize = 70;
const FILE_LINES: usize = 400;

#[test]
fn functions_and_files_are_short() {
    let sources = sources();
    let rust: Vec<&Source> = sources.iter().filter(|source| source.is("rs")).collect();
    let functions = rust.iter().flat_map(|source| long_functions(source));
    assert_tidy(functions.chain(rust.iter().flat_map(|source| long_file(source))).collect());
}

fn long_functions(source: &Source) -> Vec<Finding> {
    let file = match syn::parse_file(&source.text) {
        Ok(file) => file,
        Err(error) => return vec![not_rust(source, &error)],
    };
    let mut functions = Functions::default();
    functions.visit_file(&file);
    let long = functions.lengths.into_iter().filter(|(_, _, lines)| *lines > FUNCTION_LINES);
    long.map(|(name, line, lines)| {
        let what = format!("`{name}` has {lines} lines (limit {FUNCTION_LINES}): divide it");
        Finding::new(&source.path, line, what)
    })
    .collect()
}

fn not_rust(source: &Source, error: &syn::Error) -> Finding {
    Finding::new(&source.path, error.span().start().line, format!("is not Rust: {error}"))
}

fn long_file(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().count();
    let what = format!("the file has {lines} lines (limit {FILE_LINES}): it is usually two ideas");
    (lines > FILE_LINES).then(|| Finding::new(&source.path, lines, what))
}

/// The functions of a file, also of its modules, `impl`s and traits: name, first line, how many.
#[derive(Default)]
struct Functions {
    lengths: Vec<(Ident, usize, usize)>,
}

impl Functions {
    fn add(&mut self, signature: &Signature, block: &Block) {
        let first = signature.fn_token.span.start().line;
        let last = block.brace_token.span.close().end().line;
        self.lengths.push((signature.ident.clone(), first, last + 1 - first));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.add(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

/// A function of so many lines, below two others.
fn function_of(lines: usize) -> String {
    format!("/// Says.\n#[inline]\nfn long() {{\n{}}}\n", "    step();\n".repeat(lines - 2))
}

#[test]
fn a_function_of_71_lines_is_found_and_one_of_70_is_not() {
    assert_tidy(long_functions(&Source::new("a.rs", &function_of(70))));
    assert_finds(
        &long_functions(&Source::new("a.rs", &function_of(71))),
        "a.rs:3: `long` has 71 lines (limit 70): divide it",
    );
}

#[test]
fn methods_and_functions_in_functions_count_too() {
    for (before, after) in [("impl A {", "}"), ("trait A {", "}"), ("fn short() {", "}")] {
        let text = format!("{before}\n{}{after}\n", function_of(71).replace("/// Says.\n", ""));
        let findings = long_functions(&Source::new("a.rs", &text));
        assert!(!findings.is_empty(), "{text}");
    }
}

#[test]
fn a_file_of_401_lines_is_found_and_one_of_400_is_not() {
    let file = |lines: usize| long_file(&Source::new("a.rs", &"//\n".repeat(lines)));
    assert_eq!(file(400), None);
    assert_finds(
        &file(401).into_iter().collect::<Vec<_>>(),
        "a.rs:401: the file has 401 lines (limit 400): it is usually two ideas",
    );
}
