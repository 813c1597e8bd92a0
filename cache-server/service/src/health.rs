//! Asking a service on this machine whether it is ready: for health checks where there is no HTTP client.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail};

/// How long each step may take. A service asks its storage, which may take a second.
const PATIENCE: Duration = Duration::from_secs(4);
/// As much of an answer as is read.
const LONGEST: u64 = 4 << 10;

/// Asks the service that listens on this address and port for `/health/ready`. Fails with what is wrong.
pub fn check_health(host: IpAddr, port: u16) -> anyhow::Result<()> {
    let host = match host {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    let address = SocketAddr::from((host, port));
    let answer = ask(address).with_context(|| format!("no answer from {address}"))?;
    let (status_line, rest) = answer.split_once("\r\n").unwrap_or((&answer, ""));
    match status_line.split_whitespace().nth(1) {
        Some("200") => Ok(()),
        _ => bail!("not ready: {status_line}\n{}", rest.split_once("\r\n\r\n").map_or("", |(_, body)| body)),
    }
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    write!(connection, "GET /health/ready HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    connection.take(LONGEST).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
