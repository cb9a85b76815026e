//! From a method and a path to what is asked for.

use crate::{ChatRequest, CompletionRequest, EmbeddingRequest, Error, Result};

/// One call of the API.
#[derive(Debug, Clone, PartialEq)]
pub enum Endpoint {
    Chat(ChatRequest),
    Completion(CompletionRequest),
    Embedding(EmbeddingRequest),
    /// Which tokens the prompt of a chat is; nothing is generated.
    Tokens(ChatRequest),
    Models,
    Model {
        id: String,
    },
}

/// `path` begins with `/v1/`; an id in it may hold slashes, as names of repositories do.
pub fn endpoint_from_http(method: &str, path: &str, body: &str) -> Result<Endpoint> {
    let only = |wanted: &str| {
        if method == wanted {
            Ok(())
        } else {
            Err(Error::wrong_method(method, path))
        }
    };
    match path.strip_prefix("/v1/") {
        Some("chat/completions") => {
            only("POST")?;
            ChatRequest::from_json(body).map(Endpoint::Chat)
        }
        Some("completions") => {
            only("POST")?;
            CompletionRequest::from_json(body).map(Endpoint::Completion)
        }
        // Beyond OpenAI's, and as vLLM calls it.
        Some("tokenize") => {
            only("POST")?;
            ChatRequest::from_json(body).map(Endpoint::Tokens)
        }
        Some("embeddings") => {
            only("POST")?;
            EmbeddingRequest::from_json(body).map(Endpoint::Embedding)
        }
        Some("models") => {
            only("GET")?;
            Ok(Endpoint::Models)
        }
        Some(other) => match other.strip_prefix("models/") {
            Some(id) if !id.is_empty() => {
                only("GET")?;
                Ok(Endpoint::Model { id: id.to_owned() })
            }
            Some(_) | None => Err(Error::no_such_path(method, path)),
        },
        None => Err(Error::no_such_path(method, path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_its_method() {
        let status = |method, path| {
            endpoint_from_http(method, path, "")
                .err()
                .map(|it| it.status)
        };
        assert_eq!(status("GET", "/v1/models"), None);
        assert_eq!(status("POST", "/v1/models"), Some(405));
        assert_eq!(status("GET", "/v1/chat/completions"), Some(405));
        assert_eq!(status("POST", "/v1/chat/completions"), Some(400));
        assert_eq!(status("POST", "/v1/completions"), Some(400));
        assert_eq!(status("POST", "/v1/embeddings"), Some(400));
        assert_eq!(status("POST", "/v1/tokenize"), Some(400));
        assert_eq!(status("GET", "/v1/tokenize"), Some(405));
        assert_eq!(status("POST", "/v1/audio"), Some(404));
        assert_eq!(status("GET", "/v1/models/"), Some(404));
        assert_eq!(status("GET", "/models"), Some(404));
        assert_eq!(
            endpoint_from_http("GET", "/v1/models/org/name", ""),
            Ok(Endpoint::Model {
                id: "org/name".to_owned()
            })
        );
    }
}
