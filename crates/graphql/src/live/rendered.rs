//! An answer as JSON, with holes where each viewer's own cursor goes.

use async_graphql::Value;

/// The `data` of an answer that is the same for everybody but for the cursors.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rendered {
    json: String,
    /// Where in `json` the cursor goes, in order.
    holes: Vec<usize>,
}

impl Rendered {
    /// Writes what was executed for nobody. A hole is a value of the one kind that no field answers
    /// ([`EventCursor::Hole`](crate::scalars::EventCursor)): whatever a text says, it is no hole.
    pub(super) fn of(data: &Value) -> Option<Self> {
        let mut rendered = Self {
            json: String::new(),
            holes: Vec::new(),
        };
        rendered.write(data).then_some(rendered)
    }

    fn write(&mut self, value: &Value) -> bool {
        match value {
            Value::Binary(_) => {
                self.holes.push(self.json.len());
                true
            }
            Value::List(items) => {
                self.json.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.json.push(',');
                    }
                    if !self.write(item) {
                        return false;
                    }
                }
                self.json.push(']');
                true
            }
            Value::Object(fields) => {
                self.json.push('{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        self.json.push(',');
                    }
                    self.json.push('"');
                    // A name of GraphQL has nothing to be escaped.
                    self.json.push_str(name);
                    self.json.push_str("\":");
                    if !self.write(value) {
                        return false;
                    }
                }
                self.json.push('}');
                true
            }
            leaf => match serde_json::to_string(leaf) {
                Ok(text) => {
                    self.json.push_str(&text);
                    true
                }
                Err(_) => false,
            },
        }
    }

    /// What it holds in memory, in bytes, roughly.
    pub(super) fn len(&self) -> usize {
        self.json.len()
    }

    /// The answer of the viewer with this cursor.
    pub(super) fn with_cursor(&self, cursor: &str) -> String {
        // A cursor is base64url: nothing to be escaped.
        let room = self.json.len() + self.holes.len() * (cursor.len() + 2);
        let mut text = String::with_capacity(room);
        let mut from = 0;
        for hole in &self.holes {
            text.push_str(&self.json[from..*hole]);
            text.push('"');
            text.push_str(cursor);
            text.push('"');
            from = *hole;
        }
        text.push_str(&self.json[from..]);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{Name, value};

    #[test]
    fn only_a_hole_is_filled() {
        let mut data =
            value!({ "it": { "text": "a \"b\"\n\u{0}ü", "n": 1.5, "e": [null, true, []] } });
        let plain = Rendered::of(&data).unwrap();
        assert_eq!(
            plain.with_cursor("C"),
            serde_json::to_string(&data).unwrap()
        );
        let Value::Object(root) = &mut data else {
            panic!()
        };
        root.insert(Name::new("at"), Value::Binary(b"".as_slice().into()));
        let holed = Rendered::of(&data).unwrap();
        let Value::Object(root) = &mut data else {
            panic!()
        };
        root.insert(Name::new("at"), value!("C"));
        assert_eq!(
            holed.with_cursor("C"),
            serde_json::to_string(&data).unwrap()
        );
    }
}
