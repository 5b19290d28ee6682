//! Forms with a file in them that goes out as it is read.

/// A form that grows field by field.
pub struct Form {
    boundary: String,
    fields: Vec<u8>,
}

impl Form {
    pub fn new() -> Self {
        Self { boundary: format!("airis-{}", uuid::Uuid::new_v4().simple()), fields: Vec::new() }
    }

    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        let part = format!(
            "--{}\r\ncontent-disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
            self.boundary,
            quoted(name)
        );
        self.fields.extend(part.bytes());
        self
    }

    /// What goes before the file, what goes behind it, and what stands between the parts.
    pub fn around(self, field: &str, file: &str, kind: &str) -> (Vec<u8>, Vec<u8>, String) {
        let kind = if kind.is_empty() { "application/octet-stream" } else { kind };
        let begin = format!(
            "--{}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{}\"\r\ncontent-type: {}\r\n\r\n",
            self.boundary,
            quoted(file),
            kind.replace(['\r', '\n'], " ")
        );
        let mut head = self.fields;
        head.extend(begin.bytes());
        (head, format!("\r\n--{}--\r\n", self.boundary).into_bytes(), self.boundary)
    }
}

/// As browsers write names that would end too soon.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
