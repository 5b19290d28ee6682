//! What takes the text from files.

use crate::variable::{Variable, flag, json, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    text("CONTENT_EXTRACTION_ENGINE", "")
        .or("RAG_EXTRACTION_ENGINE")
        .key("rag.content_extraction_engine")
        .doc("What takes the text from files: empty for the built-in readers, `tika`, `docling`, `document_intelligence`, `mistral_ocr`, `datalab_marker`, `mineru`, `paddleocr_vl`, `external`. What an engine does not take is read here"),
    text("RAG_EXTRACTION_ENGINE", "").doc("The same, by another name"),
    list("CONTENT_EXTRACTION_SUPPORTED_MEDIA_MIME_TYPES", ',', "")
        .key("rag.content_extraction.supported_media_mime_types")
        .nullable()
        .doc("Kinds of pictures and videos that the extraction engine is given"),
    text("DATALAB_MARKER_API_KEY", "").key("rag.datalab_marker_api_key").doc("Key of Datalab Marker"),
    text("DATALAB_MARKER_API_BASE_URL", "")
        .key("rag.datalab_marker_api_base_url")
        .doc("Address of Datalab Marker; empty: its service of the web"),
    text("DATALAB_MARKER_ADDITIONAL_CONFIG", "")
        .key("rag.datalab_marker_additional_config")
        .doc("More for Datalab Marker, as JSON"),
    flag("DATALAB_MARKER_USE_LLM", false).key("rag.datalab_marker_use_llm").doc("Datalab Marker asks a language model, too"),
    flag("DATALAB_MARKER_SKIP_CACHE", false)
        .key("rag.datalab_marker_skip_cache")
        .doc("Datalab Marker reads what it read before anew"),
    flag("DATALAB_MARKER_FORCE_OCR", false).key("rag.datalab_marker_force_ocr").doc("Datalab Marker takes every page for a picture"),
    flag("DATALAB_MARKER_PAGINATE", false).key("rag.datalab_marker_paginate").doc("Datalab Marker tells pages apart"),
    flag("DATALAB_MARKER_STRIP_EXISTING_OCR", false)
        .key("rag.datalab_marker_strip_existing_ocr")
        .doc("Datalab Marker drops text that OCR put into a file before"),
    flag("DATALAB_MARKER_DISABLE_IMAGE_EXTRACTION", false)
        .key("rag.datalab_marker_disable_image_extraction")
        .doc("Datalab Marker takes no pictures out"),
    flag("DATALAB_MARKER_FORMAT_LINES", false)
        .key("rag.datalab_marker_format_lines")
        .doc("Datalab Marker looks at lines once more, for formulas and styles"),
    text("DATALAB_MARKER_OUTPUT_FORMAT", "markdown")
        .key("rag.datalab_marker_output_format")
        .doc("What Datalab Marker answers with: `markdown`, `html` or `json`"),
    text("MINERU_API_MODE", "local").key("rag.mineru_api_mode").doc("`local` for a MinerU server (`/file_parse`), `cloud` for its service of the web"),
    text("MINERU_API_URL", "http://localhost:8000").key("rag.mineru_api_url").doc("Address of MinerU"),
    text("MINERU_API_TIMEOUT", "300").key("rag.mineru_api_timeout").doc("Seconds that MinerU may take for a file"),
    text("MINERU_API_KEY", "").key("rag.mineru_api_key").doc("Key of MinerU"),
    json("MINERU_PARAMS", "{}").key("rag.mineru_params").doc("More for MinerU, as JSON"),
    list("MINERU_FILE_EXTENSIONS", ',', "pdf").key("rag.mineru_file_extensions").doc("Endings of the files that MinerU reads"),
    text("EXTERNAL_DOCUMENT_LOADER_URL", "")
        .key("rag.external_document_loader_url")
        .doc("Address of a service of your own that takes text from files (`PUT /process`)"),
    text("EXTERNAL_DOCUMENT_LOADER_API_KEY", "")
        .key("rag.external_document_loader_api_key")
        .doc("Key of that service"),
    json("EXTERNAL_DOCUMENT_LOADER_HEADERS", "{}")
        .key("rag.external_document_loader_headers")
        .doc("Headers for that service, as JSON"),
    text("TIKA_SERVER_URL", "http://tika:9998").key("rag.tika_server_url").doc("Address of Apache Tika"),
    text("TIKA_SERVER_VERSION", "3").key("rag.tika_server_version").doc("Version of Apache Tika: `3`, or `4`"),
    text("DOCLING_SERVER_URL", "http://docling:5001").key("rag.docling_server_url").doc("Address of Docling Serve"),
    text("DOCLING_API_KEY", "").key("rag.docling_api_key").doc("Key of Docling Serve"),
    json("DOCLING_PARAMS", "{}").key("rag.docling_params").doc("More for Docling Serve, as JSON"),
    text("DOCUMENT_INTELLIGENCE_ENDPOINT", "")
        .key("rag.document_intelligence_endpoint")
        .doc("Endpoint of Azure Document Intelligence"),
    text("DOCUMENT_INTELLIGENCE_KEY", "").key("rag.document_intelligence_key").doc("Key of Azure Document Intelligence; without one it is not asked"),
    text("DOCUMENT_INTELLIGENCE_MODEL", "prebuilt-layout")
        .key("rag.document_intelligence_model")
        .doc("Model of Azure Document Intelligence"),
    text("MISTRAL_OCR_API_BASE_URL", "https://api.mistral.ai/v1")
        .key("rag.mistral_ocr_api_base_url")
        .doc("Address of the API of Mistral"),
    text("MISTRAL_OCR_API_KEY", "").key("rag.mistral_ocr_api_key").doc("Key of Mistral OCR"),
    flag("MISTRAL_OCR_USE_BASE64", false).key("rag.mistral_ocr_use_base64").doc("Files are sent inside of the request, and not kept at Mistral"),
    text("PADDLEOCR_VL_BASE_URL", "http://localhost:8080")
        .key("rag.paddleocr_vl_base_url")
        .doc("Address of PaddleOCR-VL"),
    text("PADDLEOCR_VL_TOKEN", "").key("rag.paddleocr_vl_token").doc("Token of PaddleOCR-VL"),
    flag("PDF_EXTRACT_IMAGES", false)
        .key("rag.pdf_extract_images")
        .doc("Pictures in PDF files are read by the extraction engine"),
    text("PDF_LOADER_MODE", "page")
        .key("rag.pdf_loader_mode")
        .doc("A PDF file is read as `page`s, or as one text (`single`)"),
    list("YOUTUBE_LOADER_LANGUAGE", ',', "en")
        .key("rag.youtube_loader_language")
        .doc("Languages of captions, the best first"),
    text("YOUTUBE_LOADER_PROXY_URL", "").key("rag.youtube_loader_proxy_url").doc("Address of youtube loader proxy"),
];
