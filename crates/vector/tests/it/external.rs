//! Tables of a real PostgreSQL that others fill. Where it has no pgvector, a type and an operator of the same names stand
//! in, so that the questions are asked of a real database all the same.

use airis_domain::JsonMap;
use airis_outbound::Outbound;
use airis_vector::external::{Product, Server, Shelf};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

const STAND_IN: &str = "
CREATE DOMAIN vector AS text;
CREATE FUNCTION apart(one text, other text) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE a float8[] := translate(one, '[]', '{}')::float8[]; b float8[] := translate(other, '[]', '{}')::float8[];
BEGIN
  IF array_length(a, 1) <> array_length(b, 1) THEN RAISE EXCEPTION 'different vector dimensions'; END IF;
  RETURN (SELECT 1 - sum(x * y) / sqrt(sum(x * x) * sum(y * y)) FROM unnest(a, b) AS both_of (x, y));
END $$;
CREATE OPERATOR <=> (LEFTARG = text, RIGHTARG = text, FUNCTION = apart);";

fn map(value: Value) -> JsonMap {
    value.as_object().unwrap().clone()
}

fn shelf(name: &str, config: Value) -> Shelf {
    Shelf { name: name.to_owned(), config: map(config) }
}

#[tokio::test]
async fn a_table_with_vectors_is_read_and_nothing_in_it_changes() {
    let url = std::env::var("AIRIS_TEST_POSTGRES").expect("run the tests through scripts/postgres.sh");
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let name = format!("external_{}", std::process::id());
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let there = url.rsplit_once('/').unwrap().0.to_owned() + "/" + &name;
    let mut table = PgConnection::connect(&there).await.unwrap();
    let real = table.execute("CREATE EXTENSION vector").await.is_ok();
    if !real {
        table.execute(STAND_IN).await.unwrap();
    }
    let kind = if real { "vector(3)" } else { "vector" };
    let rows = format!(
        "CREATE SCHEMA far; CREATE TABLE far.\"Shelf\" (id int PRIMARY KEY, embedding {kind}, other {kind}, content text, \
         vmetadata jsonb, room text); \
         INSERT INTO far.\"Shelf\" VALUES (1, '[1,0,0]', '[0,1,0]', 'apples', '{{\"page\": 1}}', 'x'), \
         (2, '[0,1,0]', NULL, 'boats', NULL, 'x'), (3, '[1,0,0]', NULL, 'pears', NULL, 'y'), (4, NULL, NULL, 'none', NULL, 'x')"
    );
    table.execute(sqlx::AssertSqlSafe(rows)).await.unwrap();
    let config = map(json!({ "database": name }));
    let server = Server { product: Product::Pgvector, endpoint: url, auth: JsonMap::new(), config };
    let outbound = Outbound::new();
    assert_eq!(server.shelves(&outbound).await.unwrap(), ["far.Shelf"]);
    let place = shelf("far.Shelf", json!({"filter": {"room": "x"}, "vector_field": "embedding"}));
    // With pgvector the table says how many numbers it wants, and a shorter vector is filled up.
    let vector: &[f32] = if real { &[2.0, 0.0] } else { &[2.0, 0.0, 0.0] };
    let found = server.near(&outbound, &place, vector, 9).await.unwrap();
    let texts: Vec<&str> = found.iter().map(|found| found.text.as_str()).collect();
    assert_eq!(texts, ["apples", "boats"]);
    assert!((found[0].score - 1.0).abs() < 1e-6 && (found[1].score - 0.5).abs() < 1e-6);
    assert_eq!(
        (found[0].id.as_str(), Value::Object(found[0].metadata.clone())),
        ("1", json!({"page": 1, "id": 1, "room": "x"}))
    );
    assert_eq!(server.near(&outbound, &place, vector, 1).await.unwrap().len(), 1);
    let other = shelf("far.Shelf", json!({"vector_field": "other"}));
    assert_eq!(server.near(&outbound, &other, &[0.0, 1.0, 0.0], 9).await.unwrap().len(), 1);
    for (wrong, vector, part) in [
        (shelf("Shelf", json!({})), &[1.0, 0.0, 0.0][..], "no table"),
        (shelf("far.Shelf\"; DROP TABLE far.\"Shelf", json!({})), &[1.0, 0.0, 0.0][..], "no table"),
        (shelf("far.Shelf", json!({"vector_field": "content"})), &[1.0, 0.0, 0.0][..], "no table"),
        (shelf("far.Shelf", json!({"filter": {"nothing\"": "x"}})), &[1.0, 0.0, 0.0][..], "does not exist"),
        (shelf("far.Shelf", json!({})), &[1.0, 0.0, 0.0, 1.0][..], "dimensions"),
    ] {
        let error = server.near(&outbound, &wrong, vector, 9).await.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM far.\"Shelf\"").fetch_one(&mut table).await.unwrap();
    assert_eq!(count, 4);
    table.close().await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
}
