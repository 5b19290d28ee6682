//! What takes the text from files.

use crate::variable::{Variable, flag, json, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    text("CONTENT_EXTRACTION_ENGINE", "")
        .key("rag.content_extraction_engine")
        .doc("What takes the text from files: empty for the built-in readers; another engine is refused when a file is read, as none is built yet"),
    list("CONTENT_EXTRACTION_SUPPORTED_MEDIA_MIME_TYPES", ',', "")
        .key("rag.content_extraction.supported_media_mime_types")
        .nullable()
        .doc("Kinds of pictures and videos that the extraction engine is given"),
    text("DATALAB_MARKER_API_KEY", "").key("rag.datalab_marker_api_key").doc("API key for datalab marker"),
    text("DATALAB_MARKER_API_BASE_URL", "")
        .key("rag.datalab_marker_api_base_url")
        .doc("API root URL for datalab marker"),
    text("DATALAB_MARKER_ADDITIONAL_CONFIG", "")
        .key("rag.datalab_marker_additional_config")
        .doc("Datalab marker additional config setting"),
    flag("DATALAB_MARKER_USE_LLM", false).key("rag.datalab_marker_use_llm").doc("Datalab marker use llm setting"),
    flag("DATALAB_MARKER_SKIP_CACHE", false)
        .key("rag.datalab_marker_skip_cache")
        .doc("Datalab marker skip cache setting"),
    flag("DATALAB_MARKER_FORCE_OCR", false).key("rag.datalab_marker_force_ocr").doc("Datalab marker force OCR setting"),
    flag("DATALAB_MARKER_PAGINATE", false).key("rag.datalab_marker_paginate").doc("Datalab marker paginate setting"),
    flag("DATALAB_MARKER_STRIP_EXISTING_OCR", false)
        .key("rag.datalab_marker_strip_existing_ocr")
        .doc("Datalab marker strip existing OCR setting"),
    flag("DATALAB_MARKER_DISABLE_IMAGE_EXTRACTION", false)
        .key("rag.datalab_marker_disable_image_extraction")
        .doc("Datalab marker disable image extraction setting"),
    flag("DATALAB_MARKER_FORMAT_LINES", false)
        .key("rag.datalab_marker_format_lines")
        .doc("Datalab marker format lines setting"),
    text("DATALAB_MARKER_OUTPUT_FORMAT", "markdown")
        .key("rag.datalab_marker_output_format")
        .doc("Datalab marker output format setting"),
    text("MINERU_API_MODE", "local").key("rag.mineru_api_mode").doc("Mineru API mode setting"),
    text("MINERU_API_URL", "http://localhost:8000").key("rag.mineru_api_url").doc("Address of mineru API"),
    text("MINERU_API_TIMEOUT", "300").key("rag.mineru_api_timeout").doc("Time limit for mineru API"),
    text("MINERU_API_KEY", "").key("rag.mineru_api_key").doc("API key for mineru"),
    json("MINERU_PARAMS", "{}").key("rag.mineru_params").doc("Extra parameters (JSON) for mineru"),
    list("MINERU_FILE_EXTENSIONS", ',', "pdf").key("rag.mineru_file_extensions").doc("Mineru file extensions setting"),
    text("EXTERNAL_DOCUMENT_LOADER_URL", "")
        .key("rag.external_document_loader_url")
        .doc("Address of external document loader"),
    text("EXTERNAL_DOCUMENT_LOADER_API_KEY", "")
        .key("rag.external_document_loader_api_key")
        .doc("API key for external document loader"),
    json("EXTERNAL_DOCUMENT_LOADER_HEADERS", "{}")
        .key("rag.external_document_loader_headers")
        .doc("External document loader headers setting"),
    text("TIKA_SERVER_URL", "http://tika:9998").key("rag.tika_server_url").doc("Address of tika server"),
    text("TIKA_SERVER_VERSION", "3").key("rag.tika_server_version").doc("Version value of tika server"),
    text("DOCLING_SERVER_URL", "http://docling:5001").key("rag.docling_server_url").doc("Address of docling server"),
    text("DOCLING_API_KEY", "").key("rag.docling_api_key").doc("API key for docling"),
    json("DOCLING_PARAMS", "{}").key("rag.docling_params").doc("Extra parameters (JSON) for docling"),
    text("DOCUMENT_INTELLIGENCE_ENDPOINT", "")
        .key("rag.document_intelligence_endpoint")
        .doc("Endpoint of document intelligence"),
    text("DOCUMENT_INTELLIGENCE_KEY", "").key("rag.document_intelligence_key").doc("Document intelligence key setting"),
    text("DOCUMENT_INTELLIGENCE_MODEL", "prebuilt-layout")
        .key("rag.document_intelligence_model")
        .doc("Model name for document intelligence"),
    text("MISTRAL_OCR_API_BASE_URL", "https://api.mistral.ai/v1")
        .key("rag.mistral_ocr_api_base_url")
        .doc("API root URL for mistral OCR"),
    text("MISTRAL_OCR_API_KEY", "").key("rag.mistral_ocr_api_key").doc("API key for mistral OCR"),
    flag("MISTRAL_OCR_USE_BASE64", false).key("rag.mistral_ocr_use_base64").doc("Mistral OCR use base64 setting"),
    text("PADDLEOCR_VL_BASE_URL", "http://localhost:8080")
        .key("rag.paddleocr_vl_base_url")
        .doc("Root URL for paddleocr vl"),
    text("PADDLEOCR_VL_TOKEN", "").key("rag.paddleocr_vl_token").doc("Access token for paddleocr vl"),
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
