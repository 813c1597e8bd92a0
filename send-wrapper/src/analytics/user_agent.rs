//! What is kept of a user agent: its family and system, from short lists.

/// The families, the more particular ones first, since every browser names its ancestors as well.
const FAMILIES: [(&str, &str); 17] = [
    ("bot", "bot"),
    ("crawler", "bot"),
    ("spider", "bot"),
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

/// The family and system of a user agent, such as `Firefox on Linux`; `other` for what is not known.
pub(crate) fn family_and_system(user_agent: &str) -> String {
    // Only the beginning is looked at: whoever sends more does not make anybody work.
    let known: String = user_agent.chars().take(512).collect::<String>().to_ascii_lowercase();
    let find = |list: &[(&str, &'static str)]| {
        list.iter().find(|(sign, _)| known.contains(sign)).map_or("other", |(_, name)| *name)
    };
    let (family, system) = (find(&FAMILIES), find(&SYSTEMS));
    if system == "other" { family.to_owned() } else { format!("{family} on {system}") }
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
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
            ("curl/8.5.0", "curl"),
            ("", "other"),
            ("secret-token-1234", "other"),
        ] {
            assert_eq!(family_and_system(user_agent), kept, "{user_agent}");
        }
    }
}
