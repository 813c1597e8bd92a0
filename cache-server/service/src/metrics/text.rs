//! The text format of Prometheus before OpenMetrics, for readers that know no other, such as `promtool check metrics`.

use std::fmt::Write as _;

/// Writes OpenMetrics text in the older format: counters are named as their samples are, and an information is a gauge.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // The help of a metric comes before its type, which decides about the name of both.
    let mut help = None;
    for line in text.lines() {
        if let Some(about) = line.strip_prefix("# HELP ") {
            help = about.split_once(' ');
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|line| line.split_once(' ')) {
            let (suffix, kind) = match kind {
                "counter" => ("_total", "counter"),
                "info" => ("_info", "gauge"),
                other => ("", other),
            };
            let about = help.take().map_or("", |(_, about)| about);
            // A string takes whatever is written.
            let _ = write!(plain, "# HELP {name}{suffix} {about}\n# TYPE {name}{suffix} {kind}\n");
        } else if !line.starts_with('#') {
            plain.push_str(line);
            plain.push('\n');
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #[test]
    fn counters_are_named_as_their_samples() {
        let open = "# HELP a_b What.\n# TYPE a_b counter\na_b_total{c=\"# d\"} 1\n# HELP e Other.\n# TYPE e gauge\n# UNIT e x\ne 2\n\
                    # HELP build Which.\n# TYPE build info\nbuild_info{v=\"1\"} 1\n# EOF\n";
        let plain = "# HELP a_b_total What.\n# TYPE a_b_total counter\na_b_total{c=\"# d\"} 1\n# HELP e Other.\n# TYPE e gauge\ne 2\n\
                     # HELP build_info Which.\n# TYPE build_info gauge\nbuild_info{v=\"1\"} 1\n";
        assert_eq!(super::plain(open), plain);
    }
}
