//! Services that take the text from files in place of the built-in readers, where administrators chose one. One file per
//! service; what all of them need is in `task`.

mod datalab_marker;
mod docling;
mod document_intelligence;
mod external;
mod form;
mod mineru;
mod mistral_ocr;
mod paddleocr_vl;
mod task;
mod tika;

use airis_domain::{File, User};
use airis_files::extension;
use tokio::io::AsyncReadExt;

use crate::extract::{ExtractError, Section};
use crate::services::task::Task;
use crate::state::Inner;
use crate::{Result, RetrievalError};

/// Bytes of the largest file that goes to a service: none is in memory as a whole.
const LARGEST: u64 = 1024 * 1024 * 1024;
/// Bytes of all text that comes back.
const TEXT: usize = 32 * 1024 * 1024;
/// Bytes at the beginning that tell text from anything else.
const PROBE: u64 = 8 * 1024;
/// What `datalab_marker` reads.
const MARKED: [&str; 20] = [
    "pdf", "doc", "docx", "odt", "ppt", "pptx", "odp", "xls", "xlsx", "ods", "html", "htm", "epub", "png", "jpg",
    "jpeg", "webp", "gif", "tif", "tiff",
];
/// Pictures that can be read as pages.
const PICTURES: [&str; 8] = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"];

/// Every service that is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Tika,
    Docling,
    DocumentIntelligence,
    MistralOcr,
    DatalabMarker,
    Mineru,
    PaddleOcr,
    External,
}

impl Service {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "tika" => Self::Tika,
            "docling" => Self::Docling,
            "document_intelligence" => Self::DocumentIntelligence,
            "mistral_ocr" => Self::MistralOcr,
            "datalab_marker" => Self::DatalabMarker,
            "mineru" => Self::Mineru,
            "paddleocr_vl" => Self::PaddleOcr,
            "external" => Self::External,
            _ => return None,
        })
    }

    /// Whether it takes files like this; all others are read here.
    fn takes(self, ending: &str, kind: &str, is_text: bool, mineru: &[String]) -> bool {
        let is_pdf = ending == "pdf" || kind == "application/pdf";
        match self {
            Self::Tika | Self::Docling => !is_text,
            Self::DocumentIntelligence => is_pdf || ["docx", "ppt", "pptx"].contains(&ending),
            Self::MistralOcr => is_pdf,
            Self::DatalabMarker => is_pdf || MARKED.contains(&ending),
            Self::Mineru => mineru.iter().any(|known| known.trim_start_matches('.').eq_ignore_ascii_case(ending)),
            Self::PaddleOcr => is_pdf || PICTURES.contains(&ending) || kind.starts_with("image/"),
            Self::External => true,
        }
    }

    async fn read(self, task: &Task<'_>) -> Result<Vec<Section>> {
        match self {
            Self::Tika => tika::read(task).await,
            Self::Docling => docling::read(task).await,
            Self::DocumentIntelligence => document_intelligence::read(task).await,
            Self::MistralOcr => mistral_ocr::read(task).await,
            Self::DatalabMarker => datalab_marker::read(task).await,
            Self::Mineru => mineru::read(task).await,
            Self::PaddleOcr => paddleocr_vl::read(task).await,
            Self::External => external::read(task).await,
        }
    }
}

/// The sections of a file by the service that administrators chose; `None` where the built-in readers are meant.
pub async fn read(inner: &Inner, file: &File, path: &str) -> Result<Option<Vec<Section>>> {
    let name = inner.config.text("rag.content_extraction_engine");
    if name.is_empty() {
        return Ok(None);
    }
    let Some(service) = Service::named(&name) else {
        return Err(RetrievalError::Refused(format!("There is no extraction engine \"{name}\"")));
    };
    let size = inner.files.size(path).await?;
    let kind = file.content_type().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !wanted(inner, &kind) {
        return Ok(None);
    }
    let mut first = Vec::new();
    inner
        .files
        .read(path, 0, size.min(PROBE))
        .await?
        .read_to_end(&mut first)
        .await
        .map_err(airis_files::FilesError::from)?;
    let mineru = inner.config.texts("rag.mineru_file_extensions");
    if !service.takes(&extension(&file.filename), &kind, is_text(&kind, &first), &mineru) {
        return Ok(None);
    }
    if size > LARGEST {
        return Err(airis_files::FilesError::TooLarge(LARGEST).into());
    }
    let owner: Option<User> = inner.store.user(&file.user_id).await?;
    let task = Task::new(inner, file, path, size, &kind, owner.as_ref());
    sound(service.read(&task).await?).map(Some)
}

/// Pictures and videos go to a service where administrators name their kinds only.
fn wanted(inner: &Inner, kind: &str) -> bool {
    if !kind.starts_with("image/") && !kind.starts_with("video/") {
        return true;
    }
    let named = inner.config.texts("rag.content_extraction.supported_media_mime_types");
    named.iter().any(|known| {
        let known = known.trim().to_ascii_lowercase();
        known == kind || known.strip_suffix('*').is_some_and(|begin| !begin.is_empty() && kind.starts_with(begin))
    })
}

/// Whether a file is text as it stands, whatever it calls itself.
fn is_text(kind: &str, first: &[u8]) -> bool {
    let media = ["image/", "video/", "audio/", "font/"].iter().any(|begin| kind.starts_with(begin));
    !media && !first.starts_with(b"%PDF") && !first.starts_with(b"{\\rtf") && !first.contains(&0)
}

/// What a database keeps and people read; nothing at all is a failure.
fn sound(mut sections: Vec<Section>) -> Result<Vec<Section>> {
    for section in &mut sections {
        if section.text.contains('\0') {
            section.text = section.text.replace('\0', "");
        }
    }
    sections.retain(|section| !section.text.trim().is_empty());
    if sections.is_empty() {
        return Err(ExtractError::Empty.into());
    }
    if sections.iter().map(|section| section.text.len()).sum::<usize>() > TEXT {
        return Err(ExtractError::TooLarge.into());
    }
    Ok(sections)
}
