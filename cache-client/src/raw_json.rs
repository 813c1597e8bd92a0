//! JSON that goes through the client as text.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::error::{Error, Result};

/// One JSON value as it was sent, unparsed: numbers keep their digits, and each value is parsed once, as the type that is
/// wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// The text of an object; everything else is refused, as the server stores objects only.
    pub(crate) fn object(value: &(impl Serialize + ?Sized)) -> Result<Self> {
        let text = to_raw_value(value).map_err(|error| Error::invalid("value", error.to_string()))?;
        if !text.get().starts_with('{') {
            return Err(Error::invalid("value", "is not a JSON object"));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Reads the value as a `T`; [`Error::Protocol`] when it is none.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.as_str()).map_err(|error| Error::Protocol {
            reason: "the stored JSON does not fit the type it is read as".to_owned(),
            request_id: None,
            source: Some(error.into()),
        })
    }
}
