//! Settings of retrieval as clients send and see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::web_settings::WebConfig;
use crate::extract::FreeForm;
use crate::settings_form::settings_form;

/// A number, which some clients write as text; an empty text is none.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
pub enum NumberOrText {
    Number(i64),
    Text(String),
}

settings_form! {
    /// Extraction, splitting and search.
    RetrievalSettings {
        rag_template "RAG_TEMPLATE": Option<String> = "rag.template",
        top_k "TOP_K": Option<i64> = "rag.top_k",
        bypass_embedding_and_retrieval "BYPASS_EMBEDDING_AND_RETRIEVAL": Option<bool> = "rag.bypass_embedding_and_retrieval",
        rag_full_context "RAG_FULL_CONTEXT": Option<bool> = "rag.full_context",
        enable_rag_hybrid_search "ENABLE_RAG_HYBRID_SEARCH": Option<bool> = "rag.enable_hybrid_search",
        enable_rag_hybrid_search_enriched_texts "ENABLE_RAG_HYBRID_SEARCH_ENRICHED_TEXTS": Option<bool> = "rag.enable_hybrid_search_enriched_texts",
        top_k_reranker "TOP_K_RERANKER": Option<i64> = "rag.top_k_reranker",
        relevance_threshold "RELEVANCE_THRESHOLD": Option<f64> = "rag.relevance_threshold",
        hybrid_bm25_weight "HYBRID_BM25_WEIGHT": Option<f64> = "rag.hybrid_bm25_weight",
        content_extraction_engine "CONTENT_EXTRACTION_ENGINE": Option<String> = "rag.content_extraction_engine",
        content_extraction_supported_media_mime_types "CONTENT_EXTRACTION_SUPPORTED_MEDIA_MIME_TYPES": Option<Vec<String>> = "rag.content_extraction.supported_media_mime_types",
        pdf_extract_images "PDF_EXTRACT_IMAGES": Option<bool> = "rag.pdf_extract_images",
        pdf_loader_mode "PDF_LOADER_MODE": Option<String> = "rag.pdf_loader_mode",
        datalab_marker_api_key "DATALAB_MARKER_API_KEY": Option<String> = "rag.datalab_marker_api_key",
        datalab_marker_api_base_url "DATALAB_MARKER_API_BASE_URL": Option<String> = "rag.datalab_marker_api_base_url",
        datalab_marker_additional_config "DATALAB_MARKER_ADDITIONAL_CONFIG": Option<String> = "rag.datalab_marker_additional_config",
        datalab_marker_skip_cache "DATALAB_MARKER_SKIP_CACHE": Option<bool> = "rag.datalab_marker_skip_cache",
        datalab_marker_force_ocr "DATALAB_MARKER_FORCE_OCR": Option<bool> = "rag.datalab_marker_force_ocr",
        datalab_marker_paginate "DATALAB_MARKER_PAGINATE": Option<bool> = "rag.datalab_marker_paginate",
        datalab_marker_strip_existing_ocr "DATALAB_MARKER_STRIP_EXISTING_OCR": Option<bool> = "rag.datalab_marker_strip_existing_ocr",
        datalab_marker_disable_image_extraction "DATALAB_MARKER_DISABLE_IMAGE_EXTRACTION": Option<bool> = "rag.datalab_marker_disable_image_extraction",
        datalab_marker_format_lines "DATALAB_MARKER_FORMAT_LINES": Option<bool> = "rag.datalab_marker_format_lines",
        datalab_marker_use_llm "DATALAB_MARKER_USE_LLM": Option<bool> = "rag.datalab_marker_use_llm",
        datalab_marker_output_format "DATALAB_MARKER_OUTPUT_FORMAT": Option<String> = "rag.datalab_marker_output_format",
        external_document_loader_url "EXTERNAL_DOCUMENT_LOADER_URL": Option<String> = "rag.external_document_loader_url",
        external_document_loader_api_key "EXTERNAL_DOCUMENT_LOADER_API_KEY": Option<String> = "rag.external_document_loader_api_key",
        external_document_loader_headers "EXTERNAL_DOCUMENT_LOADER_HEADERS": Option<FreeForm> = "rag.external_document_loader_headers",
        tika_server_url "TIKA_SERVER_URL": Option<String> = "rag.tika_server_url",
        tika_server_version "TIKA_SERVER_VERSION": Option<String> = "rag.tika_server_version",
        docling_server_url "DOCLING_SERVER_URL": Option<String> = "rag.docling_server_url",
        docling_api_key "DOCLING_API_KEY": Option<String> = "rag.docling_api_key",
        docling_params "DOCLING_PARAMS": Option<FreeForm> = "rag.docling_params",
        document_intelligence_endpoint "DOCUMENT_INTELLIGENCE_ENDPOINT": Option<String> = "rag.document_intelligence_endpoint",
        document_intelligence_key "DOCUMENT_INTELLIGENCE_KEY": Option<String> = "rag.document_intelligence_key",
        document_intelligence_model "DOCUMENT_INTELLIGENCE_MODEL": Option<String> = "rag.document_intelligence_model",
        mistral_ocr_api_base_url "MISTRAL_OCR_API_BASE_URL": Option<String> = "rag.mistral_ocr_api_base_url",
        mistral_ocr_api_key "MISTRAL_OCR_API_KEY": Option<String> = "rag.mistral_ocr_api_key",
        mistral_ocr_use_base64 "MISTRAL_OCR_USE_BASE64": Option<bool> = "rag.mistral_ocr_use_base64",
        paddleocr_vl_base_url "PADDLEOCR_VL_BASE_URL": Option<String> = "rag.paddleocr_vl_base_url",
        paddleocr_vl_token "PADDLEOCR_VL_TOKEN": Option<String> = "rag.paddleocr_vl_token",
        mineru_api_mode "MINERU_API_MODE": Option<String> = "rag.mineru_api_mode",
        mineru_api_url "MINERU_API_URL": Option<String> = "rag.mineru_api_url",
        mineru_api_key "MINERU_API_KEY": Option<String> = "rag.mineru_api_key",
        mineru_api_timeout "MINERU_API_TIMEOUT": Option<i64> = "rag.mineru_api_timeout",
        mineru_params "MINERU_PARAMS": Option<FreeForm> = "rag.mineru_params",
        mineru_file_extensions "MINERU_FILE_EXTENSIONS": Option<Vec<String>> = "rag.mineru_file_extensions",
        rag_reranking_model "RAG_RERANKING_MODEL": Option<String> = "rag.reranking_model",
        rag_reranking_engine "RAG_RERANKING_ENGINE": Option<String> = "rag.reranking_engine",
        rag_reranking_batch_size "RAG_RERANKING_BATCH_SIZE": Option<i64> = "rag.reranking_batch_size",
        rag_external_reranker_url "RAG_EXTERNAL_RERANKER_URL": Option<String> = "rag.external_reranker_url",
        rag_external_reranker_api_key "RAG_EXTERNAL_RERANKER_API_KEY": Option<String> = "rag.external_reranker_api_key",
        rag_external_reranker_timeout "RAG_EXTERNAL_RERANKER_TIMEOUT": Option<String> = "rag.external_reranker_timeout",
        text_splitter "TEXT_SPLITTER": Option<String> = "rag.text_splitter",
        rag_tokenizer_model "RAG_TOKENIZER_MODEL": Option<String> = "rag.tokenizer_model",
        enable_markdown_header_text_splitter "ENABLE_MARKDOWN_HEADER_TEXT_SPLITTER": Option<bool> = "rag.enable_markdown_header_text_splitter",
        chunk_size "CHUNK_SIZE": Option<i64> = "rag.chunk_size",
        chunk_min_size_target "CHUNK_MIN_SIZE_TARGET": Option<i64> = "rag.chunk_min_size_target",
        chunk_overlap "CHUNK_OVERLAP": Option<i64> = "rag.chunk_overlap",
        file_max_size "FILE_MAX_SIZE": Option<NumberOrText> = "rag.file.max_size",
        file_max_count "FILE_MAX_COUNT": Option<NumberOrText> = "rag.file.max_count",
        file_image_compression_width "FILE_IMAGE_COMPRESSION_WIDTH": Option<NumberOrText> = "file.image_compression_width",
        file_image_compression_height "FILE_IMAGE_COMPRESSION_HEIGHT": Option<NumberOrText> = "file.image_compression_height",
        allowed_file_extensions "ALLOWED_FILE_EXTENSIONS": Option<Vec<String>> = "rag.file.allowed_extensions",
        enable_google_drive_integration "ENABLE_GOOGLE_DRIVE_INTEGRATION": Option<bool> = "google_drive.enable",
        enable_onedrive_integration "ENABLE_ONEDRIVE_INTEGRATION": Option<bool> = "onedrive.enable",
    }
}

/// The same with web search.
#[derive(Deserialize, Serialize, ToSchema)]
pub struct ConfigForm {
    #[serde(flatten)]
    pub retrieval: RetrievalSettings,
    #[serde(default)]
    pub web: Option<WebConfig>,
}
