#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::Path;
use std::time::Duration;

use airis_domain::{Role, User};
use serde_json::json;

use super::*;
use crate::variable::Variable;

fn config(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_env(&|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn an_empty_environment_gives_the_documented_defaults() {
    let config = config(&[]).unwrap();
    assert_eq!(config.settings().port, 8080);
    assert_eq!(config.settings().database_url, "sqlite:///./data/airis.db");
    assert_eq!(config.text("ui.default_user_role"), "pending");
    assert_eq!(config.get("openai.api_base_urls"), json!(["https://api.openai.com/v1"]));
    assert_eq!(config.get("openai.api_keys"), json!([""]));
    assert_eq!(config.get("ollama.base_urls"), json!(["http://localhost:11434"]));
    assert_eq!(config.get("auth.admin.email"), json!(null));
    assert_eq!(config.get("folders.max_file_count"), json!(""));
    assert_eq!(config.get("user.permissions")["features"]["api_keys"], json!(false));
    assert_eq!(config.get("no.such.key"), json!(null));
}

#[test]
fn wrong_values_are_named_in_one_sentence() {
    let error = |name: &str, value: &str| config(&[(name, value)]).err().expect("is refused").to_string();
    assert_eq!(error("PORT", "abc"), "PORT: \"abc\" is not a whole number");
    assert_eq!(error("PORT", "70000"), "PORT: 70000 is out of range");
    assert_eq!(error("DEFAULT_USER_ROLE", "boss"), "DEFAULT_USER_ROLE: \"boss\" is not one of pending, user, admin");
    assert!(error("DATABASE_URL", "mysql://x/y").starts_with("DATABASE_URL: the address must begin with"));
    assert_eq!(error("WEBSOCKET_MANAGER", "redis"), "WEBSOCKET_MANAGER: \"redis\" needs an address; set REDIS_URL");
    assert!(error("WEBSOCKET_MANAGER", "zmq").contains("is not one of"));
    assert!(error("REDIS_URL", "localhost:6379").starts_with("REDIS_URL: the address must begin with"));
    assert!(error("JWT_EXPIRES_IN", "soon").starts_with("JWT_EXPIRES_IN: \"soon\" is no duration"));
    assert!(error("OPENAI_API_BASE_URLS", "localhost:1").contains("must begin with http://"));
    let forwarded = [("ENABLE_FORWARD_USER_INFO_HEADERS", "true"), ("FORWARD_USER_INFO_HEADER_USER_ID", "X Who")];
    assert!(
        config(&forwarded).err().expect("is refused").to_string().starts_with("FORWARD_USER_INFO_HEADER_USER_ID: it")
    );
    assert!(error("OPENAI_API_CONFIGS", "{").contains("is not JSON"));
    assert!(
        error("VECTOR_DB", "oracle23ai").starts_with("VECTOR_DB: \"oracle23ai\" is not built; it may be embedded,")
    );
    let cloud = config(&[("VECTOR_DB", "elasticsearch"), ("ELASTICSEARCH_CLOUD_ID", "x")]).err().expect("is refused");
    assert_eq!(cloud.to_string(), "ELASTICSEARCH_CLOUD_ID: it is no id of a deployment");
    assert_eq!(error("VECTOR_DB", "qdrant"), "QDRANT_URI: VECTOR_DB=qdrant needs it, or QDRANT_HOST");
    let brief = [
        ("ENABLE_FORWARD_USER_INFO_HEADERS", "true"),
        ("FORWARD_USER_INFO_HEADER_JWT_SECRET", "s"),
        ("FORWARD_USER_INFO_HEADER_JWT_EXPIRES_SECONDS", "0"),
    ];
    let brief = config(&brief).err().expect("is refused").to_string();
    assert!(brief.starts_with("FORWARD_USER_INFO_HEADER_JWT_EXPIRES_SECONDS: a token must hold"), "{brief}");
    assert_eq!(
        error("VECTOR_DB", "pgvector"),
        "VECTOR_DB: pgvector needs a PostgreSQL in PGVECTOR_DB_URL or DATABASE_URL"
    );
    assert_eq!(error("VECTOR_DB", "pinecone"), "PINECONE_API_KEY: VECTOR_DB=pinecone needs it");
    assert_eq!(error("VECTOR_DB", "valkey"), "VALKEY_URL: VECTOR_DB=valkey needs it");
    assert_eq!(error("VECTOR_DB", "weaviate"), "WEAVIATE_HTTP_HOST: VECTOR_DB=weaviate needs it");
}

#[test]
fn settings_of_retrieval_have_the_kinds_that_clients_expect() {
    let config = config(&[("VECTOR_DB", "Chroma"), ("RAG_EMBEDDING_OPENAI_BATCH_SIZE", "8")]).unwrap();
    for (key, value) in [
        ("rag.content_extraction_engine", json!("")),
        ("rag.content_extraction.supported_media_mime_types", json!(null)),
        ("rag.mineru_file_extensions", json!(["pdf"])),
        ("rag.mineru_api_timeout", json!("300")),
        ("rag.docling_params", json!({})),
        ("rag.chunk_size", json!(1000)),
        ("rag.hybrid_bm25_weight", json!(0.5)),
        ("rag.embedding_batch_size", json!(8)),
        ("web.fetch.max_content_length", json!(null)),
        ("web.search.domain.filter_list", json!([])),
    ] {
        assert_eq!(config.get(key), value, "{key}");
    }
}

#[test]
fn a_server_of_vectors_is_found_as_others_name_it() {
    let chroma = |more: &[(&str, &str)]| {
        let pairs = [&[("VECTOR_DB", "chroma"), ("CHROMA_HTTP_HOST", "c")], more].concat();
        match config(&pairs).map(|config| config.settings().vector_store.clone()) {
            Ok(VectorStore::Server(VectorServer::Chroma(chroma))) => Ok(chroma),
            Ok(_) => panic!("is no Chroma"),
            Err(error) => Err(error.to_string()),
        }
    };
    let plain = chroma(&[]).unwrap();
    assert_eq!(
        (plain.url.as_str(), plain.tenant.as_str(), plain.headers.len()),
        ("http://c:8000", "default_tenant", 0)
    );
    assert_eq!(chroma(&[("CHROMA_HTTP_SSL", "true"), ("CHROMA_HTTP_PORT", "1")]).unwrap().url, "https://c:1");
    let header = |provider: &str| {
        let given = [
            ("CHROMA_HTTP_HEADERS", "X-A=1"),
            ("CHROMA_CLIENT_AUTH_PROVIDER", provider),
            ("CHROMA_CLIENT_AUTH_CREDENTIALS", "a:b"),
        ];
        chroma(&given)
            .map(|chroma| chroma.headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect())
    };
    let given: Vec<String> = header("chromadb.auth.basic_authn.BasicAuthClientProvider").unwrap();
    assert_eq!(given, ["X-A: 1", "Authorization: Basic YTpi"]);
    assert_eq!(header("").unwrap()[1], "Authorization: Bearer a:b");
    assert_eq!(header("x-chroma-token").unwrap()[1], "X-Chroma-Token: a:b");
    assert!(header("kerberos").unwrap_err().starts_with("CHROMA_CLIENT_AUTH_PROVIDER: \"kerberos\" is none of"));
    assert!(chroma(&[("CHROMA_TENANT", "a/b")]).err().unwrap().starts_with("CHROMA_TENANT: \"a/b\" is no name"));
    // An address of another cloud in the form that its documents show.
    let given = [
        ("VECTOR_DB", "elasticsearch"),
        ("ELASTICSEARCH_CLOUD_ID", "mine:ZXUuZXhhbXBsZSRhYmMka2li"),
        ("ELASTICSEARCH_API_KEY", "k"),
    ];
    let VectorStore::Server(VectorServer::Elasticsearch(elastic)) =
        config(&given).unwrap().settings().vector_store.clone()
    else {
        panic!("is no Elasticsearch")
    };
    assert_eq!(
        (elastic.url.as_str(), elastic.authorization.as_deref()),
        ("https://abc.eu.example:443", Some("ApiKey k"))
    );
    let file = config(&[("VECTOR_DB", "chroma")]).unwrap().settings().vector_store.clone();
    assert!(matches!(file, VectorStore::File), "without an address it is what others keep in the data folder");
}

#[test]
fn servers_of_vectors_are_found_by_their_hosts_alone() {
    let url = |pairs: &[(&str, &str)]| match config(pairs).map(|config| config.settings().vector_store.clone()) {
        Ok(VectorStore::Server(VectorServer::Qdrant(qdrant))) => qdrant.url,
        Ok(VectorStore::Server(VectorServer::Milvus(milvus))) => milvus.url,
        Ok(_) => panic!("is none of both"),
        Err(error) => error.to_string(),
    };
    let at = |kind: &'static str, name: &'static str, host: &'static str| url(&[("VECTOR_DB", kind), (name, host)]);
    for (host, found) in [
        ("q", "http://q:6333"),
        ("q:1", "http://q:1"),
        ("[::1]", "http://[::1]:6333"),
        ("[::1]:1", "http://[::1]:1"),
        ("https://q/", "https://q"),
        ("q/x", "QDRANT_HOST: \"q/x\" is neither HOST nor HOST:PORT"),
        ("q:many", "QDRANT_HOST: \"q:many\" is neither HOST nor HOST:PORT"),
        ("::1", "QDRANT_HOST: \"::1\" is neither HOST nor HOST:PORT"),
    ] {
        assert_eq!(at("qdrant", "QDRANT_HOST", host), found);
    }
    assert_eq!(at("milvus", "MILVUS_HOST", "m"), "http://m:19530");
    let both = [("VECTOR_DB", "milvus"), ("MILVUS_HOST", "m"), ("MILVUS_URI", "https://n")];
    assert_eq!(url(&both), "https://n", "a whole address says more");
}

fn stored(pairs: &[(&str, &str)]) -> Result<VectorStore, String> {
    config(pairs).map(|config| config.settings().vector_store.clone()).map_err(|error| error.to_string())
}

#[test]
fn pgvector_is_the_database_itself_until_something_is_wanted_of_the_extension() {
    let (postgres, other) = ("postgresql://me@db/airis", "postgresql://me@vectors/x");
    let given = |more: &[(&'static str, &'static str)]| {
        let pairs = [&[("VECTOR_DB", "pgvector"), ("DATABASE_URL", postgres)], more].concat();
        match stored(&pairs) {
            Ok(VectorStore::Server(VectorServer::Pgvector(server))) => Ok(Some(server)),
            Ok(VectorStore::Database) => Ok(None),
            Ok(_) => panic!("is no PostgreSQL"),
            Err(error) => Err(error),
        }
    };
    assert!(given(&[]).unwrap().is_none() && given(&[("PGVECTOR_DB_URL", postgres)]).unwrap().is_none());
    let elsewhere =
        given(&[("PGVECTOR_DB_URL", other), ("PGVECTOR_POOL_SIZE", "5"), ("PGVECTOR_POOL_MAX_OVERFLOW", "2")]);
    let elsewhere = elsewhere.unwrap().unwrap();
    assert_eq!((elsewhere.url.as_str(), elsewhere.index, elsewhere.connections), (other, None, 7));
    let here = given(&[("PGVECTOR_INDEX_METHOD", "HNSW"), ("PGVECTOR_HNSW_M", "24")]).unwrap().unwrap();
    assert_eq!((here.url.as_str(), here.index), (postgres, Some(PgvectorIndex::Hnsw { edges: 24, build: 64 })));
    assert!(given(&[("PGVECTOR_USE_HALFVEC", "true")]).unwrap().unwrap().half);
    for (name, value, problem) in [
        ("PGVECTOR_INDEX_METHOD", "tree", "PGVECTOR_INDEX_METHOD: \"tree\" is not one of , hnsw, ivfflat"),
        ("PGVECTOR_DB_URL", "mysql://x", "PGVECTOR_DB_URL: the address must begin with postgres:// or postgresql://"),
        ("PGVECTOR_PGCRYPTO", "true", "PGVECTOR_PGCRYPTO: passages are not encrypted by the database here"),
    ] {
        let error = given(&[(name, value)]).err().unwrap();
        assert!(error.starts_with(problem), "{error}");
    }
    let beside = stored(&[("VECTOR_DB", "pgvector"), ("PGVECTOR_DB_URL", other)]);
    assert!(matches!(beside, Ok(VectorStore::Server(VectorServer::Pgvector(_)))), "passages may lie in the file");
}

#[test]
fn a_mariadb_may_be_named_with_the_driver_of_others() {
    let given =
        |more: &[(&'static str, &'static str)]| match stored(&[&[("VECTOR_DB", "mariadb-vector")], more].concat()) {
            Ok(VectorStore::Server(VectorServer::MariaDb(server))) => Ok(server),
            Ok(_) => panic!("is no MariaDB"),
            Err(error) => Err(error),
        };
    for url in ["mariadb+mariadbconnector://me:p@m:3306/v", "mysql://me:p@m:3306/v", "mariadb://me:p@m:3306/v"] {
        let server = given(&[("MARIADB_VECTOR_DB_URL", url), ("MARIADB_VECTOR_POOL_MAX_OVERFLOW", "4")]).unwrap();
        assert_eq!(
            (server.url.as_str(), server.metric.as_str(), server.edges, server.connections),
            ("mysql://me:p@m:3306/v", "cosine", 8, 12)
        );
    }
    for (name, value, problem) in [
        ("MARIADB_VECTOR_DB_URL", "", "MARIADB_VECTOR_DB_URL: VECTOR_DB=mariadb-vector needs it"),
        ("MARIADB_VECTOR_DB_URL", "postgres://m/v", "MARIADB_VECTOR_DB_URL: the address must begin with mariadb://"),
        ("MARIADB_VECTOR_DISTANCE_STRATEGY", "manhattan", "MARIADB_VECTOR_DISTANCE_STRATEGY: \"manhattan\" is not one"),
        ("MARIADB_VECTOR_INDEX_M", "2", "MARIADB_VECTOR_INDEX_M: MariaDB takes 3 to 200"),
    ] {
        // The first of two of one name counts.
        let error = given(&[(name, value), ("MARIADB_VECTOR_DB_URL", "mysql://m/v")]).err().unwrap();
        assert!(error.starts_with(problem), "{error}");
    }
}

#[test]
fn addresses_of_weaviate_and_valkey_are_taken_as_people_write_them() {
    let url = |pairs: &[(&str, &str)]| match stored(pairs) {
        Ok(VectorStore::Server(VectorServer::Weaviate(weaviate))) => weaviate.url,
        Ok(VectorStore::Server(VectorServer::Valkey(valkey))) => valkey.url,
        Ok(_) => panic!("is none of both"),
        Err(error) => error,
    };
    let weaviate = [("VECTOR_DB", "weaviate"), ("WEAVIATE_HTTP_HOST", "w")];
    assert_eq!(url(&weaviate), "http://w:8080");
    let secure = [("WEAVIATE_HTTP_SECURE", "true"), ("WEAVIATE_HTTP_PORT", "443")];
    assert_eq!(url(&[&weaviate[..], &secure].concat()), "https://w:443");
    assert_eq!(url(&[weaviate[0], ("WEAVIATE_HTTP_HOST", "https://w/")]), "https://w");
    let valkey = |address| url(&[("VECTOR_DB", "valkey"), ("VALKEY_URL", address)]);
    assert_eq!(valkey("valkey://:p@v:1"), "redis://:p@v:1");
    assert_eq!(valkey("rediss://v"), "rediss://v");
    assert_eq!(
        valkey("v:6379"),
        "VALKEY_URL: the address must begin with redis://, rediss://, valkey:// or valkeys://"
    );
}

fn ada() -> User {
    User {
        id: "a".into(),
        name: "Ada Grün".to_owned(),
        email: "ada@example.com".to_owned(),
        role: Role::User,
        profile_image_url: String::new(),
        profile_banner_image_url: None,
        username: None,
        bio: None,
        gender: None,
        date_of_birth: None,
        timezone: None,
        presence_state: None,
        status_emoji: None,
        status_message: None,
        status_expires_at: None,
        info: None,
        settings: None,
        oauth: None,
        scim: None,
        variables: None,
        by_key: false,
        last_active_at: 0,
        updated_at: 0,
        created_at: 0,
    }
}

#[test]
fn whoever_asks_is_named_in_headers_or_in_one_token() {
    let user = ada();
    let told = |more: &[(&str, &str)]| {
        let config = config(&[&[("ENABLE_FORWARD_USER_INFO_HEADERS", "true")], more].concat()).unwrap();
        let forwarded = config.settings().forwarded.clone().unwrap();
        let told = forwarded.user(&user, 1_000).into_iter();
        told.map(|(name, value)| (name.to_owned(), value)).collect::<Vec<_>>()
    };
    let plain = told(&[]);
    assert_eq!(plain[0], ("x-openwebui-user-name".to_owned(), "Ada%20Gr%C3%BCn".to_owned()));
    assert_eq!(plain.len(), 4);
    let token = told(&[("FORWARD_USER_INFO_HEADER_JWT_SECRET", "s")]);
    assert_eq!((token.len(), token[0].0.as_str()), (1, "x-openwebui-user-jwt"));
    let mut rule = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    rule.validate_exp = false;
    let claims = |secret: &[u8]| {
        jsonwebtoken::decode::<Json>(&token[0].1, &jsonwebtoken::DecodingKey::from_secret(secret), &rule)
    };
    let told = claims(b"s").unwrap().claims;
    assert_eq!((&told["name"], &told["iat"], &told["exp"]), (&json!("Ada Grün"), &json!(1_000), &json!(1_300)));
    assert!(claims(b"t").is_err());
}

#[test]
fn pictures_are_made_where_replies_come_from_unless_somebody_says_otherwise() {
    let none = config(&[]).unwrap();
    for (key, value) in [
        ("image_generation.enable", json!(false)),
        ("image_generation.engine", json!("openai")),
        ("image_generation.size", json!("512x512")),
        ("image_generation.steps", json!(50)),
        ("image_generation.openai.api_base_url", json!("https://api.openai.com/v1")),
        ("image_generation.openai.params", json!({})),
        ("image_generation.automatic1111.api_auth", json!("")),
        ("image_generation.comfyui.nodes", json!([])),
        ("images.edit.size", json!("")),
        ("images.edit.comfyui.workflow", json!("")),
    ] {
        assert_eq!(none.get(key), value, "{key}");
    }
    let workflow: Json = serde_json::from_str(&none.text("image_generation.comfyui.workflow")).unwrap();
    assert!(workflow.as_object().unwrap().values().all(|node| node["class_type"].is_string()));
    let given = config(&[
        ("OPENAI_API_BASE_URL", "http://a/v1"),
        ("OPENAI_API_KEY", "one"),
        ("IMAGES_EDIT_OPENAI_API_KEY", "two"),
        ("GEMINI_API_KEY", "three"),
        ("COMFYUI_WORKFLOW", "{}"),
    ])
    .unwrap();
    for (key, value) in [
        ("image_generation.openai.api_base_url", "http://a/v1"),
        ("image_generation.openai.api_key", "one"),
        ("images.edit.openai.api_key", "two"),
        ("images.edit.gemini.api_key", "three"),
        ("image_generation.comfyui.workflow", "{}"),
    ] {
        assert_eq!(given.text(key), value, "{key}");
    }
}

#[test]
fn booleans_are_true_only_when_they_say_so() {
    for (text, on) in [("True", true), ("TRUE", true), ("1", false), ("yes", false), ("", false)] {
        assert_eq!(config(&[("ENABLE_SIGNUP", text)]).unwrap().flag("ui.enable_signup"), on, "{text}");
    }
}

#[test]
fn connection_lists_use_semicolons_and_keys_are_padded() {
    let config = config(&[("OPENAI_API_BASE_URLS", "http://a/v1/;http://b/v1"), ("OPENAI_API_KEYS", "one")]).unwrap();
    assert_eq!(config.get("openai.api_base_urls"), json!(["http://a/v1", "http://b/v1"]));
    assert_eq!(config.get("openai.api_keys"), json!(["one", ""]));
}

#[test]
fn older_names_are_read_when_the_new_ones_are_not_set() {
    let config = config(&[("WEBUI_JWT_SECRET_KEY", "s"), ("OLLAMA_API_BASE_URL", "http://h:1/api")]).unwrap();
    assert_eq!(config.settings().secret_key.as_deref(), Some("s"));
    assert_eq!(config.get("ollama.base_urls"), json!(["http://h:1"]));
}

#[test]
fn a_stored_value_wins_over_the_environment_unless_persistence_is_off() {
    let stored = || JsonMap::from_iter([("ui.enable_signup".to_owned(), json!(false))]);
    let keeps = config(&[("ENABLE_SIGNUP", "true")]).unwrap();
    keeps.apply(stored());
    assert!(!keeps.flag("ui.enable_signup"));
    let forgets = config(&[("ENABLE_SIGNUP", "true"), ("ENABLE_PERSISTENT_CONFIG", "false")]).unwrap();
    forgets.apply(stored());
    assert!(forgets.flag("ui.enable_signup"));
    forgets.overlay(stored());
    assert!(!forgets.flag("ui.enable_signup"));
}

#[test]
fn switches_missing_in_an_older_stored_tree_come_from_the_defaults() {
    let config = config(&[]).unwrap();
    config.apply(JsonMap::from_iter([("user.permissions".to_owned(), json!({"chat": {"delete": false}}))]));
    assert_eq!(config.get("user.permissions")["chat"]["delete"], json!(false));
    assert_eq!(config.get("user.permissions")["chat"]["edit"], json!(true));
}

#[test]
fn the_database_can_be_given_in_parts() {
    let config = config(&[
        ("DATABASE_TYPE", "postgresql"),
        ("DATABASE_HOST", "db"),
        ("DATABASE_PORT", "5433"),
        ("DATABASE_USER", "u"),
        ("DATABASE_PASSWORD", "p"),
        ("DATABASE_NAME", "n"),
    ])
    .unwrap();
    assert_eq!(config.settings().database_url, "postgresql://u:p@db:5433/n");
}

#[test]
fn roles_with_commas_are_listed_with_another_sign_between() {
    let given = [("OAUTH_ROLES_SEPARATOR", ";"), ("OAUTH_ALLOWED_ROLES", "cn=a, dc=x; cn=b,dc=x ;")];
    let listed = config(&given).unwrap();
    assert_eq!(listed.texts("oauth.allowed_roles"), ["cn=a, dc=x", "cn=b,dc=x"]);
    assert_eq!(listed.texts("oauth.admin_roles"), ["admin"]);
    assert_eq!(config(&[("OAUTH_ALLOWED_ROLES", "a, b")]).unwrap().texts("oauth.allowed_roles"), ["a", "b"]);
}

#[test]
fn more_of_an_address_is_a_json_object() {
    let given = config(&[("OAUTH_AUTHORIZE_PARAMS", r#"{"prompt": "login", "max_age": 60}"#)]).unwrap();
    let expected = [("prompt".to_owned(), "login".to_owned()), ("max_age".to_owned(), "60".to_owned())];
    assert_eq!(given.settings().oauth_authorize_params, expected);
    for wrong in ["[1]", "prompt=login", "\"x\""] {
        assert!(config(&[("OAUTH_AUTHORIZE_PARAMS", wrong)]).is_err(), "{wrong}");
    }
}

#[test]
fn every_variable_is_listed_once_and_explained() {
    let mut seen = std::collections::HashSet::new();
    for variable in table::all() {
        assert!(seen.insert(variable.name), "{} is listed twice", variable.name);
        assert!(!variable.doc.is_empty(), "{} is not explained", variable.name);
    }
    assert!(docs_markdown().contains("| `PORT` | whole number | `8080` |"));
}

#[test]
fn every_name_that_deployments_use_is_explained_or_read_by_what_starts_the_server() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let scripts: String = files.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let read = |name: &str| {
        ["$", "${", "${!"].iter().any(|before| {
            let reference = format!("{before}{name}");
            let mut found = scripts.match_indices(&reference);
            let ends = |at: usize| !scripts[at..].starts_with(|sign: char| sign.is_ascii_alphanumeric() || sign == '_');
            found.any(|(at, text)| ends(at + text.len()))
        })
    };
    let page = docs_markdown();
    let known = |name: &str| is_known(name) && page.contains(&format!("| `{name}` |"));
    let names = include_str!("deployed.txt").lines().filter(|line| !line.starts_with('#'));
    let unknown: Vec<&str> = names.filter(|name| !known(name) && !read(name)).collect();
    assert!(unknown.is_empty(), "nobody reads {unknown:?}");
    assert!(!known("QDRANT_HOSTS") && !read("SPACE") && read("SPACE_ID"), "the check tells names apart");
}

#[test]
fn every_variable_that_is_listed_is_read() {
    let sources = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let sources = sources.map(|entry| entry.unwrap().path());
    let sources =
        sources.filter(|path| path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("tests.rs"));
    let code: String = sources.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    // The others are read by their keys, or in the name of another; names of telemetry are put together.
    let own = |one: &&Variable| one.key.is_none() && !one.name.starts_with("OTEL_");
    let other = |name: &str| table::all().any(|one| one.fallback == Some(name));
    let unread =
        table::all().filter(own).filter(|one| !other(one.name) && !code.contains(&format!("\"{}\"", one.name)));
    assert_eq!(unread.map(|one| one.name).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn redis_is_named_by_its_own_variables_or_by_those_for_sockets() {
    let redis = |pairs: &[(&str, &str)]| config(pairs).unwrap().settings().redis.clone();
    assert!(redis(&[]).is_none());
    let plain = redis(&[("REDIS_URL", "redis://h:1/0"), ("REDIS_SOCKET_TIMEOUT", "0.5")]).unwrap();
    assert_eq!((plain.url.as_str(), plain.prefix.as_str(), plain.cluster), ("redis://h:1/0", "open-webui", false));
    assert_eq!((plain.answer_within.as_millis(), plain.connect_within.as_secs()), (500, 5));
    let sentinels = redis(&[
        ("REDIS_URL", "redis://mymaster/0"),
        ("WEBSOCKET_REDIS_URL", "redis://sockets/0"),
        ("REDIS_SENTINEL_HOSTS", "a, b:7, :word@c, rediss://me:word@d:8"),
        ("WEBSOCKET_SENTINEL_PORT", "5"),
    ])
    .unwrap();
    assert_eq!(sentinels.url, "redis://sockets/0");
    assert_eq!(sentinels.sentinels, ["a:5", "b:7", ":word@c:5", "rediss://me:word@d:8"]);
    assert_eq!(
        (sentinels.sentinel_retries, sentinels.sentinel_pause.as_millis(), sentinels.keepalive),
        (2, 100, false)
    );
    let more = [
        ("REDIS_SENTINEL_MAX_RETRY_COUNT", "9"),
        ("REDIS_RECONNECT_DELAY", "2.5"),
        ("REDIS_SOCKET_KEEPALIVE", "true"),
        ("REDIS_URL", "redis://mymaster/0"),
    ];
    let rest =
        |seconds: &str| redis(&[("REDIS_URL", "redis://h"), ("REDIS_HEALTH_CHECK_INTERVAL", seconds)]).unwrap().rest;
    assert_eq!(["", "0", "1.5"].map(rest), [None, None, Some(Duration::from_millis(1_500))]);
    let patient = redis(&more).unwrap();
    assert_eq!((patient.sentinel_retries, patient.sentinel_pause.as_micros(), patient.keepalive), (9, 2_500, true));
    assert!(redis(&[("REDIS_URL", "redis://h"), ("REDIS_CLUSTER", "true")]).unwrap().cluster);
    assert!(config(&[("REDIS_URL", "redis://h"), ("REDIS_CLUSTER", "true"), ("REDIS_SENTINEL_HOSTS", "a")]).is_err());
}

#[test]
fn replies_are_continued_for_as_long_as_the_operator_says() {
    let seconds = |ttl: &str| config(&[("REDIS_TASK_TTL", ttl)]).unwrap().settings().task_ttl.map(|ttl| ttl.as_secs());
    assert_eq!(
        ["", "0", "1", "59", "60", "7200"].map(seconds),
        [None, None, Some(300), Some(300), Some(60), Some(7_200)]
    );
    assert!(config(&[("REDIS_TASK_TTL", "-1")]).is_err());
}

#[test]
fn files_are_kept_where_the_environment_says_and_nowhere_else() {
    let storage = |pairs: &[(&str, &str)]| config(pairs).map(|config| config.settings().file_storage.clone());
    assert!(matches!(storage(&[]), Ok(FileStorage::Local)));
    let key = [("S3_ACCESS_KEY_ID", "id"), ("S3_SECRET_ACCESS_KEY", "word")];
    let bucket = [("STORAGE_PROVIDER", "S3"), ("S3_BUCKET_NAME", "b"), ("S3_ADDRESSING_STYLE", "path")];
    let Ok(FileStorage::S3(s3)) = storage(&[&bucket[..], &key].concat()) else { panic!("no S3") };
    assert_eq!((s3.bucket.as_str(), s3.virtual_host), ("b", Some(false)));
    assert_eq!(s3.key, Some(("id".to_owned(), "word".to_owned())));
    let container =
        [("AZURE_STORAGE_ENDPOINT", "https://a.blob.core.windows.net"), ("AZURE_STORAGE_CONTAINER_NAME", "c")];
    assert!(matches!(storage(&[&[("STORAGE_PROVIDER", "azure")], &container[..]].concat()), Ok(FileStorage::Azure(_))));
    let mounted = storage(&[("EFS_MOUNT_PATH", "/mnt/efs")]);
    assert!(matches!(mounted, Ok(FileStorage::Mounted(path)) if path.as_os_str() == "/mnt/efs"));
    let kms = [("AWS_SERVER_SIDE_ENCRYPTION", "aws:kms"), ("AWS_SSE_KMS_KEY_ID", "k")];
    let Ok(FileStorage::S3(s3)) = storage(&[&bucket[..], &kms].concat()) else { panic!("no S3") };
    assert_eq!(s3.encryption, Some(S3Encryption::Kms { key: Some("k".to_owned()), bucket_key: false }));
    let google = [("STORAGE_PROVIDER", "gcs"), ("GCS_BUCKET_NAME", "g")];
    let account = ("GOOGLE_APPLICATION_CREDENTIALS_JSON", r#"{"client_email": "a@b"}"#);
    let Ok(FileStorage::Google(gcs)) = storage(&[google[0], google[1], account]) else { panic!("no Google") };
    assert_eq!(gcs.account.as_deref(), Some(r#"{"client_email":"a@b"}"#));
    for (wrong, named) in [
        (&google[..1], "GCS_BUCKET_NAME"),
        (&[google[0], google[1], ("GOOGLE_APPLICATION_CREDENTIALS_JSON", "{")], "GOOGLE_APPLICATION_CREDENTIALS_JSON"),
        (&[("STORAGE_PROVIDER", "floppy")][..], "STORAGE_PROVIDER"),
        (&[("STORAGE_PROVIDER", "s3")], "S3_BUCKET_NAME"),
        (&[bucket[0], bucket[1], key[0]], "S3_SECRET_ACCESS_KEY"),
        (&[bucket[0], bucket[1], ("S3_ENDPOINT_URL", "minio:9000")], "S3_ENDPOINT_URL"),
        (&[bucket[0], bucket[1], ("S3_ADDRESSING_STYLE", "sideways")], "S3_ADDRESSING_STYLE"),
        (&[bucket[0], bucket[1], kms[1]], "AWS_SERVER_SIDE_ENCRYPTION"),
        (&[bucket[0], bucket[1], ("AWS_SERVER_SIDE_ENCRYPTION", "rot13")], "AWS_SERVER_SIDE_ENCRYPTION"),
        (&[("STORAGE_PROVIDER", "azure"), container[0]], "AZURE_STORAGE_CONTAINER_NAME"),
    ] {
        let Err(error) = storage(wrong) else { panic!("{wrong:?} is taken") };
        assert!(error.to_string().contains(named), "{error}");
    }
}
