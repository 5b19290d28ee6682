//! Where passages and their vectors are kept, from the names that are about it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::ConfigError;
use crate::values::{Values, wrong};

/// What keeps passages and their vectors.
#[derive(Clone)]
pub enum VectorStore {
    /// The database where it is a PostgreSQL, else the file.
    Database,
    /// A file in the data folder, even where there is a PostgreSQL.
    File,
    /// A server keeps the vectors; passages are where they would be without it.
    Server(VectorServer),
}

/// A server made for vectors.
#[derive(Clone)]
pub enum VectorServer {
    Chroma(ChromaServer),
    Elasticsearch(ElasticServer),
    MariaDb(MariaDbServer),
    Milvus(MilvusServer),
    OpenSearch(ElasticServer),
    Pgvector(PgvectorServer),
    Pinecone(PineconeServer),
    Qdrant(QdrantServer),
    Valkey(ValkeyServer),
    Weaviate(WeaviateServer),
}

impl VectorServer {
    /// As its makers call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Chroma(_) => "Chroma",
            Self::Elasticsearch(_) => "Elasticsearch",
            Self::OpenSearch(_) => "OpenSearch",
            Self::MariaDb(_) => "MariaDB",
            Self::Milvus(_) => "Milvus",
            Self::Pgvector(_) => "PostgreSQL (pgvector)",
            Self::Pinecone(_) => "Pinecone",
            Self::Qdrant(_) => "Qdrant",
            Self::Valkey(_) => "Valkey",
            Self::Weaviate(_) => "Weaviate",
        }
    }
}

#[derive(Clone)]
pub struct ChromaServer {
    pub url: String,
    pub tenant: String,
    pub database: String,
    /// Sent with every request; credentials are among them.
    pub headers: Vec<(String, String)>,
}

/// Elasticsearch or OpenSearch.
#[derive(Clone)]
pub struct ElasticServer {
    pub url: String,
    /// As the header has it.
    pub authorization: Option<String>,
    /// How the names of its indexes begin.
    pub prefix: String,
}

/// A MariaDB that knows vectors.
#[derive(Clone)]
pub struct MariaDbServer {
    /// `mysql://`, with credentials and the database.
    pub url: String,
    /// `cosine` or `euclidean`.
    pub metric: String,
    /// Edges of a vector in the graph that is searched.
    pub edges: u32,
    pub connections: u32,
    /// Seconds to wait for a free connection, and until one is replaced.
    pub patience: u64,
    pub recycle: u64,
}

#[derive(Clone)]
pub struct MilvusServer {
    pub url: String,
    /// As the header has it.
    pub authorization: Option<String>,
    pub database: String,
    /// How the names of its collections begin.
    pub prefix: String,
    /// `HNSW`, `IVF_FLAT`, `DISKANN`, `FLAT` or `AUTOINDEX`.
    pub index: String,
    /// Edges of a vector in the graph of `HNSW`, and candidates for them.
    pub edges: u32,
    pub build: u32,
    /// Lists of `IVF_FLAT`.
    pub lists: u32,
}

#[derive(Clone)]
pub struct QdrantServer {
    pub url: String,
    pub key: Option<String>,
    /// How the names of its collections begin.
    pub prefix: String,
    /// Seconds that an answer may take.
    pub seconds: u64,
    /// Edges of a vector in the graph that is searched.
    pub edges: u32,
    pub on_disk: bool,
}

/// A PostgreSQL with the extension pgvector.
#[derive(Clone)]
pub struct PgvectorServer {
    pub url: String,
    /// Whether the extension is made where it is not there.
    pub make_extension: bool,
    /// How vectors are searched; `None`: each is compared.
    pub index: Option<PgvectorIndex>,
    /// Numbers have two bytes in place of four.
    pub half: bool,
    /// How a search goes on that found too little of what it may: `off`, `strict_order` or `relaxed_order`.
    pub scan: String,
    pub connections: u32,
    /// Seconds to wait for a free connection, and until one is replaced.
    pub patience: u64,
    pub recycle: u64,
}

/// An index of pgvector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PgvectorIndex {
    /// Edges of a vector in the graph, and candidates for them.
    Hnsw {
        edges: u32,
        build: u32,
    },
    Ivfflat {
        lists: u32,
    },
}

#[derive(Clone)]
pub struct PineconeServer {
    /// Address of what knows where indexes are.
    pub controller: String,
    pub key: String,
    pub index: String,
    /// What the index is made with, where it is not there: how many numbers vectors have, `cosine`, `dotproduct` or
    /// `euclidean`, and where.
    pub dimensions: usize,
    pub metric: String,
    pub cloud: String,
    pub region: Option<String>,
}

#[derive(Clone)]
pub struct ValkeyServer {
    /// `redis://` or `rediss://`, with credentials.
    pub url: String,
    /// How the names of its indexes and keys begin.
    pub prefix: String,
    /// `HNSW` or `FLAT`; `COSINE`, `IP` or `L2`.
    pub index: String,
    pub metric: String,
    /// Edges of a vector in the graph of `HNSW`, candidates for them, and those that a search looks at.
    pub edges: u32,
    pub build: u32,
    pub look: u32,
}

#[derive(Clone)]
pub struct WeaviateServer {
    pub url: String,
    pub key: Option<String>,
}

/// What `VECTOR_DB` may say.
const KNOWN: &str =
    "embedded, pgvector, chroma, elasticsearch, mariadb-vector, milvus, opensearch, pinecone, qdrant, valkey, weaviate";

/// A store that is not built must not quietly become another one. `chroma` without an address is what others keep in the data
/// folder when nothing is said.
pub(crate) fn vectors(values: &Values, database_url: &str) -> Result<VectorStore, ConfigError> {
    Ok(VectorStore::Server(match values.text("VECTOR_DB").to_lowercase().as_str() {
        "" => return Ok(VectorStore::Database),
        "embedded" => return Ok(VectorStore::File),
        "chroma" if values.filled("CHROMA_HTTP_HOST").is_none() => return Ok(VectorStore::File),
        "pgvector" => match pgvector(values, database_url)? {
            Some(server) => VectorServer::Pgvector(server),
            None => return Ok(VectorStore::Database),
        },
        "chroma" => VectorServer::Chroma(chroma(values)?),
        "elasticsearch" => VectorServer::Elasticsearch(elasticsearch(values)?),
        "opensearch" => VectorServer::OpenSearch(opensearch(values)?),
        "mariadb-vector" => VectorServer::MariaDb(mariadb(values)?),
        "milvus" => VectorServer::Milvus(milvus(values)?),
        "pinecone" => VectorServer::Pinecone(pinecone(values)?),
        "qdrant" => VectorServer::Qdrant(qdrant(values)?),
        "valkey" => VectorServer::Valkey(valkey(values)?),
        "weaviate" => VectorServer::Weaviate(weaviate(values)?),
        name => {
            let problem = format!(
                "\"{name}\" is not built; it may be {KNOWN}, or empty to keep vectors in PostgreSQL or the data folder"
            );
            return Err(wrong("VECTOR_DB", problem));
        }
    }))
}

fn chroma(values: &Values) -> Result<ChromaServer, ConfigError> {
    let url = hosted(values, "CHROMA_HTTP_HOST", "CHROMA_HTTP_PORT", "CHROMA_HTTP_SSL")?;
    let mut headers = pairs(values, "CHROMA_HTTP_HEADERS")?;
    if let Some(secret) = values.filled("CHROMA_CLIENT_AUTH_CREDENTIALS") {
        let provider = values.text("CHROMA_CLIENT_AUTH_PROVIDER").to_lowercase();
        headers.push(match provider.as_str() {
            "" | "token" => ("Authorization".to_owned(), format!("Bearer {secret}")),
            "x-chroma-token" => ("X-Chroma-Token".to_owned(), secret),
            "basic" => ("Authorization".to_owned(), basic(&secret)),
            // As the names of classes that other programs want here.
            name if name.ends_with(".basicauthclientprovider") => ("Authorization".to_owned(), basic(&secret)),
            name if name.ends_with(".tokenauthclientprovider") => {
                ("Authorization".to_owned(), format!("Bearer {secret}"))
            }
            name => {
                let problem = format!("\"{name}\" is none of token, x-chroma-token, basic");
                return Err(wrong("CHROMA_CLIENT_AUTH_PROVIDER", problem));
            }
        });
    }
    Ok(ChromaServer {
        url,
        tenant: segment(values, "CHROMA_TENANT")?,
        database: segment(values, "CHROMA_DATABASE")?,
        headers,
    })
}

fn elasticsearch(values: &Values) -> Result<ElasticServer, ConfigError> {
    let key = values.filled("ELASTICSEARCH_API_KEY").map(|key| format!("ApiKey {key}"));
    let url = match cloud(values)? {
        Some(url) => url,
        None => address("ELASTICSEARCH_URL", values.text("ELASTICSEARCH_URL"))?,
    };
    let person = person(values, "ELASTICSEARCH_USERNAME", "ELASTICSEARCH_PASSWORD");
    Ok(ElasticServer { url, authorization: key.or(person), prefix: values.text("ELASTICSEARCH_INDEX_PREFIX") })
}

/// The address in the id of a deployment at Elastic's own cloud: a name, a colon, and in base64 a host and the names of its
/// services with `$` between them.
fn cloud(values: &Values) -> Result<Option<String>, ConfigError> {
    let Some(id) = values.filled("ELASTICSEARCH_CLOUD_ID") else { return Ok(None) };
    let read = || {
        let packed = STANDARD.decode(id.rsplit_once(':')?.1).ok()?;
        let text = String::from_utf8(packed).ok()?;
        let (host, services) = text.split_once('$')?;
        let (host, port) = host.split_once(':').unwrap_or((host, "443"));
        let service = services.split('$').next().filter(|service| !service.is_empty())?;
        Some(format!("https://{service}.{host}:{port}"))
    };
    let problem = || wrong("ELASTICSEARCH_CLOUD_ID", "it is no id of a deployment");
    read().map(Some).ok_or_else(problem)
}

fn opensearch(values: &Values) -> Result<ElasticServer, ConfigError> {
    Ok(ElasticServer {
        url: address("OPENSEARCH_URI", values.text("OPENSEARCH_URI"))?,
        authorization: person(values, "OPENSEARCH_USERNAME", "OPENSEARCH_PASSWORD"),
        prefix: "airis".to_owned(),
    })
}

/// Somebody with a password, as a header has them.
fn person(values: &Values, name: &str, password: &str) -> Option<String> {
    values.filled(name).map(|name| basic(&format!("{name}:{}", values.text(password))))
}

fn mariadb(values: &Values) -> Result<MariaDbServer, ConfigError> {
    const NAME: &str = "MARIADB_VECTOR_DB_URL";
    let url = values.filled(NAME).ok_or_else(|| wrong(NAME, "VECTOR_DB=mariadb-vector needs it"))?;
    // Others name the driver of their language as well.
    let rest = match url.split_once("://") {
        Some((scheme, rest)) if matches!(scheme.split('+').next(), Some("mariadb" | "mysql")) => rest,
        _ => return Err(wrong(NAME, "the address must begin with mariadb:// or mysql://")),
    };
    let more: u32 = values.required("MARIADB_VECTOR_POOL_MAX_OVERFLOW")?;
    let edges = values.required("MARIADB_VECTOR_INDEX_M")?;
    if !(3..=200).contains(&edges) {
        return Err(wrong("MARIADB_VECTOR_INDEX_M", "MariaDB takes 3 to 200"));
    }
    Ok(MariaDbServer {
        url: format!("mysql://{rest}"),
        metric: values.one_of("MARIADB_VECTOR_DISTANCE_STRATEGY", &["cosine", "euclidean"])?,
        edges,
        connections: values.required::<u32>("MARIADB_VECTOR_POOL_SIZE")?.saturating_add(more).max(1),
        patience: values.required("MARIADB_VECTOR_POOL_TIMEOUT")?,
        recycle: values.required("MARIADB_VECTOR_POOL_RECYCLE")?,
    })
}

fn milvus(values: &Values) -> Result<MilvusServer, ConfigError> {
    let index = values.one_of("MILVUS_INDEX_TYPE", &["hnsw", "ivf_flat", "diskann", "flat", "autoindex"])?;
    Ok(MilvusServer {
        url: place(values, "MILVUS_URI", "MILVUS_HOST", 19530)?,
        authorization: values.filled("MILVUS_TOKEN").map(|token| STANDARD.encode(token)),
        database: values.text("MILVUS_DB"),
        prefix: values.text("MILVUS_COLLECTION_PREFIX"),
        index: index.to_uppercase(),
        edges: values.required("MILVUS_HNSW_M")?,
        build: values.required("MILVUS_HNSW_EFCONSTRUCTION")?,
        lists: values.required("MILVUS_IVF_FLAT_NLIST")?,
    })
}

fn qdrant(values: &Values) -> Result<QdrantServer, ConfigError> {
    Ok(QdrantServer {
        url: place(values, "QDRANT_URI", "QDRANT_HOST", 6333)?,
        key: values.filled("QDRANT_API_KEY"),
        prefix: values.text("QDRANT_COLLECTION_PREFIX"),
        seconds: values.required("QDRANT_TIMEOUT")?,
        edges: values.required("QDRANT_HNSW_M")?,
        on_disk: values.flag("QDRANT_ON_DISK"),
    })
}

/// The extension of a PostgreSQL, where something is said that the tables without it cannot do; `None`: those.
fn pgvector(values: &Values, database_url: &str) -> Result<Option<PgvectorServer>, ConfigError> {
    if values.flag("PGVECTOR_PGCRYPTO") {
        let problem = "passages are not encrypted by the database here; encrypt its disk, and unset it";
        return Err(wrong("PGVECTOR_PGCRYPTO", problem));
    }
    let own = values.filled("PGVECTOR_DB_URL").filter(|url| url != database_url);
    let index = match values.one_of("PGVECTOR_INDEX_METHOD", &["", "hnsw", "ivfflat"])?.as_str() {
        "hnsw" => Some(PgvectorIndex::Hnsw {
            edges: values.required("PGVECTOR_HNSW_M")?,
            build: values.required("PGVECTOR_HNSW_EF_CONSTRUCTION")?,
        }),
        "ivfflat" => Some(PgvectorIndex::Ivfflat { lists: values.required("PGVECTOR_IVFFLAT_LISTS")? }),
        _ => None,
    };
    let half = values.flag("PGVECTOR_USE_HALFVEC");
    let is_postgres = |url: &str| ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    if own.is_none() && !database_url.starts_with("postgres") {
        return Err(wrong("VECTOR_DB", "pgvector needs a PostgreSQL in PGVECTOR_DB_URL or DATABASE_URL"));
    }
    if own.is_none() && index.is_none() && !half {
        return Ok(None);
    }
    let url = own.unwrap_or_else(|| database_url.to_owned());
    if !is_postgres(&url) {
        return Err(wrong("PGVECTOR_DB_URL", "the address must begin with postgres:// or postgresql://"));
    }
    let scan = values.one_of("PGVECTOR_ITERATIVE_SCAN", &["off", "strict_order", "relaxed_order"])?;
    let more: u32 = values.required("PGVECTOR_POOL_MAX_OVERFLOW")?;
    Ok(Some(PgvectorServer {
        url,
        make_extension: values.flag("PGVECTOR_CREATE_EXTENSION"),
        index,
        half,
        scan,
        connections: values.required::<u32>("PGVECTOR_POOL_SIZE")?.saturating_add(more).max(1),
        patience: values.required("PGVECTOR_POOL_TIMEOUT")?,
        recycle: values.required("PGVECTOR_POOL_RECYCLE")?,
    }))
}

fn pinecone(values: &Values) -> Result<PineconeServer, ConfigError> {
    let missing = || wrong("PINECONE_API_KEY", "VECTOR_DB=pinecone needs it");
    Ok(PineconeServer {
        controller: address("PINECONE_CONTROLLER_HOST", values.text("PINECONE_CONTROLLER_HOST"))?,
        key: values.filled("PINECONE_API_KEY").ok_or_else(missing)?,
        index: segment(values, "PINECONE_INDEX_NAME")?,
        dimensions: values.required("PINECONE_DIMENSION")?,
        metric: values.one_of("PINECONE_METRIC", &["cosine", "dotproduct", "euclidean"])?,
        cloud: values.one_of("PINECONE_CLOUD", &["aws", "gcp", "azure"])?,
        region: values.filled("PINECONE_ENVIRONMENT"),
    })
}

fn valkey(values: &Values) -> Result<ValkeyServer, ConfigError> {
    let missing = || wrong("VALKEY_URL", "VECTOR_DB=valkey needs it");
    let url = values.filled("VALKEY_URL").ok_or_else(missing)?;
    // Its own names for the same two protocols.
    let url = match url.split_once("://") {
        Some(("redis" | "valkey", rest)) => format!("redis://{rest}"),
        Some(("rediss" | "valkeys", rest)) => format!("rediss://{rest}"),
        _ => {
            return Err(wrong(
                "VALKEY_URL",
                "the address must begin with redis://, rediss://, valkey:// or valkeys://",
            ));
        }
    };
    Ok(ValkeyServer {
        url,
        prefix: values.text("VALKEY_COLLECTION_PREFIX"),
        index: values.one_of("VALKEY_INDEX_TYPE", &["hnsw", "flat"])?.to_uppercase(),
        metric: values.one_of("VALKEY_DISTANCE_METRIC", &["cosine", "ip", "l2"])?.to_uppercase(),
        edges: values.required("VALKEY_HNSW_M")?,
        build: values.required("VALKEY_HNSW_EF_CONSTRUCTION")?,
        look: values.required("VALKEY_HNSW_EF_RUNTIME")?,
    })
}

fn weaviate(values: &Values) -> Result<WeaviateServer, ConfigError> {
    let missing = || wrong("WEAVIATE_HTTP_HOST", "VECTOR_DB=weaviate needs it");
    values.filled("WEAVIATE_HTTP_HOST").ok_or_else(missing)?;
    let url = hosted(values, "WEAVIATE_HTTP_HOST", "WEAVIATE_HTTP_PORT", "WEAVIATE_HTTP_SECURE")?;
    Ok(WeaviateServer { url, key: values.filled("WEAVIATE_API_KEY") })
}

/// The address of a host that has names of its own for its port and for TLS; or a whole one in place of the host.
fn hosted(values: &Values, host: &'static str, port: &str, tls: &str) -> Result<String, ConfigError> {
    let name = values.text(host);
    if name.contains("://") {
        return address(host, name);
    }
    let scheme = if values.flag(tls) { "https" } else { "http" };
    Ok(format!("{scheme}://{name}:{}", values.required::<u16>(port)?))
}

/// A name and a password with a colon between them, as a header has them.
fn basic(secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(secret))
}

/// `name=value,name=value`
fn pairs(values: &Values, name: &'static str) -> Result<Vec<(String, String)>, ConfigError> {
    let text = values.text(name);
    let given = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    given.map(|given| pair(given).ok_or_else(|| wrong(name, "it must be name=value, separated by commas"))).collect()
}

/// A name that stands in an address.
fn segment(values: &Values, name: &'static str) -> Result<String, ConfigError> {
    let text = values.text(name);
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    if text.is_empty() || !text.chars().all(plain) {
        return Err(wrong(name, format!("\"{text}\" is no name; it may have letters, digits, - _ and .")));
    }
    Ok(text)
}

/// A server by its whole address, or by its host alone or with a port; the address counts where both are given.
fn place(values: &Values, uri: &'static str, host: &'static str, port: u16) -> Result<String, ConfigError> {
    const NOT_IN_A_HOST: [char; 3] = ['/', ' ', '@'];
    if let Some(address_given) = values.filled(uri) {
        return address(uri, address_given);
    }
    let missing = || wrong(uri, format!("VECTOR_DB={} needs it, or {host}", values.text("VECTOR_DB").to_lowercase()));
    let given = values.filled(host).ok_or_else(missing)?;
    if given.contains("://") {
        return address(host, given);
    }
    // Numbers with colons stand in brackets, behind which a port may be.
    let behind = given.rfind(']').map_or(given.as_str(), |end| &given[end..]);
    match behind.split_once(':') {
        None if !given.contains(NOT_IN_A_HOST) => Ok(format!("http://{given}:{port}")),
        Some((_, own)) if !given.contains(NOT_IN_A_HOST) && own.parse::<u16>().is_ok() => Ok(format!("http://{given}")),
        _ => Err(wrong(host, format!("\"{given}\" is neither HOST nor HOST:PORT"))),
    }
}

fn address(name: &'static str, text: String) -> Result<String, ConfigError> {
    let plain = ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
    if plain {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(wrong(name, "the address must begin with http:// or https://"))
    }
}
