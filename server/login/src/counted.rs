//! How many hostile messages there are of each kind. docs/security.md has the table, and the tests that count keep it
//! true: they run the tests of a kind once more and look how much each of them tried. `--nocapture` prints the rows.

use std::cell::Cell;
use std::time::Duration;

const DOCUMENT: &str = include_str!("../../../docs/security.md");

thread_local! {
    static TRIED: Cell<usize> = const { Cell::new(0) };
    static LONGEST: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// A message was looked at for so long.
pub(crate) fn took(time: Duration) {
    LONGEST.set(LONGEST.get().max(time));
}

/// One hostile message was tried.
pub(crate) fn one() {
    TRIED.set(TRIED.get() + 1);
}

/// What is tried, as the table calls it, and the tests that try it.
type Kind<'a> = (&'a str, &'a [fn()]);

/// Runs the tests of each kind, and compares how many messages they try with the rows of the table.
pub(crate) fn compare(kinds: &[Kind<'_>]) {
    let rows = kinds.iter().map(|(kind, tests)| {
        let before = TRIED.get();
        tests.iter().for_each(|test| test());
        format!("| {kind} | {} |", TRIED.get() - before)
    });
    let rows: Vec<String> = rows.collect();
    println!("{}", rows.join("\n"));
    if !LONGEST.get().is_zero() {
        println!("The longest held the processor for {:?}.", LONGEST.get());
    }
    let missing: Vec<&String> = rows.iter().filter(|row| !DOCUMENT.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/security.md does not have {missing:#?}");
}
