//! Listing tokens.

use cache_client::Strategy;
use futures::TryStreamExt;
use serde::Deserialize;

use super::{Token, Tokens};
use crate::error::Result;
use crate::listed::Listed;
use crate::names::TokenName;
use crate::namespaces;

/// How many tokens come with one call.
const PAGE: u32 = 10_000;

/// The part of a token that a list of names needs.
#[derive(Deserialize)]
struct Named {
    token_name: TokenName,
}

impl Tokens {
    /// Lists the names of all tokens, in the order of the alphabet.
    pub async fn list(&self) -> Result<Listed<TokenName>> {
        let mut names = self.read(|named: Named| named.token_name).await?;
        names.items.sort();
        Ok(names)
    }

    /// Lists all tokens, in the order of their names. The cost grows with the tokens, not with how often they were used: one call
    /// for 10,000 of them.
    pub async fn list_details(&self) -> Result<Listed<Token>> {
        let now = self.send.now();
        let mut tokens = self.read(|token: Token| token.at(now)).await?;
        tokens.items.sort_by(|a, b| a.token_name.cmp(&b.token_name));
        Ok(tokens)
    }

    async fn read<T, R>(&self, shown: impl Fn(T) -> R) -> Result<Listed<R>>
    where
        T: for<'de> Deserialize<'de>,
    {
        let read = async {
            let entries = self.send.cache.namespace().entries(namespaces::TOKENS);
            let mut entries = entries.strategy(Strategy::KeyBased).page_size(PAGE).stream();
            let mut found = Listed::new();
            while let Some(entry) = entries.try_next().await? {
                found.add(entry.json().map(&shown));
            }
            Ok(found)
        };
        self.send.within(read).await
    }
}
