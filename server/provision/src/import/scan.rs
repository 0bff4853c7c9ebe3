//! Reading a list that changes while it is read. Zoom pages by place, so whoever goes away before the place moves all the
//! others up, and the next page would leave one out. Each page therefore begins with the last account of the one before;
//! when it does not, the list has moved, reading goes back a page, and from then on pages overlap by more.

use std::collections::HashSet;

/// The most that Zoom gives at once.
pub const PAGE: u64 = 100;
/// How often reading goes back without finding anybody new.
const BACK: u32 = 2_000;
/// Pages in a row without anybody new, further on than there were accounts, after which the list repeats itself.
const NOTHING_NEW: u32 = 5;
/// How often a list that was too short is read.
const PASSES: i32 = 2;

/// Where a reading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The place of the next page, from 1.
    pub next: u64,
    pub pass: i32,
    /// Who stood on the page before; none after a restart, when that is not known any more.
    last: Option<HashSet<String>>,
    /// How many accounts of a page the next one begins with.
    overlap: u64,
    back: u32,
    nothing_new: u32,
}

/// How it goes on after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Page,
    /// The list has moved: this page does not count, and an earlier one is next. Whoever has been seen so stands before
    /// the next place without a gap, whenever the server stops.
    Back,
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
    /// It moves faster than it can be read.
    Restless,
    /// The same accounts come again and again.
    Repeats,
    /// It is shorter than Zoom says.
    Short { total: u64, seen: u64 },
}

impl Odd {
    pub fn text(self) -> String {
        match self {
            Self::Moved => "Accounts went away while the list was read. The pages before were read again.".to_owned(),
            Self::Restless => {
                "Accounts went away faster than the list could be read. Nobody is taken to be gone because of that."
                    .to_owned()
            }
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
        matches!(self, Self::Restless | Self::Repeats | Self::Short { .. })
    }
}

impl Scan {
    /// From a place that was kept. The page before is read once more: somebody on it must be known from before the
    /// restart. A second reading knows everybody, and begins anew.
    pub fn resume(next: u64, pass: i32) -> Self {
        let next = if pass > 1 { 1 } else { next.saturating_sub(PAGE).max(1) };
        Self { next, pass: pass.max(1), last: None, overlap: 1, back: 0, nothing_new: 0 }
    }

    /// Takes a page, and says how it goes on and what was odd.
    pub fn take(&mut self, page: &Page<'_>) -> (Next, Option<Odd>) {
        // Of a page on which nothing could be read, nobody can tell.
        let tells = page.entries == 0 || !page.ids.is_empty();
        let overlaps = match &self.last {
            Some(last) => last.is_empty() || page.ids.iter().any(|id| last.contains(id)),
            None => page.new < page.ids.len() as u64,
        };
        let moved = tells && !overlaps;
        if moved && page.start > 1 {
            self.back += 1;
            self.overlap = (self.overlap * 4).min(PAGE / 2);
            if self.back > BACK {
                return (Next::End, Some(Odd::Restless));
            }
            self.next = page.start.saturating_sub(PAGE - 1).max(1);
            return (Next::Back, Some(Odd::Moved));
        }
        if page.entries == 0 {
            return self.end(page);
        }
        if page.new > 0 {
            (self.back, self.nothing_new) = (0, 0);
        }
        let end = page.start + page.entries;
        // Pages that are read once more, after going back or a restart, are nothing odd: they end before as many
        // accounts as were seen.
        if page.new == 0 && end > page.seen + 1 {
            self.nothing_new += 1;
        }
        // A page of one cannot overlap and go on.
        let many = page.entries > 1;
        self.next = if many { (end - self.overlap.min(page.entries - 1)).max(page.start + 1) } else { end };
        self.last = Some(page.ids.iter().filter(|_| many).cloned().collect());
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

    /// Reads `list` to its end; `change` alters it before each page, and says whether the server starts anew there.
    fn read(
        list: &mut Vec<u32>,
        mut change: impl FnMut(&mut Vec<u32>, usize) -> bool,
    ) -> (BTreeSet<u32>, Vec<Odd>, usize) {
        let mut scan = Scan::resume(1, 1);
        let (mut seen, mut odd, mut pages) = (BTreeSet::new(), Vec::new(), 0);
        loop {
            if change(list, pages) {
                scan = Scan::resume(scan.next, scan.pass);
            }
            pages += 1;
            assert!(pages < 10_000, "it ends");
            let start = scan.next;
            let from = usize::try_from(start).unwrap() - 1;
            let page: Vec<u32> = list.iter().copied().skip(from).take(100).collect();
            let with: BTreeSet<u32> = seen.iter().copied().chain(page.iter().copied()).collect();
            let ids: Vec<String> = page.iter().map(u32::to_string).collect();
            let (next, strange) = scan.take(&Page {
                start,
                total: list.len() as u64,
                ids: &ids,
                entries: ids.len() as u64,
                new: (with.len() - seen.len()) as u64,
                seen: with.len() as u64,
            });
            if next != Next::Back {
                seen = with;
            }
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
            let (seen, odd, pages) = read(&mut list, |_, _| false);
            assert_eq!(seen.len() as u32, length);
            assert!(odd.is_empty(), "{length}: {odd:?}");
            assert!(pages as u32 <= length / 99 + 2, "{length}: {pages} pages");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whoever is there from the first page to the last is seen, whoever else comes and goes, and however often the
        /// server starts anew; and nobody is said to come again and again because of that.
        #[test]
        fn nobody_who_stays_is_missed(
            length in 0..4000_u32,
            gone in proptest::collection::vec((0..40_usize, any::<prop::sample::Index>(), 1..300_usize), 0..25),
            come in 0..3_u32,
            restarts in proptest::collection::btree_set(0..40_usize, 0..12),
        ) {
            let mut list: Vec<u32> = (0..length).collect();
            let mut next = 1_000_000;
            let (seen, odd, _) = read(&mut list, |list, page| {
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
                restarts.contains(&page)
            });
            prop_assert!(!odd.contains(&Odd::Repeats) && !odd.contains(&Odd::Restless), "{odd:?}");
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
