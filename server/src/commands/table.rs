//! Columns for a terminal.

/// Aligns cells in columns two spaces apart. Columns in `right` end together, as numbers do; the others begin together.
pub(super) fn table(rows: &[Vec<String>], right: &[usize]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(
                |(column, (cell, &width))| {
                    if right.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
                },
            )
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn words_begin_together_and_numbers_end_together() {
        let rows = [vec!["NAME".to_owned(), "N".to_owned()], vec!["Zürich".to_owned(), "120".to_owned()]];
        assert_eq!(table(&rows, &[1]), "NAME      N\nZürich  120\n");
        assert_eq!(table(&[], &[]), "");
    }
}
