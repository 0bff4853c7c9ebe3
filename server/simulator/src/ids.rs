//! Ids and tokens as Zoom makes them, repeatable from a seed.

/// Zoom's ids hold characters that mean something in a URL (its own example is
/// `k&KdKr6TLWuxdDtk0hjSzL`), so every third one made here has a `&` in it.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const ID_LENGTH: usize = 22;
const TOKEN_LENGTH: usize = 120;

/// SplitMix64: small, well spread, not for secrets that matter.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: u64,
    made: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, made: 0 }
    }

    pub(crate) fn id(&mut self) -> String {
        let mut id = self.text(ID_LENGTH);
        self.made += 1;
        if self.made.is_multiple_of(3) {
            id.replace_range(1..2, "&");
        }
        id
    }

    pub(crate) fn token(&mut self) -> String {
        format!("eyJ{}", self.text(TOKEN_LENGTH))
    }

    fn text(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| {
                let index = usize::try_from(self.next() >> 58).unwrap_or_default();
                char::from(ALPHABET[index % ALPHABET.len()])
            })
            .collect()
    }

    fn next(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Ids;

    #[test]
    fn ids_differ_and_some_hold_an_ampersand() {
        let mut ids = Ids::new(7);
        let made: HashSet<String> = (0..300).map(|_| ids.id()).collect();
        assert_eq!(made.len(), 300);
        assert_eq!(made.iter().filter(|id| id.contains('&')).count(), 100);
        assert!(made.iter().all(|id| id.len() == 22));
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        assert_eq!(Ids::new(1).id(), Ids::new(1).id());
        assert_ne!(Ids::new(1).id(), Ids::new(2).id());
    }
}
