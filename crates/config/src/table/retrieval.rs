//! How files become passages, and how passages are found.

use crate::variable::{Variable, flag, float, int, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    flag("BYPASS_EMBEDDING_AND_RETRIEVAL", false)
        .key("rag.bypass_embedding_and_retrieval")
        .doc("Files go to models whole, and nothing is searched"),
    int("RAG_TOP_K", "3").key("rag.top_k").doc("Passages kept for one question"),
    int("RAG_TOP_K_RERANKER", "3").key("rag.top_k_reranker").doc("Passages kept after reranking"),
    float("RAG_RELEVANCE_THRESHOLD", "0.0")
        .key("rag.relevance_threshold")
        .doc("Least score of a passage after reranking, from 0 to 1; 0: any"),
    float("RAG_HYBRID_BM25_WEIGHT", "0.5")
        .key("rag.hybrid_bm25_weight")
        .doc("How much words count beside meaning, from 0 to 1"),
    flag("ENABLE_RAG_HYBRID_SEARCH", false)
        .key("rag.enable_hybrid_search")
        .doc("Passages are found by their words, too"),
    flag("ENABLE_RAG_HYBRID_SEARCH_ENRICHED_TEXTS", false)
        .key("rag.enable_hybrid_search_enriched_texts")
        .doc("Names and headings count among the words of a passage"),
    flag("RAG_FULL_CONTEXT", false).key("rag.full_context").doc("All passages of a collection go to models"),
    text("RAG_TOKENIZER_MODEL", "").key("rag.tokenizer_model").doc("Tokenizer of the splitter `token_transformers`"),
    int("RAG_EMBEDDING_BATCH_SIZE", "1")
        .or("RAG_EMBEDDING_OPENAI_BATCH_SIZE")
        .key("rag.embedding_batch_size")
        .doc("Texts in one embedding request; for the built-in model, texts computed together"),
    flag("ENABLE_ASYNC_EMBEDDING", true).key("rag.enable_async_embedding").doc("Embedding requests run side by side"),
    int("RAG_EMBEDDING_CONCURRENT_REQUESTS", "0")
        .key("rag.embedding_concurrent_requests")
        .doc("Embedding requests at once; 0: as many as this server lets run"),
    text("RAG_RERANKING_ENGINE", "")
        .key("rag.reranking_engine")
        .doc("What puts passages in order: empty (a built-in model), or `external`"),
    text("RAG_RERANKING_MODEL", "")
        .key("rag.reranking_model")
        .doc("Model of that engine: for the built-in one a cross-encoder or the embedding model, by its folder's name; empty: passages are not put in order again"),
    int("RAG_RERANKING_BATCH_SIZE", "32")
        .key("rag.reranking_batch_size")
        .doc("Passages that are put in order together"),
    text("RAG_EXTERNAL_RERANKER_URL", "")
        .key("rag.external_reranker_url")
        .doc("Address of the engine that puts passages in order"),
    text("RAG_EXTERNAL_RERANKER_API_KEY", "").key("rag.external_reranker_api_key").doc("Key of that engine"),
    text("RAG_EXTERNAL_RERANKER_TIMEOUT", "").key("rag.external_reranker_timeout").doc("Seconds that it may take"),
    text("RAG_TEXT_SPLITTER", "")
        .key("rag.text_splitter")
        .doc("How texts become passages: empty or `character`, `token`, `token_transformers`"),
    flag("ENABLE_MARKDOWN_HEADER_TEXT_SPLITTER", true)
        .key("rag.enable_markdown_header_text_splitter")
        .doc("Texts are split at Markdown headings first"),
    text("TIKTOKEN_ENCODING_NAME", "cl100k_base")
        .key("rag.tiktoken_encoding_name")
        .doc("Encoding that the splitter `token` counts in"),
    int("CHUNK_SIZE", "1000").key("rag.chunk_size").doc("Length of a passage, in characters or tokens"),
    int("CHUNK_MIN_SIZE_TARGET", "0")
        .key("rag.chunk_min_size_target")
        .doc("Shorter passages are joined with their neighbours up to this length"),
    int("CHUNK_OVERLAP", "100").key("rag.chunk_overlap").doc("How much of a passage is repeated in the next one"),
    text("RAG_AZURE_OPENAI_BASE_URL", "")
        .key("rag.azure_openai.base_url")
        .doc("Address of the embedding engine `azure_openai`"),
    text("RAG_AZURE_OPENAI_API_KEY", "")
        .key("rag.azure_openai.api_key")
        .doc("Key of the embedding engine `azure_openai`"),
    text("RAG_AZURE_OPENAI_API_VERSION", "").key("rag.azure_openai.api_version").doc("Version of its API"),
    list("RAG_ALLOWED_FILE_EXTENSIONS", ',', "")
        .key("rag.file.allowed_extensions")
        .doc("Endings of files that people may upload to have them read, without dots; empty: all"),
    text("RAG_EMBEDDING_ENGINE", "")
        .key("rag.embedding_engine")
        .doc("What finds texts by their meaning: empty for the built-in model, `openai`, `azure_openai` or `ollama`"),
    text("RAG_EMBEDDING_MODEL", "sentence-transformers/all-MiniLM-L6-v2")
        .key("rag.embedding_model")
        .doc("Model of that engine; of built-in models any is taken where none has this name"),
    text("RAG_OPENAI_API_BASE_URL", "https://api.openai.com/v1")
        .or("OPENAI_API_BASE_URL")
        .key("rag.openai.api_base_url")
        .doc("Address of the embedding engine `openai`"),
    text("RAG_OPENAI_API_KEY", "")
        .or("OPENAI_API_KEY")
        .key("rag.openai.api_key")
        .doc("Key of the embedding engine `openai`"),
    text("RAG_OLLAMA_BASE_URL", "http://localhost:11434")
        .or("OLLAMA_BASE_URL")
        .key("rag.ollama.base_url")
        .doc("Address of the embedding engine `ollama`"),
    text("RAG_OLLAMA_API_KEY", "").key("rag.ollama.api_key").doc("Key of the embedding engine `ollama`"),
    text("RAG_TEMPLATE", "")
        .key("rag.template")
        .doc("How a question and its sources are put together: {{CONTEXT}} and {{QUERY}}; empty: the built-in way"),
    flag("RAG_SYSTEM_CONTEXT", false).doc("Sources go into the system message instead of the question"),
    int("RAG_FILE_MAX_COUNT", "").key("rag.file.max_count").nullable().doc("Max files per chat"),
    int("RAG_FILE_MAX_SIZE", "").key("rag.file.max_size").nullable().doc("Max upload size in MB"),
    int("FILE_IMAGE_COMPRESSION_WIDTH", "")
        .key("file.image_compression_width")
        .nullable()
        .doc("File image compression width setting"),
    int("FILE_IMAGE_COMPRESSION_HEIGHT", "")
        .key("file.image_compression_height")
        .nullable()
        .doc("File image compression height setting"),
    text("RAG_EMBEDDING_QUERY_PREFIX", "")
        .doc("Put before every question that is embedded, where the model wants that"),
    text("RAG_EMBEDDING_CONTENT_PREFIX", "").doc("Put before every passage that is embedded"),
    text("RAG_EMBEDDING_PREFIX_FIELD_NAME", "")
        .doc("The prefix is sent as this field of the request instead of being put before the text"),
    int("RAG_EMBEDDING_TIMEOUT", "").doc("Seconds that an embedding request may take"),
    list("RAG_SOURCE_METADATA_KEYS", ',', "").doc("What is known of a passage and told to models with it, by key"),
    flag("BYPASS_RETRIEVAL_ACCESS_CONTROL", false).doc("Collections are not checked for who may read them"),
    flag("ENABLE_RETRIEVAL_UNSCOPED_COLLECTIONS", false)
        .doc("People may read collections that belong to no file, knowledge base or person"),
];
