//! Speaking to a server in JSON over HTTP.

use airis_domain::Json;
use airis_outbound::{Answer, Call, Outbound};
use http::Method;
use serde_json::json;

use crate::{Result, VectorError};

/// Bytes of the largest answer: some thousand ids, or a hundred vectors.
const LARGEST: usize = 64 * 1024 * 1024;

/// An address with what every call to it carries.
pub struct Rest {
    outbound: Outbound,
    base: String,
    headers: Vec<(String, String)>,
    seconds: u64,
}

impl Rest {
    pub fn new(base: &str, headers: Vec<(String, String)>, seconds: u64) -> Self {
        Self { outbound: Outbound::new(), base: base.trim_end_matches('/').to_owned(), headers, seconds }
    }

    fn call(&self, method: Method, path: &str) -> Call {
        let url = format!("{}{path}", self.base);
        let call = Call::new(method, url);
        let call = self.headers.iter().fold(call, |call, (name, value)| call.header(name, value));
        call.within(self.seconds).at_most(LARGEST)
    }

    /// The answer, whatever its status says.
    pub async fn answer(&self, method: Method, path: &str, body: Option<&Json>) -> Result<Answer> {
        let call = self.call(method, path);
        let call = body.into_iter().fold(call, Call::json);
        Ok(self.outbound.fetch(call).await?)
    }

    /// What is said to a call that went well.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Json>) -> Result<Json> {
        Ok(self.answer(method, path, body).await?.ok()?.json()?)
    }

    /// What is said to lines of JSON.
    pub async fn lines(&self, path: &str, body: String) -> Result<Json> {
        let call = self.call(Method::POST, path).bytes("application/x-ndjson", body.into_bytes());
        Ok(self.outbound.fetch(call).await?.ok()?.json()?)
    }

    /// The same as `ask`, and `None` where the answer is that it is not there.
    pub async fn find(&self, method: Method, path: &str, body: Option<&Json>) -> Result<Option<Json>> {
        let answer = self.answer(method, path, body).await?;
        if answer.status == 404 { Ok(None) } else { Ok(Some(answer.ok()?.json()?)) }
    }
}

/// A vector as numbers that are written no longer than they must be.
pub fn numbers(vector: &[f32]) -> Json {
    // A number with the digits of the short one is read as the short one again.
    vector
        .iter()
        .map(|number| json!(number.to_string().parse::<f64>().unwrap_or_else(|_| f64::from(*number))))
        .collect()
}

/// The numbers of a vector as a server wrote them.
pub fn vector(json: &Json) -> Option<Vec<f32>> {
    let number = |value: &Json| value.as_f64().map(|number| number as f32);
    json.as_array()?.iter().map(number).collect()
}

/// An answer that says something else than its server's documents.
pub fn odd(product: &str) -> VectorError {
    VectorError::Unavailable(format!("{product} answers in an unknown way"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_written_short_and_read_as_they_were() {
        let given = vec![0.1_f32, -1.0e-7, 0.333_333_34, 1.0];
        let written = numbers(&given);
        assert_eq!(written.to_string(), "[0.1,-1e-7,0.33333334,1.0]");
        assert_eq!(vector(&written).unwrap(), given);
        assert_eq!(vector(&json!(["x"])), None);
    }
}
