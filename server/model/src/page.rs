//! Lists that are paged by key: a page says where the next one starts, never how many there are.

use serde::{Deserialize, Serialize};

/// Where a page starts: after or before a row's key, as an opaque text that stands in the query string.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Cursor {
    #[default]
    First,
    After(String),
    Before(String),
}

impl Cursor {
    /// From the query parameters `after` and `before`; an empty one is none.
    pub fn from_query(after: Option<String>, before: Option<String>) -> Self {
        match (after.filter(|key| !key.is_empty()), before.filter(|key| !key.is_empty())) {
            (Some(key), _) => Self::After(key),
            (None, Some(key)) => Self::Before(key),
            (None, None) => Self::First,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// The key to give as `before`, when there are rows before these.
    pub previous: Option<String>,
    /// The key to give as `after`, when there are more rows.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of rows read in the cursor's direction, one more than `size` at most: the extra row only tells
    /// that there are more. Rows read backwards are turned round.
    pub fn cut(mut rows: Vec<T>, size: usize, cursor: &Cursor, key: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > size;
        rows.truncate(size);
        let backwards = matches!(cursor, Cursor::Before(_));
        if backwards {
            rows.reverse();
        }
        let first = rows.first().map(&key);
        let last = rows.last().map(&key);
        match cursor {
            Cursor::First => Self { rows, previous: None, next: last.filter(|_| more) },
            Cursor::After(_) => Self { rows, previous: first, next: last.filter(|_| more) },
            Cursor::Before(_) => Self { rows, previous: first.filter(|_| more), next: last },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_walk_forward_and_back_over_the_same_rows() {
        let all: Vec<u32> = (0..25).collect();
        let read = |cursor: &Cursor| {
            let mut rows: Vec<u32> = match cursor {
                Cursor::First => all.clone(),
                Cursor::After(key) => all.iter().copied().filter(|n| *n > key.parse().unwrap()).collect(),
                Cursor::Before(key) => all.iter().rev().copied().filter(|n| *n < key.parse().unwrap()).collect(),
            };
            rows.truncate(11);
            Page::cut(rows, 10, cursor, u32::to_string)
        };
        let first = read(&Cursor::First);
        assert_eq!((first.rows.len(), first.previous.clone()), (10, None));
        let second = read(&Cursor::After(first.next.clone().unwrap()));
        let third = read(&Cursor::After(second.next.clone().unwrap()));
        assert_eq!((third.rows.clone(), third.next), ((20..25).collect(), None));
        assert_eq!(read(&Cursor::Before(third.previous.unwrap())).rows, second.rows);
        let back = read(&Cursor::Before(second.previous.unwrap()));
        assert_eq!((back.rows, back.previous), (first.rows, None));
    }
}
