//! `cargo xtask serve`: builds the page and serves it on this machine only.
//!
//! WebGPU and storage need a secure context; a loopback address is one without a certificate.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use crate::http;
use crate::process::{Failure, Result};
use crate::site::{self, Quality};

const DEFAULT_PORT: u16 = 8080;

pub fn run(port: Option<u16>) -> Result<()> {
    // Before the build: a taken port should not cost minutes.
    let listener = listen(port)?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new(format!("no address to serve at: {error}")))?;
    site::build(Quality::Quick)?;
    println!("\nInkling is at http://{address}/ (stop with Ctrl-C)");
    serve_forever(&listener, &site::dist_dir());
    Ok(())
}

/// The port that was asked for, or else the usual one, or else any free one.
fn listen(port: Option<u16>) -> Result<TcpListener> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = match port {
        Some(port) => bind(port),
        None => bind(DEFAULT_PORT).or_else(|error| match error.kind() {
            ErrorKind::AddrInUse => bind(0),
            _ => Err(error),
        }),
    };
    listener.map_err(|error| {
        let port = port.unwrap_or(DEFAULT_PORT);
        Failure::new(format!("port {port} cannot be used: {error}"))
    })
}

fn serve_forever(listener: &TcpListener, root: &std::path::Path) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else {
            continue;
        };
        let root = root.to_path_buf();
        thread::spawn(move || http::answer_connection(stream, &root));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_an_error_only_when_it_was_asked_for() {
        let taken = listen(Some(0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(listen(Some(port)).is_err());
        assert!(listen(None).is_ok());
    }
}
