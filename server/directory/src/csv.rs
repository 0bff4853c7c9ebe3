//! Cells of a CSV file (RFC 4180) that no spreadsheet takes for a formula.

/// What a spreadsheet may begin a formula with, also in its full-width forms.
const FORMULA: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '\u{feff}'];

/// A line of quoted cells.
pub(crate) fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",") + "\r\n"
}

/// In quotes, and behind an apostrophe when a spreadsheet would reckon with it.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(FORMULA) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_text_and_quotes_stay_inside() {
        for start in ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"] {
            assert_eq!(cell(&format!("{start}1")), format!("\"'{start}1\""));
        }
        assert_eq!(line(&["a", "b \"c\", d", "1=2"]), "\"a\",\"b \"\"c\"\", d\",\"1=2\"\r\n");
    }
}
