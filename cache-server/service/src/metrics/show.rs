//! Writing metrics: those without labels, with one, and with several.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use super::{Durations, Sizes};

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

/// Writes a histogram of sizes.
pub fn sizes(encoder: &mut DescriptorEncoder<'_>, name: &str, about: &str, seen: &Sizes) -> fmt::Result {
    seen.encode(&mut encoder.encode_descriptor(name, about, None, MetricType::Histogram)?)
}

/// Writes counters that several labels tell apart.
pub fn counters_by<'a, const N: usize>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    about: &str,
    values: impl IntoIterator<Item = ([(&'static str, &'a str); N], u64)>,
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, about, None, MetricType::Counter)?;
    values.into_iter().try_for_each(|(labels, count)| {
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)
    })
}

/// Writes a counter of parts, such as of seconds or of dollars.
pub fn amount(encoder: &mut DescriptorEncoder<'_>, name: &str, about: &str, value: f64) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, about, None, MetricType::Counter)?;
    metric.encode_counter::<NoLabelSet, _, f64>(&value, None)
}

/// Writes histograms of durations that several labels tell apart.
pub fn durations_by<'a, const N: usize>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    about: &str,
    values: impl IntoIterator<Item = ([(&'static str, &'a str); N], &'a Durations)>,
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, about, None, MetricType::Histogram)?;
    values.into_iter().try_for_each(|(labels, taken)| taken.encode(&mut metric.encode_family(&labels)?))
}
