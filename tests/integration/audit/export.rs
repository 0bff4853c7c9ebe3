//! Exports: they verify away from the database, and a spreadsheet takes no cell for a formula.

use super::{Chain, write_one};
use directory::Keyring;
use directory::audit::Format;
use directory::audit::export::export;
use directory::audit::file::{self, FileError, FileReport};
use futures::TryStreamExt;
use model::audit::{AuditFilter, Fault};

async fn copy(chain: &Chain, format: Format, filter: AuditFilter) -> String {
    let parts: Vec<String> = export(&chain.directory, format, filter).await.unwrap().try_collect().await.unwrap();
    parts.concat()
}

fn check(text: &str) -> Result<FileReport, FileError> {
    file::verify(|| Ok(text.as_bytes()), &tests::key(), |_| ())
}

fn found(lines: &[&str]) -> (Fault, i64) {
    let finding = check(&lines.join("\n")).unwrap().report.finding.unwrap();
    (finding.fault, finding.sequence)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_export_verifies_and_each_attack_on_it_is_named() {
    let chain = Chain::of(12).await;
    let text = copy(&chain, Format::Jsonl, AuditFilter::default()).await;
    let whole = check(&text).unwrap();
    assert!(!whole.filtered);
    assert_eq!((whole.report.finding, whole.report.entries, whole.report.verified), (None, 12, 12));
    assert!(text.contains(r#""after":{"n":1.5,"name":"entry 0"}"#), "JSON is JSON: {text}");

    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| line.contains(r#""kind":"entry""#)).unwrap();
    let at = |sequence: usize| first + sequence - 1;
    let edited = lines[at(5)].replace("entry 4", "entry X");
    let mut changed = lines.clone();
    changed.remove(at(5));
    assert_eq!(found(&changed), (Fault::Deleted, 5));
    assert_eq!(found(&lines[..at(9)]), (Fault::Cut, 9));
    assert_eq!(found(&lines[..=at(12)]), (Fault::Cut, 12), "without its last line");
    for place in [at(12) + 1, at(12) + 2] {
        let mut changed = lines.clone();
        changed.insert(place, lines[at(12)]);
        assert_eq!(found(&changed), (Fault::Inserted, 12));
    }
    let mut changed = lines.clone();
    changed[at(5)] = &edited;
    assert_eq!(found(&changed), (Fault::Edited, 5));
    let (four, nine) = (
        lines[at(4)].replace(r#""sequence":4"#, r#""sequence":9"#),
        lines[at(9)].replace(r#""sequence":9"#, r#""sequence":4"#),
    );
    let mut changed = lines.clone();
    (changed[at(4)], changed[at(9)]) = (&nine, &four);
    assert_eq!(found(&changed), (Fault::Swapped, 4));
    let checkpoint = lines.iter().position(|line| line.contains(r#""kind":"checkpoint""#)).unwrap();
    let altered = lines[checkpoint].replace(r#""sequence":1,"#, r#""sequence":3,"#);
    let mut changed = lines.clone();
    changed[checkpoint] = &altered;
    assert_eq!(found(&changed).0, Fault::Signature);
}

/// What the first line says of the file decides how it is checked.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_export_does_not_pass_for_a_filtered_one() {
    let chain = Chain::of(12).await;
    let text = copy(&chain, Format::Jsonl, AuditFilter::default()).await;
    let filtered = text.replacen(r#""filtered":false"#, r#""filtered":true"#, 1);
    let lines: Vec<&str> = filtered.lines().collect();
    assert_eq!(found(&lines), (Fault::Signature, 12));
    let without: Vec<&str> = lines.iter().copied().filter(|line| !line.contains(r#""sequence":3,"id""#)).collect();
    assert_eq!(without.len(), lines.len() - 1);
    assert_eq!(found(&without).0, Fault::Deleted);
    let counted = without.join("\n").replace(r#""entries":12"#, r#""entries":11"#);
    assert_eq!(found(&counted.lines().collect::<Vec<_>>()).0, Fault::Signature);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_out_of_a_filtered_export() {
    let chain = Chain::of(12).await;
    let filter = AuditFilter { q: Some("entry 1".into()), ..AuditFilter::default() };
    let text = copy(&chain, Format::Jsonl, filter).await;
    let without: Vec<&str> = text.lines().filter(|line| !line.contains("entry 10")).collect();
    assert_eq!(found(&without).0, Fault::Deleted);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_a_pruned_log_verifies() {
    let chain = Chain::of(4).await;
    chain.clock.advance(chrono::TimeDelta::days(400));
    chain.write(2).await;
    assert_eq!(chain.prune().await.unwrap(), 4);
    tests::wait_sealed(&chain.directory).await;
    let report = check(&copy(&chain, Format::Jsonl, AuditFilter::default()).await).unwrap().report;
    assert_eq!((report.finding, report.pruned, report.entries), (None, 4, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_entry_of_a_filtered_export_is_checked_by_itself() {
    let chain = Chain::of(12).await;
    let filter = AuditFilter { q: Some("entry 1".into()), ..AuditFilter::default() };
    let text = copy(&chain, Format::Jsonl, filter).await;
    let some = check(&text).unwrap();
    assert!(some.filtered);
    assert_eq!((some.report.finding, some.report.entries, some.report.verified), (None, 3, 12));
    let edited = text.replace("entry 10", "entry 99");
    let finding = check(&edited).unwrap().report.finding.unwrap();
    assert_eq!((finding.fault, finding.sequence), (Fault::Edited, 11));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_checked_is_said() {
    let chain = Chain::of(1).await;
    let text = copy(&chain, Format::Jsonl, AuditFilter::default()).await;
    let other = file::verify(|| Ok(text.as_bytes()), &Keyring::new([8; 32]), |_| ());
    assert!(matches!(other, Err(FileError::OtherKey { .. })), "{other:?}");
    for wrong in ["", "{}\n", "not json\n", "\u{feff}{\"kind\":\"header\"}\n"] {
        assert!(matches!(check(wrong), Err(FileError::Line { line: 1, .. })), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_is_never_a_formula() {
    let chain = Chain::new().await;
    for name in ["=HYPERLINK(\"http://evil\")", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "plain"] {
        write_one(&chain.directory, name).await;
    }
    tests::wait_sealed(&chain.directory).await;
    let text = copy(&chain, Format::Csv, AuditFilter::default()).await;
    assert!(text.starts_with("\"number\",\"time\""), "{text}");
    for cell in [
        "\"'=HYPERLINK(\"\"http://evil\"\")\"",
        "\"'+1\"",
        "\"'-1\"",
        "\"'@SUM(A1)\"",
        "\"'\tx\"",
        "\"'＝1\"",
        "\"plain\"",
    ] {
        assert!(text.contains(cell), "{cell} in {text}");
    }
    assert_eq!(text.matches("\r\n").count(), 8);
}
