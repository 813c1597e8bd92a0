//! The forty tokens of the demonstration, in every state there is.

/// A token, and what becomes of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Invitation {
    pub(super) name: &'static str,
    /// 0 for any number.
    pub(super) limit: u64,
    /// How often somebody tries to use it.
    pub(super) uses: u32,
    /// How many days before the end it is created.
    pub(super) days_ago: u8,
    pub(super) created_by: &'static str,
    pub(super) note: &'static str,
    /// How many days after its creation it expires.
    pub(super) ends_after_days: Option<u8>,
    /// How many days after its creation somebody takes it back, and whether it is given back later.
    pub(super) revoked_after_days: Option<u8>,
    pub(super) is_given_back: bool,
}

const fn invitation(name: &'static str, limit: u64, uses: u32, days_ago: u8) -> Invitation {
    Invitation {
        name,
        limit,
        uses,
        days_ago,
        created_by: "alice",
        note: "",
        ends_after_days: None,
        revoked_after_days: None,
        is_given_back: false,
    }
}

impl Invitation {
    const fn by(self, created_by: &'static str) -> Self {
        Self { created_by, ..self }
    }

    const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    const fn ends(self, days: u8) -> Self {
        Self { ends_after_days: Some(days), ..self }
    }

    const fn revoked(self, days: u8) -> Self {
        Self { revoked_after_days: Some(days), ..self }
    }

    const fn given_back(self) -> Self {
        Self { is_given_back: true, ..self }
    }
}

/// All of them.
#[rustfmt::skip]
pub(super) static INVITATIONS: [Invitation; 40] = [
    // In use.
    invitation("community-x", 50, 31, 13).note("members of the forum"),
    invitation("launch-friends", 100, 64, 10).note("everybody who helped with the launch"),
    invitation("newsletter-march", 200, 22, 8).by("bob"),
    invitation("press-kit", 25, 9, 9).note("journalists, see the list of contacts"),
    invitation("school-board", 40, 12, 7).by("carol"),
    invitation("open-house", 0, 28, 12).note("on the poster at the door"),
    invitation("staff", 0, 34, 14).note("all of us"),
    invitation("beta-testers", 60, 37, 13).by("bob"),
    invitation("design-review", 12, 4, 3).by("carol"),
    invitation("translators", 15, 6, 6),
    // Nearly used up.
    invitation("podcast-listeners", 30, 28, 9).by("bob").note("said at the end of episode 12"),
    invitation("early-birds", 20, 19, 12),
    invitation("conference-talk", 40, 37, 8).by("carol").note("last slide"),
    // Used up.
    invitation("first-ten", 10, 14, 13).note("the first ten of the waiting list"),
    invitation("raffle-winners", 5, 7, 7).by("bob"),
    invitation("photo-contest", 8, 8, 10),
    invitation("one-time-anna", 1, 1, 4),
    invitation("one-time-ben", 1, 2, 4),
    invitation("workshop-berlin", 16, 18, 11).by("carol"),
    // Expired.
    invitation("easter-special", 50, 11, 12).ends(6),
    invitation("weekend-trial", 20, 5, 9).ends(3).by("bob"),
    invitation("hackathon", 64, 17, 11).ends(2).note("48 hours"),
    invitation("fair-booth", 0, 13, 13).ends(4).by("carol"),
    // Expire soon.
    invitation("spring-campaign", 80, 26, 9).ends(12),
    invitation("guest-lecture", 30, 9, 5).ends(7).by("carol"),
    invitation("support-case-4711", 3, 1, 2).ends(3),
    invitation("partner-preview", 25, 7, 6).ends(11).by("bob"),
    // Taken back.
    invitation("leaked-on-social", 100, 21, 10).revoked(2).note("was posted in public"),
    invitation("former-agency", 40, 8, 13).revoked(7).by("bob"),
    invitation("test-please-ignore", 5, 2, 8).revoked(1),
    invitation("wrong-recipient", 10, 0, 6).revoked(1).by("carol"),
    // Taken back, and given back.
    invitation("city-library", 60, 16, 12).revoked(4).given_back().note("taken back by mistake"),
    invitation("music-school", 35, 9, 9).revoked(3).given_back().by("carol"),
    // Not used yet.
    invitation("summer-camp", 45, 0, 1),
    invitation("investors-q3", 12, 0, 2).by("bob").note("not before the call"),
    invitation("choir-recordings", 24, 0, 1).by("carol"),
    invitation("alumni", 150, 0, 3).ends(90),
    invitation("book-club", 18, 0, 1),
    invitation("field-team", 0, 0, 2).by("bob"),
    invitation("newcomers", 75, 0, 1),
];
