//! Where a server is and what opens it, as a person types them.

use serde::{Deserialize, Serialize};

use crate::wire::{ErrorKind, WireError};

/// What people copy along with an address, the longest first.
const ENDPOINTS: [&str; 3] = ["/chat/completions", "/completions", "/models"];

/// A server of OpenAI's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Up to and without the slash before `chat/completions`.
    base: String,
    /// Sent to this server and nobody else.
    key: Option<String>,
}

impl Server {
    /// # Errors
    /// `BadRequest` with what to type instead.
    pub fn new(address: &str, key: &str) -> Result<Self, WireError> {
        let key = key.trim();
        // A header holds printable characters only.
        if !key.chars().all(|c| c.is_ascii_graphic()) {
            return Err(bad_request(
                "a key has no spaces or special letters in it; copy it again",
            ));
        }
        Ok(Self {
            base: base_from_text(address)?,
            key: (!key.is_empty()).then(|| key.to_owned()),
        })
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Name and port: what a person knows the machine by.
    pub fn host(&self) -> &str {
        let rest = self.base.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }

    pub fn models_url(&self) -> String {
        format!("{}/models", self.base)
    }

    pub fn chat_url(&self) -> String {
        format!("{}/chat/completions", self.base)
    }

    /// Browsers let no page that came encrypted ask a server that does not encrypt, except on the same machine.
    pub fn is_blocked_for(&self, page_url: &str) -> bool {
        page_url.starts_with("https://")
            && self.base.starts_with("http://")
            && !is_same_machine(name_of(self.host()))
    }
}

fn base_from_text(address: &str) -> Result<String, WireError> {
    let text = address.trim();
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => (guessed_scheme(text).to_owned(), text),
    };
    if scheme != "http" && scheme != "https" {
        return Err(bad_request(
            "a server's address begins with https:// or http://",
        ));
    }
    let mut rest = rest.trim_end_matches('/');
    for endpoint in ENDPOINTS {
        rest = rest.strip_suffix(endpoint).unwrap_or(rest);
    }
    let rest = rest.trim_end_matches('/');
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.contains('@') {
        return Err(bad_request(
            "the address names a person; a key goes into the field of its own",
        ));
    }
    let is_host = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '<' | '>' | '\\' | '^');
    if name_of(host).is_empty() || !rest.chars().all(is_host) {
        return Err(bad_request(
            "enter the server's address, such as http://localhost:8080/v1",
        ));
    }
    let host = host.to_ascii_lowercase();
    // Where only the machine is named, its API stands where servers put it.
    let path = if path.is_empty() { "v1" } else { path };
    Ok(format!("{scheme}://{host}/{path}"))
}

/// Machines at home rarely encrypt, others always do.
fn guessed_scheme(text: &str) -> &'static str {
    let name = name_of(text.split('/').next().unwrap_or_default());
    let is_near = is_same_machine(name)
        || name.ends_with(".local")
        || !name.contains(['.', ':'])
        || name.starts_with("192.168.")
        || name.starts_with("10.");
    if is_near { "http" } else { "https" }
}

fn is_same_machine(name: &str) -> bool {
    name == "localhost"
        || name.ends_with(".localhost")
        || name.starts_with("127.")
        || name == "[::1]"
}

/// Without the port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        Some(_) | None => host,
    }
}

fn bad_request(message: &str) -> WireError {
    WireError::new(ErrorKind::BadRequest, message)
}
