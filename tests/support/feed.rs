//! A small client of `graphql-sse`, and a subscription over either transport.

use serde_json::{Value, json};

use super::{Caller, Socket};

/// A stream of events, read as it comes.
pub(crate) struct Feed {
    response: reqwest::Response,
    text: String,
    /// The id of the last event.
    pub(crate) last: String,
}

impl Caller<'_> {
    /// Opens a stream of events behind the one with this id.
    pub(crate) async fn feed(&self, query: &str, variables: Value, last: Option<&str>) -> Feed {
        let mut request = self
            .tidings
            .http
            .post(format!("http://{}/graphql/stream", self.tidings.address()))
            .header("accept", "text/event-stream")
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Feed {
            response,
            text: String::new(),
            last: String::new(),
        }
    }
}

impl Feed {
    /// The payload of the next event; `"complete"` when the stream says that it is, null when it ends without a word.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            let Some((event, rest)) = self.text.split_once("\n\n") else {
                let chunk = tokio::time::timeout(super::PATIENCE, self.response.chunk()).await;
                match chunk.unwrap_or_else(|_| panic!("nothing came")) {
                    Ok(Some(chunk)) => self.text.push_str(std::str::from_utf8(&chunk).unwrap()),
                    Ok(None) | Err(_) => return Value::Null,
                }
                continue;
            };
            let (event, rest) = (event.to_owned(), rest.to_owned());
            self.text = rest;
            if event == "event: complete\ndata:" {
                return json!("complete");
            }
            for line in event.lines() {
                if let Some(id) = line.strip_prefix("id: ") {
                    id.clone_into(&mut self.last);
                } else if let Some(data) = line.strip_prefix("data: ") {
                    return serde_json::from_str(data).unwrap();
                }
            }
        }
    }
}

/// A subscription over one of the transports.
pub(crate) enum Line {
    WebSocket(Socket),
    Events(Feed),
}

impl Line {
    /// The same subscription, over both.
    pub(crate) async fn both(caller: &Caller<'_>, query: &str, variables: Value) -> [Self; 2] {
        let mut socket = caller.socket().await;
        socket.subscribe(query, variables.clone()).await;
        let feed = caller.feed(query, variables, None).await;
        [Self::WebSocket(socket), Self::Events(feed)]
    }

    /// The next event.
    pub(crate) async fn event(&mut self) -> Value {
        let mut payload = match self {
            Self::WebSocket(socket) => socket.receive().await["payload"].take(),
            Self::Events(feed) => feed.next().await,
        };
        assert!(payload.get("errors").is_none(), "{payload:#}");
        let root = payload["data"].as_object_mut();
        let root = root.unwrap_or_else(|| panic!("no event"));
        root.values_mut().next().unwrap().take()
    }

    /// The next event, which must be a message with this text.
    pub(crate) async fn message(&mut self, body: &str) {
        let event = self.event().await;
        assert_eq!(event["message"]["bodyText"], body, "{event:#}");
    }

    /// The code with which it ends; an event stream says then that it is complete.
    pub(crate) async fn end(&mut self) -> String {
        let code = match self {
            Self::WebSocket(socket) => match socket.receive().await {
                closed if closed["close"] == 4403 => closed["reason"].clone(),
                ended => ended["payload"][0]["extensions"]["code"].clone(),
            },
            Self::Events(feed) => {
                let ended = feed.next().await;
                assert_eq!(feed.next().await, "complete");
                ended["errors"][0]["extensions"]["code"].clone()
            }
        };
        code.as_str().unwrap_or_else(|| panic!("no end")).to_owned()
    }
}
