//! Who visits the site of the demonstration, with what, from where.

use std::net::{IpAddr, Ipv4Addr};

use super::random::Random;
use crate::analytics::{Client, Event, EventType};
use crate::names::Country;
use crate::time::Timestamp;

/// How many people there are.
const PEOPLE: u64 = 900;

/// User agents of people and how many have each.
const AGENTS: [(&str, u64); 6] = [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", 34),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1", 22),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.6 Safari/605.1.15", 16),
    ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36", 14),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0", 9),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", 5),
];
const BOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const COUNTRIES: [(&str, u64); 9] =
    [("US", 26), ("DE", 22), ("GB", 14), ("FR", 9), ("NL", 8), ("IN", 7), ("BR", 6), ("JP", 5), ("CH", 3)];

/// What is known of a visitor.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    address: IpAddr,
    country: Country,
    agent: Agent,
}

/// A user agent, looked at once.
#[derive(Debug, Clone)]
struct Agent {
    family: Option<String>,
    is_bot: bool,
}

impl Agent {
    fn of(text: &str) -> Self {
        let event = Event::new(EventType::ApiCall, Timestamp::default()).user_agent(text);
        Self { family: event.user_agent, is_bot: event.is_bot }
    }
}

/// Everybody.
#[derive(Debug)]
pub(super) struct Visitors {
    people: Vec<Visitor>,
    bot: Visitor,
}

impl Visitors {
    pub(super) fn new(random: &mut Random) -> Self {
        let agents = AGENTS.map(|(text, weight)| (Agent::of(text), weight));
        let people = (0..PEOPLE).map(|number| Visitor {
            address: address(number),
            country: country(random.pick::<&str>(&COUNTRIES)),
            agent: random.pick(&agents).clone(),
        });
        let people = people.collect();
        Self { people, bot: Visitor { address: address(PEOPLE), country: country("US"), agent: Agent::of(BOT) } }
    }

    /// Somebody. Some come much more often than others.
    pub(super) fn somebody(&self, random: &mut Random) -> &Visitor {
        let place = random.share() * random.share() * self.people.len() as f64;
        self.people.get(place as usize).unwrap_or(&self.bot)
    }

    pub(super) fn bot(&self) -> &Visitor {
        &self.bot
    }
}

impl Visitor {
    /// Says of an event that it was this one.
    pub(super) fn of(&self, event: Event) -> Event {
        let Agent { family, is_bot } = self.agent.clone();
        Event { user_agent: family, is_bot, ..event.country(self.country.clone()) }
    }

    /// What the recorder hashes.
    pub(super) fn client(&self) -> Client {
        Client { address: Some(self.address), user_agent: None }
    }

    pub(super) fn address(&self) -> IpAddr {
        self.address
    }

    pub(super) fn country(&self) -> &Country {
        &self.country
    }

    pub(super) fn family(&self) -> Option<&str> {
        self.agent.family.as_deref()
    }
}

fn address(number: u64) -> IpAddr {
    // A network for documentation has too few addresses for a crowd; these are nobody's either.
    let [.., high, low] = number.to_be_bytes();
    Ipv4Addr::new(198, 18, high, low).into()
}

fn country(code: &str) -> Country {
    Country::parse(code).expect("two capital letters are a country")
}
