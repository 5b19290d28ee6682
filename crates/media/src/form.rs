//! Forms with files in them.

use airis_outbound::Call;

/// A form that grows part by part.
pub struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    pub fn new() -> Self {
        Self { boundary: format!("airis-{}", uuid::Uuid::new_v4().simple()), body: Vec::new() }
    }

    pub fn field(&mut self, name: &str, value: &str) {
        self.part(&format!("name=\"{name}\""), None, value.as_bytes());
    }

    /// A file under a name that holds no quotes.
    pub fn file(&mut self, name: &str, file: &str, kind: &str, bytes: &[u8]) {
        self.part(&format!("name=\"{name}\"; filename=\"{file}\""), Some(kind), bytes);
    }

    /// Sends it with a call.
    pub fn send(mut self, call: Call) -> Call {
        self.body.extend(format!("--{}--\r\n", self.boundary).bytes());
        call.bytes(&format!("multipart/form-data; boundary={}", self.boundary), self.body)
    }

    fn part(&mut self, disposition: &str, kind: Option<&str>, bytes: &[u8]) {
        self.body.extend(format!("--{}\r\ncontent-disposition: form-data; {disposition}\r\n", self.boundary).bytes());
        if let Some(kind) = kind {
            self.body.extend(format!("content-type: {kind}\r\n").bytes());
        }
        self.body.extend(b"\r\n");
        self.body.extend(bytes);
        self.body.extend(b"\r\n");
    }
}
