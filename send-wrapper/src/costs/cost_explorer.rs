//! AWS Cost Explorer, asked page by page what each day cost.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_costexplorer::Client;
use aws_sdk_costexplorer::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_costexplorer::config::retry::RetryConfig;
use aws_sdk_costexplorer::config::timeout::TimeoutConfig;
use aws_sdk_costexplorer::config::{
    BehaviorVersion, Builder, Config, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
};
use aws_sdk_costexplorer::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_costexplorer::operation::get_cost_and_usage::GetCostAndUsageError;
use aws_sdk_costexplorer::types::{
    DateInterval, Granularity, Group, GroupDefinition, GroupDefinitionType, MetricValue, ResultByTime,
};

use super::charges::{Charge, Charges, Metric, unusable};
use crate::error::{Error, Result};
use crate::time::Day;

/// Where Cost Explorer is, whatever region it is asked about.
const REGION: Region = Region::from_static("us-east-1");
const COST: &str = "UnblendedCost";
const USAGE: &str = "UsageQuantity";
/// More pages than any account has in a year.
const MOST_PAGES: usize = 1000;

/// AWS Cost Explorer.
///
/// It is asked with `GetCostAndUsage`, for which an account needs the permission `ce:GetCostAndUsage`. AWS takes $0.01
/// for each request.
///
/// Each request has 30 seconds, and is made up to three times when it is throttled, fails in AWS or on the way, or
/// takes too long.
#[derive(Clone)]
pub struct CostExplorer {
    client: Client,
    time_limit: Duration,
    attempts: u32,
}

impl fmt::Debug for CostExplorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client: _, time_limit, attempts } = self;
        let mut debug = f.debug_struct("CostExplorer");
        debug.field("time_limit", time_limit).field("attempts", attempts).finish_non_exhaustive()
    }
}

impl CostExplorer {
    /// Finds credentials as AWS's programs do: in the environment, in profiles, with a web identity, from the container
    /// or the instance. They are looked for when they are needed first.
    ///
    /// `AWS_ENDPOINT_URL_COST_EXPLORER` names another endpoint. Beware of `AWS_ENDPOINT_URL`, which does so for every
    /// service: where it names an S3 server, say the [endpoint](Self::endpoint).
    pub async fn from_env() -> Self {
        Self::new(&aws_config::defaults(BehaviorVersion::v2026_01_12()).region(REGION).load().await)
    }

    /// Takes credentials, endpoint and everything else from what was configured; the region is always `us-east-1`.
    pub fn new(config: &SdkConfig) -> Self {
        Self::with(Builder::from(config))
    }

    /// Uses this key at this endpoint, such as `https://ce.us-east-1.amazonaws.com`.
    pub fn with_key(endpoint: &str, access_key_id: &str, secret_access_key: &str) -> Self {
        let key = Credentials::new(access_key_id, secret_access_key, None, None, "given");
        Self::with(Config::builder().credentials_provider(key).endpoint_url(endpoint))
    }

    fn with(config: Builder) -> Self {
        let config = config.behavior_version(BehaviorVersion::v2026_01_12()).region(REGION).build();
        Self { client: Client::from_conf(config), time_limit: Duration::from_secs(30), attempts: 3 }.limited()
    }

    /// Asks this endpoint.
    pub fn endpoint(self, url: &str) -> Self {
        let config = self.client.config().to_builder().endpoint_url(url).build();
        Self { client: Client::from_conf(config), ..self }
    }

    /// Gives each request this time, 30 s when not given.
    pub fn time_limit(self, time_limit: Duration) -> Self {
        Self { time_limit, ..self }.limited()
    }

    /// Makes each request up to this often, 3 times when not given; at least once.
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..self }.limited()
    }

    fn limited(self) -> Self {
        let Self { client, time_limit, attempts } = self;
        let limits = TimeoutConfig::builder()
            .connect_timeout(time_limit)
            .operation_attempt_timeout(time_limit)
            // All attempts, and the pauses between them, which grow to 20 s.
            .operation_timeout(time_limit.saturating_mul(attempts).saturating_add(Duration::from_secs(60)))
            .build();
        let retries = RetryConfig::standard().with_max_attempts(attempts);
        let config = client.config().to_builder().timeout_config(limits).retry_config(retries).build();
        Self { client: Client::from_conf(config), time_limit, attempts }
    }

    /// What was charged from the first day to the last, and how many requests it took. One request for each page.
    pub(super) async fn charges(&self, first: Day, last: Day) -> Result<(Charges, u64)> {
        let interval = DateInterval::builder().start(first.to_string()).end(last.plus_days(1).to_string());
        let interval = interval.build().map_err(|error| unusable(format!("cannot be asked: {error}")))?;
        let requests = Requests::default();
        let (mut charges, mut tokens, mut token) = (Charges::default(), HashSet::new(), None);
        for _ in 0..MOST_PAGES {
            let ask = self.client.get_cost_and_usage().time_period(interval.clone()).granularity(Granularity::Daily);
            let ask = ask.metrics(COST).metrics(USAGE).group_by(group("SERVICE")).group_by(group("USAGE_TYPE"));
            let ask = ask.set_next_page_token(token).customize().interceptor(requests.clone());
            let page = ask.send().await.map_err(|error| self.refused(&error))?;
            for result in page.results_by_time() {
                read(&mut charges, result)?;
            }
            let Some(next) = page.next_page_token.filter(|next| !next.is_empty()) else {
                return Ok((charges, requests.0.load(Ordering::Relaxed)));
            };
            if !tokens.insert(next.clone()) {
                return Err(unusable("names a page again that was read already"));
            }
            token = Some(next);
        }
        Err(unusable(format!("has more than {MOST_PAGES} pages")))
    }

    /// What became of a request, without anything it was made with.
    fn refused(&self, error: &SdkError<GetCostAndUsageError>) -> Error {
        match error {
            SdkError::TimeoutError(_) => unusable(format!("did not answer within {:?}", self.time_limit)),
            SdkError::ServiceError(service) => match (service.err().code(), service.err().message()) {
                (Some(code), Some(message)) if MAY_BE_TOLD.contains(&code) => {
                    unusable(format!("refused: {code}: {message}"))
                }
                (Some(code), _) => unusable(format!("refused: {code}")),
                (None, _) if service.raw().status().is_success() => unusable("gave an answer that cannot be read"),
                (None, _) => unusable(format!("answered with status {}", service.raw().status())),
            },
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                unusable(format!("did not answer within {:?}", self.time_limit))
            }
            SdkError::DispatchFailure(failure) if failure.is_io() => unusable("cannot be reached"),
            SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
                unusable("cannot be asked: are there credentials, and is the endpoint a URL?")
            }
            _ => unusable("gave an answer that cannot be read"),
        }
    }
}

/// The codes whose messages say nothing of signatures and what is signed, session tokens among it.
const MAY_BE_TOLD: [&str; 7] = [
    "AccessDeniedException",
    "BillExpirationException",
    "DataUnavailableException",
    "LimitExceededException",
    "RequestChangedException",
    "ThrottlingException",
    "ValidationException",
];

fn group(dimension: &str) -> GroupDefinition {
    GroupDefinition::builder().r#type(GroupDefinitionType::Dimension).key(dimension).build()
}

/// Adds a day of a page.
fn read(charges: &mut Charges, result: &ResultByTime) -> Result<()> {
    let start = result.time_period().map(DateInterval::start).unwrap_or_default();
    let day = Day::parse(start).map_err(|_| unusable(format!("speaks of a day {start:?}")))?;
    charges.know(day);
    for group in result.groups() {
        charges.add(day, charge(day, group)?)?;
    }
    let total = result.total().and_then(|total| metric(total.get(COST)?));
    match total {
        // With groups, they are what counts.
        Some(total) if result.groups().is_empty() => charges.set_total(day, total),
        Some(_) | None => Ok(()),
    }
}

fn charge(day: Day, group: &Group) -> Result<Charge<'_>> {
    let cost = group.metrics().and_then(|metrics| metric(metrics.get(COST)?));
    let (Some(cost), [service, usage_type]) = (cost, group.keys()) else {
        return Err(unusable(format!("charges {day} for something without amount, service or usage type")));
    };
    let usage = group.metrics().and_then(|metrics| metric(metrics.get(USAGE)?));
    Ok(Charge { service, usage_type, cost, usage })
}

fn metric(value: &MetricValue) -> Option<Metric<'_>> {
    Some(Metric { amount: value.amount()?, unit: value.unit().unwrap_or_default() })
}

/// Counts what is sent, every attempt.
#[derive(Debug, Clone, Default)]
struct Requests(Arc<AtomicU64>);

impl Intercept for Requests {
    fn name(&self) -> &'static str {
        "requests"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
