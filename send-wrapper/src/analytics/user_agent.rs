//! What is kept of a user agent: its family and system, from short lists, and whether it is a bot's.

mod bots;

/// The families, the more particular ones first, since every browser names its ancestors as well. Those of [`PROGRAMS`] come first.
const FAMILIES: [(&str, &str); 14] = [
    ("curl/", "curl"),
    ("wget/", "Wget"),
    ("python", "Python"),
    ("okhttp", "OkHttp"),
    ("go-http-client", "Go"),
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser", "Samsung Internet"),
    ("firefox/", "Firefox"),
    ("fxios/", "Firefox"),
    ("crios/", "Chrome"),
    ("chrome/", "Chrome"),
    ("chromium/", "Chrome"),
    ("safari/", "Safari"),
];
/// How many of the families are programs, which keep their name where a bot that calls itself a browser is just `bot`.
const PROGRAMS: usize = 5;
/// How many characters are looked at: whoever sends more does not make anybody work.
const LONGEST: usize = 512;

/// The systems, the more particular ones first.
const SYSTEMS: [(&str, &str); 8] = [
    ("android", "Android"),
    ("iphone", "iOS"),
    ("ipad", "iOS"),
    ("windows", "Windows"),
    ("mac os x", "macOS"),
    ("cros", "ChromeOS"),
    ("linux", "Linux"),
    ("freebsd", "FreeBSD"),
];

/// What is kept of a user agent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UserAgent {
    /// Such as `Firefox on Linux`; `other` for what is not known.
    pub(crate) family_and_system: String,
    pub(crate) is_bot: bool,
}

impl UserAgent {
    pub(crate) fn of(text: &str) -> Self {
        let beginning: String = text.chars().take(LONGEST).collect();
        let is_bot = bots::is_bot(&beginning);
        let known = beginning.to_ascii_lowercase();
        let find =
            |list: &[(&str, &'static str)]| list.iter().find(|(sign, _)| known.contains(sign)).map(|(_, name)| *name);
        let family = match is_bot {
            true => find(&FAMILIES[..PROGRAMS]).unwrap_or("bot"),
            false => find(&FAMILIES).unwrap_or("other"),
        };
        let family_and_system =
            find(&SYSTEMS).map_or_else(|| family.to_owned(), |system| format!("{family} on {system}"));
        Self { family_and_system, is_bot }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_apart() {
        for (user_agent, kept) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("", "other"),
            ("secret-token-1234", "other"),
        ] {
            let expected = UserAgent { family_and_system: kept.to_owned(), is_bot: false };
            assert_eq!(UserAgent::of(user_agent), expected, "{user_agent}");
        }
    }

    #[test]
    fn bots_are_no_browsers_and_programs_keep_their_name() {
        for (user_agent, kept) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36",
                "bot on Linux",
            ),
            ("curl/8.5.0", "curl"),
        ] {
            let expected = UserAgent { family_and_system: kept.to_owned(), is_bot: true };
            assert_eq!(UserAgent::of(user_agent), expected, "{user_agent}");
        }
    }
}
