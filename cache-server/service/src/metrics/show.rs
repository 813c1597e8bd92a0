//! Writing metrics that have at most one label.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use super::Durations;

/// Writes a counter, whose name gets the suffix `_total`.
pub fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, about: &str, value: u64) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, about, None, MetricType::Counter)?;
    metric.encode_counter::<NoLabelSet, _, u64>(&value, None)
}

/// Writes counters that one label tells apart.
pub fn counters<L: AsRef<str>>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    about: &str,
    label: &str,
    values: impl IntoIterator<Item = (L, u64)>,
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, about, None, MetricType::Counter)?;
    values.into_iter().try_for_each(|(value, count)| {
        metric.encode_family(&[(label, value.as_ref())])?.encode_counter::<NoLabelSet, _, u64>(&count, None)
    })
}

/// Writes a gauge.
pub fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, about: &str, value: u64) -> fmt::Result {
    encoder.encode_descriptor(name, about, None, MetricType::Gauge)?.encode_gauge(&value)
}

/// Writes gauges that one label tells apart.
pub fn gauges<L: AsRef<str>>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    about: &str,
    label: &str,
    values: impl IntoIterator<Item = (L, u64)>,
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, about, None, MetricType::Gauge)?;
    values.into_iter().try_for_each(|(value, now)| metric.encode_family(&[(label, value.as_ref())])?.encode_gauge(&now))
}

/// Writes a histogram of durations.
pub fn durations(encoder: &mut DescriptorEncoder<'_>, name: &str, about: &str, taken: &Durations) -> fmt::Result {
    taken.encode(&mut encoder.encode_descriptor(name, about, None, MetricType::Histogram)?)
}
