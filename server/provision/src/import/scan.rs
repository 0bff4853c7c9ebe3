//! Reading a list that changes while it is read. Zoom pages by place, so whoever goes away before the place moves all the
//! others up, and the next page would leave one out. Each page therefore begins with the last account of the one before;
//! when it does not, the list has moved, and reading goes back a page.

use std::collections::HashSet;

/// The most that Zoom gives at once.
pub const PAGE: u64 = 100;
/// How often reading goes back at one place.
const BACK: u32 = 10;
/// Pages in a row without anybody new, after which the list repeats itself.
const NOTHING_NEW: u32 = 5;
/// How often a list that was too short is read.
const PASSES: i32 = 2;

/// Where a reading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The place of the next page, from 1.
    pub next: u64,
    pub pass: i32,
    /// Who stood on the page before; empty at the start, and after a restart.
    last: HashSet<String>,
    back: u32,
    nothing_new: u32,
}

/// How it goes on after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Page,
    /// The list has been read to its end.
    End,
}

/// A page as it came.
#[derive(Debug)]
pub struct Page<'a> {
    /// Where it was asked for.
    pub start: u64,
    /// What Zoom says that the whole list has.
    pub total: u64,
    pub ids: &'a [String],
    /// With the entries that could not be read.
    pub entries: u64,
    /// How many of them this import had not seen before.
    pub new: u64,
    /// How many accounts this import has seen, with this page.
    pub seen: u64,
}

/// What is odd about a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// It moved while it was read.
    Moved,
    /// The same accounts come again and again.
    Repeats,
    /// It is shorter than Zoom says.
    Short { total: u64, seen: u64 },
}

impl Odd {
    pub fn text(self) -> String {
        match self {
            Self::Moved => "Accounts went away while the list was read. The pages before were read again.".to_owned(),
            Self::Repeats => {
                "Zoom sent the same accounts again and again. Each is counted once; the list may not be whole."
                    .to_owned()
            }
            Self::Short { total, seen } => format!(
                "Zoom says that its list has {total} accounts, and it ended after {seen}. Nobody is taken to be gone because of that."
            ),
        }
    }

    /// Whether whoever is missing in the list may be there all the same.
    pub const fn is_incomplete(self) -> bool {
        matches!(self, Self::Repeats | Self::Short { .. })
    }
}

impl Scan {
    /// From a place that was kept: the page before is read once more, as who stood there is not known.
    pub fn resume(next: u64, pass: i32) -> Self {
        let next = next.saturating_sub(PAGE).max(1);
        Self { next, pass: pass.max(1), last: HashSet::new(), back: 0, nothing_new: 0 }
    }

    /// Takes a page, and says how it goes on and what was odd.
    pub fn take(&mut self, page: &Page<'_>) -> (Next, Option<Odd>) {
        // Of a page on which nothing could be read, nobody can tell.
        let tells = page.entries == 0 || !page.ids.is_empty();
        let moved = tells && !self.last.is_empty() && !page.ids.iter().any(|id| self.last.contains(id));
        if moved && self.back < BACK && page.start > 1 {
            self.back += 1;
            self.next = page.start.saturating_sub(PAGE - 1).max(1);
            return (Next::Page, Some(Odd::Moved));
        }
        if page.entries == 0 {
            return self.end(page);
        }
        self.back = 0;
        self.nothing_new = if page.new == 0 { self.nothing_new + 1 } else { 0 };
        let end = page.start + page.entries;
        // The last account once more; a page of one cannot overlap and go on.
        let overlaps = page.entries > 1;
        self.next = if overlaps { end - 1 } else { end };
        self.last = page.ids.iter().filter(|_| overlaps).cloned().collect();
        if end > page.total && page.entries < PAGE {
            return self.end(page);
        }
        // A second reading sees nobody new for long; a list that repeats itself does so before its end.
        if self.nothing_new >= NOTHING_NEW && page.seen < page.total && self.pass == 1 {
            return (Next::End, Some(Odd::Repeats));
        }
        if end > page.total + PAGE * u64::from(NOTHING_NEW) && page.new == 0 {
            return (Next::End, Some(Odd::Repeats));
        }
        (Next::Page, None)
    }

    /// The list ended: when it was shorter than it should be, it is read once more from the start.
    fn end(&mut self, page: &Page<'_>) -> (Next, Option<Odd>) {
        if page.seen >= page.total {
            return (Next::End, None);
        }
        if self.pass < PASSES {
            *self = Self { pass: self.pass + 1, ..Self::resume(1, 1) };
            return (Next::Page, None);
        }
        (Next::End, Some(Odd::Short { total: page.total, seen: page.seen }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Reads `list` to its end; `change` alters it before each page.
    fn read(list: &mut Vec<u32>, mut change: impl FnMut(&mut Vec<u32>, usize)) -> (BTreeSet<u32>, Vec<Odd>, usize) {
        let mut scan = Scan::resume(1, 1);
        let (mut seen, mut odd, mut pages) = (BTreeSet::new(), Vec::new(), 0);
        loop {
            change(list, pages);
            pages += 1;
            assert!(pages < 10_000, "it ends");
            let start = scan.next;
            let from = usize::try_from(start).unwrap() - 1;
            let page: Vec<u32> = list.iter().copied().skip(from).take(100).collect();
            let before = seen.len();
            seen.extend(page.iter().copied());
            let ids: Vec<String> = page.iter().map(u32::to_string).collect();
            let (next, strange) = scan.take(&Page {
                start,
                total: list.len() as u64,
                ids: &ids,
                entries: ids.len() as u64,
                new: (seen.len() - before) as u64,
                seen: seen.len() as u64,
            });
            odd.extend(strange);
            if next == Next::End {
                return (seen, odd, pages);
            }
        }
    }

    #[test]
    fn a_still_list_takes_a_page_for_ninety_nine() {
        for length in [0, 1, 2, 99, 100, 101, 199, 200, 5_000] {
            let mut list: Vec<u32> = (0..length).collect();
            let (seen, odd, pages) = read(&mut list, |_, _| ());
            assert_eq!(seen.len() as u32, length);
            assert!(odd.is_empty(), "{length}: {odd:?}");
            assert!(pages as u32 <= length / 99 + 2, "{length}: {pages} pages");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whoever is there from the first page to the last is seen, whoever else comes and goes.
        #[test]
        fn nobody_who_stays_is_missed(length in 0..1500_u32, gone in proptest::collection::vec((0..40_usize, any::<prop::sample::Index>(), 1..30_usize), 0..25), come in 0..3_u32) {
            let mut list: Vec<u32> = (0..length).collect();
            let mut next = 1_000_000;
            let (seen, _, _) = read(&mut list, |list, page| {
                for (_, index, count) in gone.iter().filter(|(at, _, _)| *at == page) {
                    for _ in 0..*count {
                        if !list.is_empty() {
                            let place = index.index(list.len());
                            list.remove(place);
                        }
                    }
                }
                if page < 40 {
                    for _ in 0..come {
                        list.push(next);
                        next += 1;
                    }
                }
            });
            for id in list.iter().filter(|id| **id < 1_000_000) {
                prop_assert!(seen.contains(id), "{id} was missed");
            }
        }
    }

    #[test]
    fn a_list_that_repeats_itself_ends() {
        let ids: Vec<String> = (0..100).map(|n: u32| n.to_string()).collect();
        let mut scan = Scan::resume(1, 1);
        for pages in 0.. {
            assert!(pages < 50);
            let page = Page {
                start: scan.next,
                total: 1_000_000,
                ids: &ids,
                entries: 100,
                new: if pages == 0 { 100 } else { 0 },
                seen: 100,
            };
            if let (Next::End, odd) = scan.take(&page) {
                assert_eq!(odd, Some(Odd::Repeats));
                return;
            }
        }
    }

    #[test]
    fn a_total_that_lies_is_said_and_read_twice() {
        let page = |scan: &Scan, ids: &[String]| {
            let mut scan = scan.clone();
            let (start, entries) = (scan.next, ids.len() as u64);
            let answer = scan.take(&Page { start, total: 500, ids, entries, new: entries, seen: 40 });
            (scan, answer)
        };
        let ids: Vec<String> = (0..40).map(|n: u32| n.to_string()).collect();
        let (mut scan, mut answers) = (Scan::resume(1, 1), Vec::new());
        for _ in 0..6 {
            let from = usize::try_from(scan.next).unwrap() - 1;
            let (after, answer) = page(&scan, &ids[from.min(40)..]);
            scan = after;
            answers.push((answer, scan.next, scan.pass));
        }
        let goes_on = (Next::Page, None);
        assert_eq!(answers[..2], [(goes_on, 40, 1), (goes_on, 41, 1)], "the last account once more");
        assert_eq!(answers[2], (goes_on, 1, 2), "from the start once more");
        assert_eq!(answers[5].0, (Next::End, Some(Odd::Short { total: 500, seen: 40 })));
    }
}
