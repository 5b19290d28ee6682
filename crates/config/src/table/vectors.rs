//! Where passages and their vectors are kept.

use crate::variable::{Variable, flag, int, text};

pub(super) const VARIABLES: &[Variable] = &[
    text("VECTOR_DB", "").doc(
        "Where vectors are kept: `pgvector`, tables of the PostgreSQL in `DATABASE_URL` (the extension is not needed); \
         `embedded`, the file vectors.db in the data folder; `chroma` (without `CHROMA_HTTP_HOST` the same as `embedded`), \
         `elasticsearch`, `milvus`, `opensearch` or `qdrant`, a server; default: PostgreSQL where there is one, else the \
         file. Texts and words stay in one of those two, whoever keeps the vectors",
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
    text("QDRANT_URI", "").doc("Address of Qdrant's HTTP interface, such as http://localhost:6333"),
    text("QDRANT_HOST", "").doc("In place of that address: `HOST`, then over port 6333 and without TLS, or `HOST:PORT`"),
    text("QDRANT_API_KEY", "").doc("Its key"),
    text("QDRANT_COLLECTION_PREFIX", "airis").doc("How the names of the collections there begin"),
    int("QDRANT_TIMEOUT", "5").doc("Seconds that an answer may take"),
    int("QDRANT_HNSW_M", "16").doc("Edges of a vector in the graph that is searched"),
    flag("QDRANT_ON_DISK", false).doc("Vectors stay on its disk"),
];
