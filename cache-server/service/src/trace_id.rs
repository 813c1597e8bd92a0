//! The trace that a request belongs to, as its client says in `traceparent` (W3C Trace Context).

use actix_web::http::header::HeaderMap;

/// The identifier of a trace: 32 hexadecimal digits, not all of them 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId([u8; 32]);

impl TraceId {
    /// The trace of a request; `None` when it names none, several, or one that is not written as it has to be.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all("traceparent");
        let value = values.next()?;
        if values.next().is_some() { None } else { Self::parse(value.as_bytes()) }
    }

    /// Reads `00-<32 digits>-<16 digits>-<2 digits>`. Later versions may go on after that; there is no version `ff`.
    fn parse(text: &[u8]) -> Option<Self> {
        let is_hex = |part: &[u8]| part.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let is_zero = |part: &[u8]| part.iter().all(|byte| *byte == b'0');
        let (version, trace, parent, flags) = (text.get(..2)?, text.get(3..35)?, text.get(36..52)?, text.get(53..55)?);
        let is_framed = [2, 35, 52].into_iter().all(|place| text[place] == b'-');
        let is_long_enough = text.len() == 55 || (version != b"00" && text[55] == b'-');
        let is_valid = [version, trace, parent, flags].into_iter().all(is_hex) && version != b"ff";
        let is_one = !is_zero(trace) && !is_zero(parent);
        (is_framed && is_long_enough && is_valid && is_one).then(|| trace.try_into().ok().map(Self)).flatten()
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::TraceId;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_trace_is_taken_from_what_is_written_as_it_has_to_be() {
        let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
        for text in [parent.clone(), format!("cc-{TRACE}-00f067aa0ba902b7-01"), format!("cc{}-more", &parent[2..])] {
            assert_eq!(
                TraceId::parse(text.as_bytes()).map(|id| id.as_str().to_owned()).as_deref(),
                Some(TRACE),
                "{text}"
            );
        }
        for text in [
            String::new(),
            TRACE.to_owned(),
            parent.to_uppercase(),
            parent.replace("00-4", "ff-4"),
            parent.replace('-', "_"),
            format!("{parent}-more"),
            format!("cc{}more", &parent[2..]),
            parent.replace(TRACE, &"0".repeat(32)),
            parent.replace("00f067aa0ba902b7", &"0".repeat(16)),
            parent.replace("4bf92", "4bf9\n"),
            parent[..54].to_owned(),
        ] {
            assert_eq!(TraceId::parse(text.as_bytes()), None, "{text:?}");
        }
    }
}
