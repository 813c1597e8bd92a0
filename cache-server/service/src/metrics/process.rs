//! The process: what it takes of the machine, from `/proc`. Elsewhere than on Linux only when it started.

use std::fmt;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// In how many parts a second is counted in `/proc`: `USER_HZ`, the same on all machines that Rust's Linux runs on.
const TICKS: f64 = 100.0;

/// This process.
#[derive(Debug)]
pub(super) struct Process {
    started: SystemTime,
}

impl Default for Process {
    fn default() -> Self {
        Self { started: SystemTime::now() }
    }
}

/// Figures of the process, as far as the system tells them.
#[derive(Debug, Default)]
struct Figures {
    cpu_seconds: Option<f64>,
    resident: Option<u64>,
    virtual_size: Option<u64>,
    threads: Option<u64>,
    open_files: Option<u64>,
    most_files: Option<u64>,
}

impl Figures {
    fn now() -> Self {
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // The name of the program is in brackets and may be anything; the fields after it are counted from the third.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
        let bytes = |name| Some(line(name)?.split_whitespace().next()?.parse::<u64>().ok()? * 1024);
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
        Self {
            cpu_seconds: field(14).zip(field(15)).map(|(user, system)| (user + system) as f64 / TICKS),
            resident: bytes("VmRSS:"),
            virtual_size: bytes("VmSize:"),
            threads: field(20),
            // One of them is the folder that is read here.
            open_files: fs::read_dir("/proc/self/fd").ok().map(|files| (files.count() as u64).saturating_sub(1)),
            most_files: files.and_then(|files| files.split_whitespace().next()?.parse().ok()),
        }
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Figures { cpu_seconds, resident, virtual_size, threads, open_files, most_files } = Figures::now();
        if let Some(seconds) = cpu_seconds {
            let about = "Time of processors that was used, of users and the system together.";
            let mut metric = encoder.encode_descriptor("process_cpu_seconds", about, None, MetricType::Counter)?;
            metric.encode_counter::<NoLabelSet, _, f64>(&seconds, None)?;
        }
        for (name, about, value) in [
            ("process_resident_memory_bytes", "Memory in use.", resident),
            ("process_virtual_memory_bytes", "Memory that is mapped.", virtual_size),
            ("process_threads", "Threads.", threads),
            ("process_open_fds", "Files and sockets that are open.", open_files),
            ("process_max_fds", "Files and sockets that may be open.", most_files),
        ] {
            if let Some(value) = value {
                encoder.encode_descriptor(name, about, None, MetricType::Gauge)?.encode_gauge(&value)?;
            }
        }
        let started = self.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let about = "When the process started, since 1970.";
        encoder.encode_descriptor("process_start_time_seconds", about, None, MetricType::Gauge)?.encode_gauge(&started)
    }
}
