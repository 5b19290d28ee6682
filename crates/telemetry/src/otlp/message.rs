//! Messages of protobuf, and the parts that those of OTLP have in common. Numbers of fields are those of
//! `opentelemetry-proto` 1.x, where none ever changes.

use super::fields::Value;

/// A message that is being written.
#[derive(Default)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A number or the number of a choice. Zero is what is not there.
    pub(crate) fn number(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.key(field, 0);
            self.varint(value);
        }
    }

    /// The same where zero is said, too.
    pub(crate) fn choice(&mut self, field: u32, value: u64) {
        self.key(field, 0);
        self.varint(value);
    }

    pub(crate) fn fixed(&mut self, field: u32, value: u64) {
        self.key(field, 1);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn double(&mut self, field: u32, value: f64) {
        self.fixed(field, value.to_bits());
    }

    /// Four bytes.
    pub(crate) fn flags(&mut self, field: u32, value: u32) {
        self.key(field, 5);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn bytes(&mut self, field: u32, value: &[u8]) {
        self.key(field, 2);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
    }

    pub(crate) fn text(&mut self, field: u32, value: &str) {
        if !value.is_empty() {
            self.bytes(field, value.as_bytes());
        }
    }

    /// Many numbers of eight bytes.
    pub(crate) fn packed(&mut self, field: u32, values: impl ExactSizeIterator<Item = u64>) {
        self.key(field, 2);
        self.varint(values.len() as u64 * 8);
        values.for_each(|value| self.0.extend_from_slice(&value.to_le_bytes()));
    }

    pub(crate) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.bytes(field, &inner.0);
    }

    /// `KeyValue`.
    pub(crate) fn attribute(&mut self, field: u32, name: &str, value: &Value) {
        self.message(field, |pair| {
            pair.text(1, name);
            pair.message(2, |any| any.any(value));
        });
    }

    /// `AnyValue`.
    pub(crate) fn any(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.bytes(1, text.as_bytes()),
            Value::Bool(bool) => self.choice(2, u64::from(*bool)),
            Value::Int(int) => self.choice(3, int.cast_unsigned()),
            Value::Float(float) => self.double(4, *float),
        }
    }

    fn key(&mut self, field: u32, wire: u64) {
        self.varint((u64::from(field) << 3) | wire);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(0x80 | (value & 0x7f) as u8);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

/// Who sends.
pub(crate) struct Resource(Vec<u8>);

impl Resource {
    /// `given`, and what is known besides.
    pub(crate) fn new(given: &[(String, String)]) -> Self {
        let mut message = Message::default();
        for (name, value) in given {
            message.attribute(1, name, &Value::Text(value.clone()));
        }
        let more = [
            ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
            ("service.instance.id", format!("{:032x}", rand::random::<u128>())),
            ("process.pid", std::process::id().to_string()),
            ("telemetry.sdk.name", "airis".to_owned()),
            ("telemetry.sdk.language", "rust".to_owned()),
            ("telemetry.sdk.version", env!("CARGO_PKG_VERSION").to_owned()),
        ];
        for (name, value) in more {
            if given.iter().any(|(known, _)| known == name) {
                continue;
            }
            let value = match value.parse() {
                Ok(number) if name == "process.pid" => Value::Int(number),
                _ => Value::Text(value),
            };
            message.attribute(1, name, &value);
        }
        Self(message.into_bytes())
    }

    /// The request that exports entries of any kind: they all stand at the same places.
    pub(crate) fn request<T>(&self, entries: &[T], write: impl Fn(&mut Message, &T)) -> Vec<u8> {
        let mut request = Message::default();
        request.message(1, |of_resource| {
            of_resource.bytes(1, &self.0);
            of_resource.message(2, |of_scope| {
                of_scope.message(1, |scope| {
                    scope.text(1, "airis");
                    scope.text(2, env!("CARGO_PKG_VERSION"));
                });
                for entry in entries {
                    of_scope.message(2, |message| write(message, entry));
                }
            });
        });
        request.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Message)) -> Vec<u8> {
        let mut message = Message::default();
        write(&mut message);
        message.into_bytes()
    }

    #[test]
    fn numbers_are_written_as_the_format_says() {
        // The examples of protobuf's own description.
        assert_eq!(written(|message| message.number(1, 150)), [0x08, 0x96, 0x01]);
        assert_eq!(written(|message| message.text(2, "testing")), *b"\x12\x07testing");
        assert_eq!(written(|message| message.message(3, |inner| inner.number(1, 150))), [0x1a, 3, 0x08, 0x96, 0x01]);
        assert_eq!(written(|message| message.fixed(7, 1)), [0x39, 1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(written(|message| message.flags(16, 1)), [0x85, 0x01, 1, 0, 0, 0]);
        assert_eq!(written(|message| message.packed(6, [2_u64].into_iter())), [0x32, 8, 2, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_negative_number_has_ten_bytes() {
        let bytes = written(|message| message.any(&Value::Int(-1)));
        assert_eq!(bytes, [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    }

    #[test]
    fn what_is_given_of_a_resource_is_not_told_twice() {
        let resource = Resource::new(&[("service.instance.id".to_owned(), "mine".to_owned())]);
        let times = |text: &str| resource.0.windows(text.len()).filter(|part| *part == text.as_bytes()).count();
        assert_eq!((times("service.instance.id"), times("mine"), times("telemetry.sdk.name")), (1, 1, 1));
    }
}
