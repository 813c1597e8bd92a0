//! Numbers that look drawn and are the same for the same seed.

/// A generator of numbers (`SplitMix64`).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one; 0 below 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.number().checked_rem(end).unwrap_or_default()
    }

    /// A number from 0 up to, but not, 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Whether something of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// One of these, each as likely as its weight says.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [(T, u64)]) -> &'a T {
        let total = of.iter().map(|(_, weight)| weight).sum();
        let mut at = self.below(total);
        let found = of.iter().find(|(_, weight)| match at.checked_sub(*weight) {
            Some(rest) => {
                at = rest;
                false
            }
            None => true,
        });
        &found.unwrap_or(&of[0]).0
    }

    /// A whole number near this one: the next lower or the next higher, so that many of them have it as their mean.
    pub(super) fn near(&mut self, mean: f64) -> u64 {
        mean as u64 + u64::from(self.happens(mean.fract()))
    }

    /// How long an answer took, in milliseconds: most near this, a few many times as long.
    pub(super) fn duration(&mut self, usual: f64) -> u64 {
        // The sum of four is near enough to a normal distribution.
        let normal = (0..4).map(|_| self.share()).sum::<f64>() - 2.0;
        (usual * (normal * 1.2).exp()).max(1.0) as u64
    }

    /// So many hexadecimal digits, 16 at most.
    pub(super) fn digits(&mut self, digits: usize) -> String {
        format!("{:016x}", self.number()).chars().take(digits).collect()
    }
}
