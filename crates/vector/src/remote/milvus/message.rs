//! Messages of Protocol Buffers, as far as Milvus needs them: fields with their numbers, one behind the other.
//! <https://protobuf.dev/programming-guides/encoding/>

/// A message that is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written(Vec<u8>);

/// How values are written: a number, or so many bytes.
const NUMBER: u64 = 0;
const BYTES: u64 = 2;

impl Written {
    pub fn new() -> Self {
        Self::default()
    }

    /// A number, a choice or a switch.
    #[must_use]
    pub fn number(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3 | NUMBER);
        self.varint(value);
        self
    }

    #[must_use]
    pub fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.varint(field << 3 | BYTES);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    #[must_use]
    pub fn text(self, field: u64, value: &str) -> Self {
        self.bytes(field, value.as_bytes())
    }

    #[must_use]
    pub fn message(self, field: u64, value: &Self) -> Self {
        self.bytes(field, &value.0)
    }

    /// Messages of one field, in their order.
    #[must_use]
    pub fn messages(self, field: u64, values: impl IntoIterator<Item = Self>) -> Self {
        values.into_iter().fold(self, |written, value| written.message(field, &value))
    }

    #[must_use]
    pub fn texts<'a>(self, field: u64, values: impl IntoIterator<Item = &'a str>) -> Self {
        values.into_iter().fold(self, |written, value| written.text(field, value))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

/// Numbers of four bytes one behind the other, as messages and servers have vectors.
pub fn packed(numbers: impl Iterator<Item = f32>) -> Vec<u8> {
    numbers.flat_map(f32::to_le_bytes).collect()
}

/// The same, read.
pub fn unpacked(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect()
}

/// A value of a message that is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// A message that is read: its fields in their order. What is behind a mistake is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Message<'a>(&'a [u8]);

impl<'a> Message<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn fields(self) -> impl Iterator<Item = (u64, Value<'a>)> {
        let mut rest = self.0;
        std::iter::from_fn(move || field(&mut rest))
    }

    /// Bytes of every field with a number.
    pub fn all(self, number: u64) -> impl Iterator<Item = &'a [u8]> {
        self.fields().filter_map(move |(field, value)| match value {
            Value::Bytes(bytes) if field == number => Some(bytes),
            _ => None,
        })
    }

    /// The message in a field; an empty one where there is none.
    pub fn message(self, number: u64) -> Self {
        Self(self.all(number).last().unwrap_or_default())
    }

    pub fn text(self, number: u64) -> String {
        String::from_utf8_lossy(self.message(number).0).into_owned()
    }

    pub fn texts(self, number: u64) -> Vec<String> {
        self.all(number).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    /// A number; 0 where there is none.
    pub fn number(self, number: u64) -> u64 {
        let found = self.fields().filter_map(|(field, value)| match value {
            Value::Number(value) if field == number => Some(value),
            _ => None,
        });
        found.last().unwrap_or_default()
    }

    /// Numbers of four bytes, whether they are packed or each has its field.
    pub fn floats(self, number: u64) -> Vec<f32> {
        self.all(number).flat_map(unpacked).collect()
    }
}

/// The first field, which is taken off.
fn field<'a>(rest: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let head = varint(rest)?;
    let value = match head & 7 {
        NUMBER => Value::Number(varint(rest)?),
        BYTES => {
            let length = usize::try_from(varint(rest)?).ok()?;
            Value::Bytes(take(rest, length)?)
        }
        1 => Value::Bytes(take(rest, 8)?),
        5 => Value::Bytes(take(rest, 4)?),
        _ => return None,
    };
    Some((head >> 3, value))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, others) = rest.split_at_checked(length)?;
    *rest = others;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, others) = rest.split_first()?;
        *rest = others;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_written_as_the_documents_of_protocol_buffers_show() {
        assert_eq!(Written::new().number(1, 150).as_bytes(), [0x08, 0x96, 0x01]);
        assert_eq!(Written::new().text(2, "testing").as_bytes()[..3], [0x12, 0x07, b't']);
        let inner = Written::new().number(1, 150);
        assert_eq!(Written::new().message(3, &inner).as_bytes(), [0x1a, 0x03, 0x08, 0x96, 0x01]);
    }

    #[test]
    fn what_was_written_is_read_and_mistakes_end_it() {
        let inner = Written::new().bytes(2, &packed([0.5, -2.0].into_iter()));
        let written = Written::new().text(1, "a").number(9, u64::MAX).text(1, "b").message(4, &inner);
        let read = Message::new(written.as_bytes());
        assert_eq!(read.texts(1), ["a", "b"]);
        assert_eq!((read.text(1), read.number(9), read.number(8)), ("b".to_owned(), u64::MAX, 0));
        assert_eq!(read.message(4).floats(2), [0.5, -2.0]);
        assert_eq!(Message::new(&[0x15, 0, 0, 0, 0x3f]).floats(2), [0.5], "a number with a field of its own");
        for broken in [&[0x12, 0x09, 1][..], &[0x80], &[0x0b], &[0xff; 11]] {
            assert_eq!(Message::new(broken).fields().count(), 0, "{broken:?}");
        }
    }
}
