//! Services that take the text from files: what each is asked, to the byte, and what becomes of its answer. The service is
//! a server of the test that plays what the makers document.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::app::{Person, TestApp};
use crate::retrieval::{id, letters, server};
use crate::upstream::{Upstream, whole};

const PDF: &[u8] = b"%PDF-1.7 a scan\0\xff";

/// A request as it came.
#[derive(Clone)]
struct Heard {
    line: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// The file of a form.
struct Sent {
    field: String,
    name: String,
    kind: String,
    bytes: Vec<u8>,
}

impl Heard {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Fields of a form in their order, and its file.
    fn form(&self) -> (Vec<(String, String)>, Sent) {
        let boundary = self.header("content-type").split_once("boundary=").unwrap().1.to_owned();
        assert_eq!(self.header("content-length"), self.body.len().to_string());
        let (mut fields, mut file) = (Vec::new(), None);
        let mark = format!("--{boundary}");
        // What is no text is kept apart by one byte per character.
        let text: String = self.body.iter().map(|byte| char::from(*byte)).collect();
        for part in text.split(mark.as_str()).filter(|part| part.starts_with("\r\n")) {
            let (head, body) = part.trim_start_matches("\r\n").split_once("\r\n\r\n").unwrap();
            let body = body.strip_suffix("\r\n").unwrap();
            let named =
                |what: &str| head.split_once(&format!("{what}=\"")).map(|(_, rest)| rest.split('"').next().unwrap());
            let name = named(" name").unwrap().to_owned();
            match named("filename") {
                Some(called) => {
                    let kind = head.split_once("content-type: ").unwrap().1.to_owned();
                    let bytes = body.chars().map(|sign| u8::try_from(u32::from(sign)).unwrap()).collect();
                    file = Some(Sent { field: name, name: called.to_owned(), kind, bytes });
                }
                None => fields.push((name, body.to_owned())),
            }
        }
        assert!(text.ends_with(&format!("{mark}--\r\n")), "{text}");
        (fields, file.unwrap())
    }
}

/// A service that notes what it hears and answers as a test says; `None` is a 404.
struct Service {
    url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Service {
    async fn start(answer: impl Fn(&str, &str) -> Option<Response> + Clone + Send + Sync + 'static) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (notes, place) = (heard.clone(), url.clone());
        let handler = async move |request: Request| {
            let line = format!("{} {}", request.method(), request.uri());
            let headers = request.headers().clone();
            let body = to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default().to_vec();
            notes.lock().push(Heard { line: line.clone(), headers, body });
            answer(&line, &place).unwrap_or_else(|| (StatusCode::NOT_FOUND, "unknown").into_response())
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Self { url, heard }
    }

    fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock())
    }

    fn lines(&self) -> Vec<String> {
        self.heard().into_iter().map(|heard| heard.line).collect()
    }
}

/// A server whose files go to a service.
async fn with(engine: &str, more: &[(&str, &str)]) -> (TestApp, Upstream) {
    let upstream = Upstream::start(letters).await;
    let env = [&[("CONTENT_EXTRACTION_ENGINE", engine)][..], more].concat();
    (server(&upstream, &env).await, upstream)
}

/// What a file says after it was read, or why it was not.
async fn read(person: &Person<'_>, name: &str, kind: &str, bytes: &[u8]) -> (String, Value) {
    let file = id(&person.upload(name, kind, bytes).await);
    let file = person.get(&format!("/api/v1/files/{file}")).await.ok();
    let said = if file["data"]["status"] == "completed" { &file["data"]["content"] } else { &file["data"]["error"] };
    (file["data"]["status"].as_str().unwrap().to_owned(), said.clone())
}

async fn completed(person: &Person<'_>, name: &str, kind: &str, bytes: &[u8]) -> Value {
    let (status, said) = read(person, name, kind, bytes).await;
    assert_eq!(status, "completed", "{said}");
    said
}

async fn failed(person: &Person<'_>, name: &str, kind: &str, bytes: &[u8]) -> String {
    let (status, said) = read(person, name, kind, bytes).await;
    assert_eq!(status, "failed", "{said}");
    said.as_str().unwrap().to_owned()
}

fn fields(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test]
async fn tika_gets_the_bytes_of_what_is_no_text_and_says_one_text() {
    let service = Service::start(|line, _| match line {
        "PUT /tika/text" => whole(json!({"X-TIKA:content": "\n\naaa from Tika\n", "Content-Type": "application/pdf"})),
        "PUT /tika/json/md" => whole(json!({"tk:content": "# aaa"})),
        _ => None,
    })
    .await;
    let (server, _upstream) =
        with("tika", &[("TIKA_SERVER_URL", &format!("{}/", service.url)), ("PDF_EXTRACT_IMAGES", "true")]).await;
    let admin = server.admin().await;
    assert_eq!(completed(&admin, "a.pdf", "application/pdf", PDF).await, "aaa from Tika");
    let heard = service.heard();
    assert_eq!((heard.len(), heard[0].line.as_str(), heard[0].body.as_slice()), (1, "PUT /tika/text", PDF));
    assert_eq!((heard[0].header("content-type"), heard[0].header("x-tika-pdfextractinlineimages")), ("", "true"));
    assert_eq!(heard[0].header("accept"), "application/json");
    // Text is read here, and so are pictures that nobody named.
    assert_eq!(completed(&admin, "a.txt", "application/pdf", b"plain").await, "plain");
    assert!(failed(&admin, "a.png", "image/png", b"\x89PNG\0").await.contains("pictures"));
    assert!(service.heard().is_empty());
    let form = json!({"TIKA_SERVER_VERSION": "4", "PDF_EXTRACT_IMAGES": false,
        "CONTENT_EXTRACTION_SUPPORTED_MEDIA_MIME_TYPES": ["image/*"]});
    admin.post("/api/v1/retrieval/config/update", form).await.ok();
    assert_eq!(completed(&admin, "a.png", "image/png", b"\x89PNG\0").await, "# aaa");
    let heard = service.heard();
    assert_eq!((heard[0].line.as_str(), heard[0].header("x-tika-pdfextractinlineimages")), ("PUT /tika/json/md", ""));
}

#[tokio::test]
async fn an_engine_may_be_named_as_it_was_before() {
    let service = Service::start(|line, _| match line {
        "PUT /tika/text" => whole(json!({"X-TIKA:content": "aaa from Tika"})),
        _ => None,
    })
    .await;
    for (name, other) in [("RAG_EXTRACTION_ENGINE", "NOTHING"), ("CONTENT_EXTRACTION_ENGINE", "RAG_EXTRACTION_ENGINE")]
    {
        let upstream = Upstream::start(letters).await;
        // What goes by the present name counts before the other.
        let env = [(name, "tika"), (other, "docling"), ("TIKA_SERVER_URL", service.url.as_str())];
        let server = server(&upstream, &env).await;
        let admin = server.admin().await;
        assert_eq!(completed(&admin, "a.pdf", "application/pdf", PDF).await, "aaa from Tika", "{name}");
        assert_eq!(admin.get("/api/v1/retrieval/config").await.ok()["CONTENT_EXTRACTION_ENGINE"], "tika");
    }
    assert_eq!(service.lines(), ["PUT /tika/text"; 2]);
}

#[tokio::test]
async fn a_service_that_fails_or_is_not_set_up_fails_the_file_with_the_reason() {
    let service = Service::start(|line, _| match line {
        "PUT /tika/text" => Some((StatusCode::UNPROCESSABLE_ENTITY, "encrypted document").into_response()),
        "PUT /empty/tika/text" => whole(json!({"X-TIKA:content": " \n"})),
        "PUT /odd/tika/text" => whole(json!({"content": "x"})),
        _ => None,
    })
    .await;
    let (server, _upstream) = with("tika", &[("TIKA_SERVER_URL", &service.url)]).await;
    let admin = server.admin().await;
    let why = failed(&admin, "a.pdf", "application/pdf", PDF).await;
    assert!(why.contains("answers 422") && why.contains("encrypted document"), "{why}");
    for (url, part) in [
        (format!("{}/empty", service.url), "no text"),
        (format!("{}/odd", service.url), "no content"),
        ("http://127.0.0.1:1".to_owned(), "cannot be reached"),
        ("http://169.254.169.254".to_owned(), "may not be called"),
        (String::new(), "rag.tika_server_url is missing"),
    ] {
        admin.post("/api/v1/retrieval/config/update", json!({"TIKA_SERVER_URL": url})).await.ok();
        let why = failed(&admin, "a.pdf", "application/pdf", PDF).await;
        assert!(why.contains(part), "{url}: {why}");
    }
    let form = json!({"CONTENT_EXTRACTION_ENGINE": "abacus"});
    admin.post("/api/v1/retrieval/config/update", form).await.ok();
    assert!(failed(&admin, "a.pdf", "application/pdf", PDF).await.contains("no extraction engine \"abacus\""));
}

#[tokio::test]
async fn docling_gets_a_form_and_its_pages_keep_their_numbers() {
    let service = Service::start(|line, _| match line {
        "POST /v1/convert/file" => {
            let item = |page: u32| json!({"text": "x", "prov": [{"page_no": page}]});
            let tree = json!({"texts": [item(1), item(3)], "tables": [item(3)]});
            whole(
                json!({"document": {"md_content": "aaa one\u{c}bbb three", "json_content": tree}, "status": "success"}),
            )
        }
        "POST /bad/v1/convert/file" => {
            whole(json!({"document": {}, "status": "failure", "errors": [{"error_message": "no such format"}]}))
        }
        _ => None,
    })
    .await;
    let env = [
        ("DOCLING_SERVER_URL", service.url.as_str()),
        ("DOCLING_API_KEY", "secret"),
        ("DOCLING_PARAMS", r#"{"do_ocr": true, "ocr_lang": ["de", "en"], "image_export_mode": "embedded"}"#),
    ];
    let (server, _upstream) = with("docling", &env).await;
    let admin = server.admin().await;
    let file = id(&admin.upload("Plan A.pdf", "application/pdf", PDF).await);
    let heard = service.heard();
    assert_eq!((heard[0].line.as_str(), heard[0].header("x-api-key")), ("POST /v1/convert/file", "secret"));
    let (form, sent) = heard[0].form();
    let expected = [
        ("md_page_break_placeholder", "\u{c}"),
        ("to_formats", "md"),
        ("to_formats", "json"),
        ("do_ocr", "true"),
        ("ocr_lang", "de"),
        ("ocr_lang", "en"),
        ("image_export_mode", "embedded"),
    ];
    assert_eq!(fields(&form), expected);
    assert_eq!((sent.field.as_str(), sent.kind.as_str(), sent.bytes.as_slice()), ("files", "application/pdf", PDF));
    assert_eq!(sent.name, "Plan A.pdf");
    let question = json!({"collection_names": [format!("file-{file}")], "query": "b", "k": 5});
    let found = admin.post("/api/v1/retrieval/query/collection", question).await.ok();
    assert_eq!(found["documents"], json!([["bbb three", "aaa one"]]));
    assert_eq!((&found["metadatas"][0][0]["page"], &found["metadatas"][0][1]["page"]), (&json!(2), &json!(0)));
    let form = json!({"DOCLING_SERVER_URL": format!("{}/bad", service.url)});
    admin.post("/api/v1/retrieval/config/update", form).await.ok();
    assert!(failed(&admin, "a.pdf", "application/pdf", PDF).await.contains("no such format"));
}

#[tokio::test]
async fn document_intelligence_is_asked_until_its_work_is_done() {
    let looks = Arc::new(AtomicUsize::new(0));
    let service = Service::start(move |line, place| {
        let begun = "POST /documentintelligence/documentModels/prebuilt-read:analyze?api-version=2024-11-30&outputContentFormat=markdown";
        match line {
            line if line == begun => {
                Some((StatusCode::ACCEPTED, [("operation-location", format!("{place}/work/1"))]).into_response())
            }
            "GET /work/1" => match looks.fetch_add(1, Ordering::SeqCst) {
                0 => whole(json!({"status": "running"})),
                // A look that fails is repeated.
                1 => Some(StatusCode::BAD_GATEWAY.into_response()),
                2 => whole(json!({"status": "succeeded", "analyzeResult": {"content": "aaa\n<!-- PageBreak -->\nbbb"}})),
                _ => whole(json!({"status": "failed", "error": {"code": "x", "message": "the file is torn"}})),
            },
            _ => None,
        }
    })
    .await;
    let env = [
        ("DOCUMENT_INTELLIGENCE_ENDPOINT", service.url.as_str()),
        ("DOCUMENT_INTELLIGENCE_KEY", "k"),
        ("DOCUMENT_INTELLIGENCE_MODEL", "prebuilt-read"),
    ];
    let (server, _upstream) = with("document_intelligence", &env).await;
    let admin = server.admin().await;
    let text = completed(&admin, "a.docx", "application/octet-stream", b"PK\x03\x04 anything").await;
    assert_eq!(text, "aaa\n\n\n\nbbb");
    let heard = service.heard();
    assert_eq!((heard.len(), heard[0].body.as_slice()), (4, &b"PK\x03\x04 anything"[..]));
    assert_eq!(heard[0].header("content-type"), "application/octet-stream");
    assert!(heard.iter().all(|heard| heard.header("ocp-apim-subscription-key") == "k"));
    assert!(failed(&admin, "a.pdf", "application/pdf", PDF).await.contains("the file is torn"));
    service.heard();
    // It takes no sheets: they are read here.
    assert_eq!(completed(&admin, "a.csv", "text/csv", b"n\n1\n").await, "n: 1");
    assert!(service.heard().is_empty());
    admin.post("/api/v1/retrieval/config/update", json!({"DOCUMENT_INTELLIGENCE_KEY": ""})).await.ok();
    assert!(failed(&admin, "a.pdf", "application/pdf", PDF).await.contains("document_intelligence_key is missing"));
}

#[tokio::test]
async fn mistral_reads_an_upload_that_is_deleted_there_or_the_file_itself() {
    let service = Service::start(|line, place| match line {
        "POST /v1/files" => whole(json!({"id": "f-1"})),
        "GET /v1/files/f-1/url?expiry=1" => whole(json!({"url": format!("{place}/signed")})),
        "POST /v1/ocr" => whole(json!({"pages": [{"index": 0, "markdown": "aaa"}, {"index": 1, "markdown": "bbb"}]})),
        "DELETE /v1/files/f-1" => whole(json!({"deleted": true})),
        "POST /down/files" => whole(json!({"id": "f-2"})),
        "GET /down/files/f-2/url?expiry=1" => whole(json!({"url": "http://x.example/signed"})),
        "POST /down/ocr" => Some((StatusCode::UNAUTHORIZED, "no credits").into_response()),
        "DELETE /down/files/f-2" => whole(json!({"deleted": true})),
        _ => None,
    })
    .await;
    let base = format!("{}/v1", service.url);
    let (server, _upstream) =
        with("mistral_ocr", &[("MISTRAL_OCR_API_BASE_URL", &base), ("MISTRAL_OCR_API_KEY", "k")]).await;
    let admin = server.admin().await;
    assert_eq!(completed(&admin, "a.pdf", "application/pdf", PDF).await, "aaa\n\nbbb");
    let heard = service.heard();
    let lines: Vec<&str> = heard.iter().map(|heard| heard.line.as_str()).collect();
    let expected = ["POST /v1/files", "GET /v1/files/f-1/url?expiry=1", "POST /v1/ocr", "DELETE /v1/files/f-1"];
    assert_eq!(lines, expected);
    assert!(heard.iter().all(|heard| heard.header("authorization") == "Bearer k"));
    let (form, sent) = heard[0].form();
    assert_eq!((fields(&form), sent.field.as_str(), sent.bytes.as_slice()), (vec![("purpose", "ocr")], "file", PDF));
    let asked: Value = serde_json::from_slice(&heard[2].body).unwrap();
    let document = json!({"type": "document_url", "document_url": format!("{}/signed", service.url)});
    assert_eq!(asked, json!({"model": "mistral-ocr-latest", "document": document, "include_image_base64": false}));
    admin.post("/api/v1/retrieval/config/update", json!({"MISTRAL_OCR_USE_BASE64": true})).await.ok();
    completed(&admin, "a.pdf", "application/pdf", b"%PDF-1").await;
    let heard = service.heard();
    assert_eq!((heard.len(), heard[0].line.as_str()), (1, "POST /v1/ocr"));
    let asked: Value = serde_json::from_slice(&heard[0].body).unwrap();
    assert_eq!(asked["document"]["document_url"], "data:application/pdf;base64,JVBERi0x");
    let form = json!({"MISTRAL_OCR_USE_BASE64": false, "MISTRAL_OCR_API_BASE_URL": format!("{}/down", service.url)});
    admin.post("/api/v1/retrieval/config/update", form).await.ok();
    assert!(failed(&admin, "a.pdf", "application/pdf", PDF).await.contains("no credits"));
    assert_eq!(service.lines().last().map(String::as_str), Some("DELETE /down/files/f-2"));
}

#[tokio::test]
async fn marker_gets_its_switches_and_is_asked_until_it_is_complete() {
    let looks = Arc::new(AtomicUsize::new(0));
    let service = Service::start(move |line, place| match line {
        "POST /marker" => {
            whole(json!({"success": true, "request_id": "1", "request_check_url": format!("{place}/work")}))
        }
        "GET /work" => match looks.fetch_add(1, Ordering::SeqCst) {
            0 => whole(json!({"status": "processing"})),
            1 => {
                let text = format!("\n\n{{0}}{0}\n\naaa\n\n{{1}}{0}\n\nbbb", "-".repeat(48));
                whole(json!({"status": "complete", "success": true, "markdown": text}))
            }
            _ => whole(json!({"status": "complete", "success": false, "error": "too many pages"})),
        },
        _ => None,
    })
    .await;
    let url = format!("{}/marker", service.url);
    let env = [
        ("DATALAB_MARKER_API_BASE_URL", url.as_str()),
        ("DATALAB_MARKER_API_KEY", "k"),
        ("DATALAB_MARKER_PAGINATE", "true"),
        ("DATALAB_MARKER_USE_LLM", "true"),
        ("DATALAB_MARKER_ADDITIONAL_CONFIG", r#"{"disable_links": true}"#),
    ];
    let (server, _upstream) = with("datalab_marker", &env).await;
    let admin = server.admin().await;
    let file = id(&admin.upload("a.pdf", "application/pdf", PDF).await);
    let heard = service.heard();
    assert!(heard.len() == 3 && heard.iter().all(|heard| heard.header("x-api-key") == "k"));
    let (form, sent) = heard[0].form();
    let expected = [
        ("use_llm", "true"),
        ("skip_cache", "false"),
        ("force_ocr", "false"),
        ("paginate", "true"),
        ("strip_existing_ocr", "false"),
        ("disable_image_extraction", "false"),
        ("format_lines", "false"),
        ("output_format", "markdown"),
        ("additional_config", r#"{"disable_links": true}"#),
    ];
    assert_eq!((fields(&form), sent.field.as_str()), (expected.to_vec(), "file"));
    let question = json!({"collection_names": [format!("file-{file}")], "query": "b", "k": 1});
    let found = admin.post("/api/v1/retrieval/query/collection", question).await.ok();
    assert_eq!((&found["documents"], &found["metadatas"][0][0]["page"]), (&json!([["bbb"]]), &json!(1)));
    assert!(failed(&admin, "a.pdf", "application/pdf", PDF).await.contains("too many pages"));
    assert_eq!(completed(&admin, "a.py", "text/x-python", b"code").await, "code");
}

#[tokio::test]
async fn mineru_reads_at_home_or_elsewhere_by_way_of_an_archive() {
    let service = Service::start(|line, place| {
        let batch = "GET /api/extract-results/batch/b-1";
        match line {
            "POST /file_parse" => whole(json!({"backend": "pipeline", "results": {"a": {"md_content": "aaa"}}})),
            "POST /api/file-urls/batch" => {
                whole(json!({"code": 0, "msg": "ok", "data": {"batch_id": "b-1", "file_urls": [format!("{place}/put?sign=1")]}}))
            }
            "PUT /put?sign=1" => Some(StatusCode::OK.into_response()),
            line if line == batch => {
                let done = json!({"file_name": "a.pdf", "state": "done", "full_zip_url": format!("{place}/out.zip")});
                whole(json!({"code": 0, "data": {"batch_id": "b-1", "extract_result": [done]}}))
            }
            "GET /out.zip" => Some(archive("x/full.md", b"bbb").into_response()),
            "POST /poor/file-urls/batch" => whole(json!({"code": -60018, "msg": "the daily limit is reached"})),
            _ => None,
        }
    })
    .await;
    let env = [
        ("MINERU_API_URL", service.url.as_str()),
        ("MINERU_API_KEY", "k"),
        ("MINERU_PARAMS", r#"{"backend": "pipeline", "lang_list": ["ch", "en"], "is_ocr": true}"#),
    ];
    let (server, _upstream) = with("mineru", &env).await;
    let admin = server.admin().await;
    assert_eq!(completed(&admin, "a.pdf", "application/pdf", PDF).await, "aaa");
    let (form, sent) = service.heard()[0].form();
    let expected =
        [("return_md", "true"), ("backend", "pipeline"), ("lang_list", "ch"), ("lang_list", "en"), ("is_ocr", "true")];
    assert_eq!((fields(&form), sent.field.as_str()), (expected.to_vec(), "files"));
    let form =
        json!({"MINERU_API_MODE": "cloud", "MINERU_API_URL": format!("{}/api", service.url), "MINERU_API_TIMEOUT": 30});
    admin.post("/api/v1/retrieval/config/update", form).await.ok();
    assert_eq!(completed(&admin, "a.pdf", "application/pdf", PDF).await, "bbb");
    let heard = service.heard();
    let ordered: Value = serde_json::from_slice(&heard[0].body).unwrap();
    let files = json!([{"name": "a.pdf", "is_ocr": true}]);
    assert_eq!(ordered, json!({"backend": "pipeline", "lang_list": ["ch", "en"], "files": files}));
    assert_eq!((heard[1].line.as_str(), heard[1].body.as_slice()), ("PUT /put?sign=1", PDF));
    assert_eq!((heard[1].header("content-type"), heard[1].header("authorization")), ("", ""));
    let form = json!({"MINERU_API_URL": format!("{}/poor", service.url)});
    admin.post("/api/v1/retrieval/config/update", form).await.ok();
    assert!(failed(&admin, "a.pdf", "application/pdf", PDF).await.contains("daily limit"));
    // Only the endings that are set up go there.
    assert!(failed(&admin, "a.docx", "", b"PK\x03\x04 odd").await.contains("damaged"));
}

/// A ZIP archive with one file that is stored as it is.
fn archive(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    let size = u32::try_from(bytes.len()).unwrap();
    let mut about = vec![20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0];
    for number in [sum.sum(), size, size, u32::try_from(name.len()).unwrap()] {
        about.extend(number.to_le_bytes());
    }
    let file = [b"PK\x03\x04", about.as_slice(), name.as_bytes(), bytes].concat();
    let entry = [b"PK\x01\x02\x14\0", about.as_slice(), &[0; 10], &0_u32.to_le_bytes(), name.as_bytes()].concat();
    let sizes = [u32::try_from(entry.len()).unwrap().to_le_bytes(), u32::try_from(file.len()).unwrap().to_le_bytes()];
    [file, entry, b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec(), sizes.concat(), vec![0; 2]].concat()
}

#[tokio::test]
async fn paddle_and_services_of_ones_own_say_what_they_know() {
    let service = Service::start(|line, _| match line {
        "POST /layout-parsing" => {
            let page = |text: &str| json!({"markdown": {"text": text}});
            whole(json!({"errorCode": 0, "result": {"layoutParsingResults": [page("aaa"), page("bbb")]}}))
        }
        "PUT /own/process" => whole(json!([
            {"page_content": "aaa", "metadata": {"page": 7, "author": "Ann", "name": "no", "list": [1]}},
            {"page_content": "bbb"},
        ])),
        "PUT /one/process" => whole(json!({"page_content": "ccc", "metadata": {}})),
        _ => None,
    })
    .await;
    let own = format!("{}/own", service.url);
    let env = [
        ("PADDLEOCR_VL_BASE_URL", service.url.as_str()),
        ("PADDLEOCR_VL_TOKEN", "t"),
        ("EXTERNAL_DOCUMENT_LOADER_URL", own.as_str()),
        ("EXTERNAL_DOCUMENT_LOADER_API_KEY", "k"),
        ("EXTERNAL_DOCUMENT_LOADER_HEADERS", r#"{"X-Room": "7"}"#),
        ("ENABLE_FORWARD_USER_INFO_HEADERS", "true"),
    ];
    let (server, _upstream) = with("paddleocr_vl", &env).await;
    let admin = server.admin().await;
    assert_eq!(completed(&admin, "a.pdf", "application/pdf", b"%PDF-1").await, "aaa\n\nbbb");
    let heard = service.heard();
    let asked: Value = serde_json::from_slice(&heard[0].body).unwrap();
    assert_eq!(heard[0].header("authorization"), "token t");
    let expected = json!({"file": "JVBERi0x", "fileType": 0, "useDocOrientationClassify": false,
        "useDocUnwarping": false, "useChartRecognition": false});
    assert_eq!(asked, expected);
    admin.post("/api/v1/retrieval/config/update", json!({"CONTENT_EXTRACTION_ENGINE": "external"})).await.ok();
    let file = id(&admin.upload("Käse.txt", "text/plain; charset=utf-8", b"text").await);
    let heard = service.heard();
    let told = ["authorization", "content-type", "x-filename", "x-room", "x-openwebui-user-name"];
    let told: Vec<&str> = told.iter().map(|name| heard[0].header(name)).collect();
    assert_eq!(told, ["Bearer k", "text/plain", "K%C3%A4se.txt", "7", "Root"]);
    assert_eq!((heard[0].line.as_str(), heard[0].body.as_slice()), ("PUT /own/process", &b"text"[..]));
    let question = json!({"collection_names": [format!("file-{file}")], "query": "a", "k": 1});
    let found = admin.post("/api/v1/retrieval/query/collection", question).await.ok();
    let known = &found["metadatas"][0][0];
    assert_eq!((&known["page"], &known["author"], &known["name"]), (&json!(7), &json!("Ann"), &json!("Käse.txt")));
    assert_eq!(known.get("list"), None);
    let form = json!({"EXTERNAL_DOCUMENT_LOADER_URL": format!("{}/one", service.url)});
    admin.post("/api/v1/retrieval/config/update", form).await.ok();
    assert_eq!(completed(&admin, "a.bin", "", b"\0").await, "ccc");
}
