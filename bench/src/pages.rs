//! How fast the text of digital PDF files is read: on one core, by what reads uploads, without a server.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use airis_pdf::Limits;
use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::report::Report;
use crate::words::Words;

const PAGES: usize = 300;
const LINES: usize = 44;
const OF_LINE: usize = 11;
/// How long each file is read again and again.
const SECONDS: u64 = 3;
/// The first glyph of the font that numbers its glyphs its own way.
const FIRST: u32 = 3;

/// A file made here, and those that are named.
pub fn measure(files: &[impl AsRef<Path>], report: &mut Report) -> Result<()> {
    let made = made();
    let pages = read(&made)?;
    ensure!(pages.len() == PAGES, "{} pages of {PAGES} were read", pages.len());
    for (number, page) in pages.iter().enumerate() {
        let expected: Vec<String> = lines(number).collect();
        ensure!(words(page) == words(&expected.join(" ")), "page {} was misread: {page}", number + 1);
    }
    let row = format!("pages of a PDF of {PAGES} read a second on one core");
    report.add("airis", &row, speed(&made)?, "1/s");
    for file in files {
        let file = file.as_ref();
        let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let count = read(&bytes).with_context(|| format!("reading {}", file.display()))?.len();
        report.add("airis", &format!("pages of {name} ({count}) read a second on one core"), speed(&bytes)?, "1/s");
    }
    Ok(())
}

fn read(bytes: &[u8]) -> Result<Vec<String>> {
    Ok(airis_pdf::pages(bytes, &Limits { end: Instant::now() + Duration::from_secs(120), characters: 64 << 20 })?)
}

/// Pages a second of this thread alone.
fn speed(bytes: &[u8]) -> Result<f64> {
    let begin = Instant::now();
    let mut pages = 0;
    while begin.elapsed().as_secs() < SECONDS {
        pages += read(bytes)?.len();
    }
    Ok(pages as f64 / begin.elapsed().as_secs_f64())
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// The lines of a page, the same in every run.
fn lines(page: usize) -> impl Iterator<Item = String> {
    (0..LINES).map(move |line| Words::new((page * LINES + line) as u64 + 1).text(OF_LINE).trim_end().to_owned())
}

/// A file with two fonts of one byte a letter, kerned as typesetters do, and one of two bytes whose letters are told by a
/// table; all streams are packed.
fn made() -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = Vec::new();
    let kids: String = (0..PAGES).map(|page| format!("{} 0 R ", 8 + page * 2)).collect();
    let fonts = "<</Font<</F1 3 0 R/F2 4 0 R/F3 5 0 R>>>>";
    objects.push(b"<</Type/Catalog/Pages 2 0 R>>".to_vec());
    objects.push(format!("<</Type/Pages/Kids[{kids}]/Count {PAGES}/Resources{fonts}>>").into_bytes());
    let widths: String = (32..127).map(|code| format!("{} ", 400 + code % 7 * 40)).collect();
    for name in ["Times-Roman", "Helvetica-Bold"] {
        let font = format!(
            "<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding/FirstChar 32/LastChar 126/Widths[{widths}]>>"
        );
        objects.push(font.into_bytes());
    }
    objects.push(
        b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/ToUnicode 7 0 R/DescendantFonts[6 0 R]>>".to_vec(),
    );
    objects.push(b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A/DW 520/W[3[250] 4 40 480]>>".to_vec());
    let table = format!(
        "1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <{FIRST:04x}> <00ff> <0020> endbfrange"
    );
    objects.push(stream(table.as_bytes()));
    for page in 0..PAGES {
        objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", 9 + page * 2).into_bytes());
        objects.push(stream(content(page).as_bytes()));
    }
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(file.len());
        file.extend(format!("{number} 0 obj\n").bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let start = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    for place in &places {
        file.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let trailer = format!("trailer\n<</Root 1 0 R/Size {}>>\nstartxref\n{start}\n%%EOF", places.len() + 1);
    file.extend(trailer.bytes());
    file
}

fn content(page: usize) -> String {
    let mut content = String::from("BT 72 760 Td 15 TL\n");
    for (line, text) in lines(page).enumerate() {
        let shown = match line % 3 {
            // Pairs of letters stand closer, as they do in typeset text.
            0 => {
                let parts: Vec<String> = text.split_inclusive('a').map(|part| format!("({part})")).collect();
                format!("/F1 11 Tf [{}] TJ T*\n", parts.join(" 15 "))
            }
            1 => format!("/F2 11 Tf ({text}) Tj T*\n"),
            _ => {
                let codes: String = text.bytes().map(|byte| format!("{:04x}", u32::from(byte) - 32 + FIRST)).collect();
                format!("/F3 11 Tf <{codes}> Tj T*\n")
            }
        };
        content.push_str(&shown);
    }
    content.push_str("ET\n");
    content
}

fn stream(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    let packed = packer.write_all(bytes).and_then(|()| packer.finish()).unwrap_or_default();
    let mut object = format!("<</Filter/FlateDecode/Length {}>>\nstream\n", packed.len()).into_bytes();
    object.extend(packed);
    object.extend(b"\nendstream");
    object
}
