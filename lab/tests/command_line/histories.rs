//! `lab linear` on recorded histories: what it prints, and its exit codes.

use crate::bench::Bench;
use std::fs;

const APPEND: &str = r#"{"client":1,"call":0,"return":5,"op":"append","key":"k","value":"x"}"#;

fn get(value: &str) -> String {
    format!(r#"{{"client":2,"call":10,"return":15,"op":"get","key":"k","value":"{value}"}}"#)
}

fn bench(name: &str) -> Bench {
    let bench = Bench::new(name);
    fs::create_dir(bench.file("histories")).unwrap();
    fs::create_dir(bench.file("nothing")).unwrap();
    fs::write(bench.file("histories/good"), format!("{APPEND}\n{}\n", get("x"))).unwrap();
    fs::write(bench.file("bad"), format!("{APPEND}\n{}\n", get(""))).unwrap();
    fs::write(bench.file("torn"), format!("{APPEND}\n{}", &get("x")[..40])).unwrap();
    bench
}

#[test]
fn each_history_has_its_verdict_and_the_worst_decides() {
    let bench = bench("linear");
    bench.run(&["linear", "histories"], &[]).says("ok       histories/good  2 operations").exits(0);
    let both = bench.run(&["linear", "bad", "histories"], &[]);
    both.says("illegal  bad  2 operations").says("ok       histories/good").exits(1);
    both.says(r#"  not linearizable: key "k", 2 operations"#).says(r#"append "x""#);
    bench
        .run(&["linear", "--steps", "1", "histories"], &[])
        .says("unknown  histories/good")
        .exits(2);
    bench.run(&["linear", "--seconds", "60", "histories"], &[]).exits(0);
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_are_judged() {
    let bench = bench("linear-torn");
    let ran = bench.run(&["linear", "torn", "nowhere", "nothing", "bad"], &[]);
    ran.complains("error: torn: line 2: column ").complains("error: nowhere: ");
    ran.complains("error: nothing: there is no file in this directory");
    ran.says("illegal  bad").exits(64);
}

#[test]
fn a_history_is_printed_in_another_format_and_read_back() {
    let bench = bench("linear-as");
    let theirs = bench.run(&["linear", "--as", "porcupine", "bad"], &[]);
    theirs.says(r#"{:process 1, :type :invoke, :f :append, :key "k", :value "x"}"#).exits(0);
    fs::write(bench.file("theirs"), &theirs.stdout).unwrap();
    bench.run(&["linear", "theirs"], &[]).says("line 3").exits(1);
    bench.run(&["linear", "--as", "json", "theirs"], &[]).says(r#""op":"append""#).exits(0);
    let refused = bench.run(&["linear", "--as", "jepsen", "bad"], &[]);
    refused.complains("a Jepsen log is about one register").exits(64);
}
