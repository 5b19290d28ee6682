//! Where passages and their vectors are kept.

use crate::variable::{Variable, flag, int, text};

pub(super) const VARIABLES: &[Variable] = &[
    text("VECTOR_DB", "").doc(
        "Where vectors are kept: `pgvector`, tables of the PostgreSQL in `DATABASE_URL` (the extension is not needed unless \
         `PGVECTOR_DB_URL`, `PGVECTOR_INDEX_METHOD` or `PGVECTOR_USE_HALFVEC` is set); `embedded`, the file vectors.db in the \
         data folder; `chroma` (without `CHROMA_HTTP_HOST` the same as `embedded`), `elasticsearch`, \
         `mariadb-vector`, `milvus`, `opensearch`, `pinecone`, `qdrant`, `valkey` or `weaviate`, a server; default: PostgreSQL where there is one, else the file. Texts \
         and words stay in one of those two, whoever keeps the vectors",
    ),
    text("CHROMA_HTTP_HOST", "").doc("Name of the machine that runs Chroma, or its whole address"),
    int("CHROMA_HTTP_PORT", "8000").doc("Its port"),
    flag("CHROMA_HTTP_SSL", false).doc("It is spoken to over TLS"),
    text("CHROMA_TENANT", "default_tenant").doc("Tenant there; it must be there already"),
    text("CHROMA_DATABASE", "default_database").doc("Database of that tenant; it must be there already"),
    text("CHROMA_HTTP_HEADERS", "").doc("Headers of every request to it: `name=value,name=value`"),
    text("CHROMA_CLIENT_AUTH_PROVIDER", "")
        .doc("How the credentials are shown: `token` (default), `x-chroma-token` or `basic`; names of classes that Chroma's own client knows are understood"),
    text("CHROMA_CLIENT_AUTH_CREDENTIALS", "").doc("A token, or `name:password` for `basic`"),
    text("ELASTICSEARCH_URL", "https://localhost:9200").doc("Address of Elasticsearch"),
    text("ELASTICSEARCH_CLOUD_ID", "").doc("Id of a deployment at Elastic's own cloud, in place of an address"),
    text("ELASTICSEARCH_API_KEY", "").doc("Its key, as it is shown in base64"),
    text("ELASTICSEARCH_USERNAME", "").doc("Who signs in there where there is no key"),
    text("ELASTICSEARCH_PASSWORD", "").doc("The password"),
    text("ELASTICSEARCH_INDEX_PREFIX", "airis").doc("How the names of the indexes there begin"),
    text("MARIADB_VECTOR_DB_URL", "").doc("Address of a MariaDB 11.7 or later, such as mariadb://name:password@localhost:3306/vectors"),
    text("MARIADB_VECTOR_DISTANCE_STRATEGY", "cosine")
        .doc("How it compares vectors: `cosine` or `euclidean`; vectors have length one, so the order is the same"),
    int("MARIADB_VECTOR_INDEX_M", "8").doc("Edges of a vector in the graph that is searched, from 3 to 200"),
    int("MARIADB_VECTOR_POOL_SIZE", "8").doc("Connections to it"),
    int("MARIADB_VECTOR_POOL_MAX_OVERFLOW", "0").doc("Connections beyond those under load"),
    int("MARIADB_VECTOR_POOL_TIMEOUT", "30").doc("Seconds to wait for a free one"),
    int("MARIADB_VECTOR_POOL_RECYCLE", "3600").doc("Seconds until one is replaced"),
    text("MILVUS_URI", "").doc("Address of Milvus, such as http://localhost:19530; it is spoken to over gRPC"),
    text("MILVUS_HOST", "").doc("In place of that address: `HOST`, then over port 19530 and without TLS, or `HOST:PORT`"),
    text("MILVUS_TOKEN", "").doc("A token, or `name:password`"),
    text("MILVUS_DB", "default").doc("Database there; it must be there already"),
    text("MILVUS_COLLECTION_PREFIX", "airis").doc("How the names of the collections there begin"),
    text("MILVUS_INDEX_TYPE", "HNSW").doc("How vectors are searched: `HNSW`, `IVF_FLAT`, `DISKANN`, `FLAT` or `AUTOINDEX`"),
    int("MILVUS_HNSW_M", "16").doc("Edges of a vector in the graph of `HNSW`"),
    int("MILVUS_HNSW_EFCONSTRUCTION", "100").doc("Candidates for them"),
    int("MILVUS_IVF_FLAT_NLIST", "128").doc("Lists of `IVF_FLAT`"),
    text("OPENSEARCH_URI", "https://localhost:9200").doc("Address of OpenSearch"),
    text("OPENSEARCH_USERNAME", "").doc("Who signs in there"),
    text("OPENSEARCH_PASSWORD", "").doc("The password"),
    text("PGVECTOR_DB_URL", "")
        .doc("Another PostgreSQL than that in `DATABASE_URL`, with the extension pgvector, which keeps the vectors of `VECTOR_DB=pgvector`"),
    flag("PGVECTOR_CREATE_EXTENSION", true).doc("The extension is made there when it is not there; the role must be allowed to"),
    text("PGVECTOR_INDEX_METHOD", "").doc(
        "How the extension searches vectors: `hnsw` or `ivfflat`; empty: without an index, and, where no other database and no \
         `halfvec` is named, without the extension. Vectors too long for an index (2000 numbers, 4000 of `halfvec`) have none",
    ),
    int("PGVECTOR_HNSW_M", "16").doc("Edges of a vector in the graph of `hnsw`"),
    int("PGVECTOR_HNSW_EF_CONSTRUCTION", "64").doc("Candidates for them"),
    int("PGVECTOR_IVFFLAT_LISTS", "100").doc("Lists of `ivfflat`, which are made once there are ten vectors for each"),
    text("PGVECTOR_ITERATIVE_SCAN", "relaxed_order")
        .doc("How an index is searched on when what it found first may not be read: `relaxed_order`, `strict_order` or `off` (pgvector 0.8 and later)"),
    flag("PGVECTOR_USE_HALFVEC", false).doc("Numbers of vectors have two bytes in the extension's tables, not four"),
    flag("PGVECTOR_PGCRYPTO", false).doc("Not built: `true` stops the start, so that nobody takes passages for encrypted"),
    int("PGVECTOR_POOL_SIZE", "8").doc("Connections to the extension's database"),
    int("PGVECTOR_POOL_MAX_OVERFLOW", "0").doc("Connections beyond those under load"),
    int("PGVECTOR_POOL_TIMEOUT", "30").doc("Seconds to wait for a free one"),
    int("PGVECTOR_POOL_RECYCLE", "3600").doc("Seconds until one is replaced"),
    text("PINECONE_API_KEY", "").doc("Key of Pinecone"),
    text("PINECONE_INDEX_NAME", "airis").doc("Index there; it is made when it is not there"),
    int("PINECONE_DIMENSION", "1536")
        .doc("Numbers of the vectors of an index that is made; shorter vectors are filled up with noughts, longer ones are refused"),
    text("PINECONE_METRIC", "cosine").doc("How such an index compares: `cosine`, `dotproduct` or `euclidean`"),
    text("PINECONE_CLOUD", "aws").doc("Whose cloud it is made in: `aws`, `gcp` or `azure`"),
    text("PINECONE_ENVIRONMENT", "").doc("Region of that cloud, such as us-east-1; without it no index is made"),
    text("PINECONE_CONTROLLER_HOST", "https://api.pinecone.io")
        .doc("Address that knows where indexes are; that of Pinecone Local is http://localhost:5080"),
    text("QDRANT_URI", "").doc("Address of Qdrant's HTTP interface, such as http://localhost:6333"),
    text("QDRANT_HOST", "").doc("In place of that address: `HOST`, then over port 6333 and without TLS, or `HOST:PORT`"),
    text("QDRANT_API_KEY", "").doc("Its key"),
    text("QDRANT_COLLECTION_PREFIX", "airis").doc("How the names of the collections there begin"),
    int("QDRANT_TIMEOUT", "5").doc("Seconds that an answer may take"),
    int("QDRANT_HNSW_M", "16").doc("Edges of a vector in the graph that is searched"),
    flag("QDRANT_ON_DISK", false).doc("Vectors stay on its disk"),
    text("VALKEY_URL", "").doc("Address of Valkey with its search module, such as redis://:password@localhost:6379"),
    text("VALKEY_COLLECTION_PREFIX", "airis").doc("How the names of the indexes and keys there begin"),
    text("VALKEY_INDEX_TYPE", "HNSW").doc("How vectors are searched: `HNSW` or `FLAT`"),
    text("VALKEY_DISTANCE_METRIC", "COSINE").doc("How they are compared: `COSINE`, `IP` or `L2`; vectors have length one, so the order is the same"),
    int("VALKEY_HNSW_M", "16").doc("Edges of a vector in the graph of `HNSW`"),
    int("VALKEY_HNSW_EF_CONSTRUCTION", "200").doc("Candidates for them"),
    int("VALKEY_HNSW_EF_RUNTIME", "10").doc("Candidates that a search looks at, at least"),
    text("WEAVIATE_HTTP_HOST", "").doc("Name of the machine that runs Weaviate, or its whole address; its HTTP interface alone is used"),
    int("WEAVIATE_HTTP_PORT", "8080").doc("Its port"),
    flag("WEAVIATE_HTTP_SECURE", false).doc("It is spoken to over TLS"),
    text("WEAVIATE_API_KEY", "").doc("Its key"),
];
