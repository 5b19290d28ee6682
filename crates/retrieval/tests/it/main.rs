//! Documents as files: sound ones of every kind, and hostile ones.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::Write;

use airis_retrieval::extract::extract;
use airis_retrieval::{Bounds, ExtractError, Section};
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// A ZIP archive with deflated files.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(bytes).unwrap();
        let packed = packed.finish().unwrap();
        let mut sum = Crc::new();
        sum.update(bytes);
        let mut about = vec![20, 0, 0, 8, 8, 0, 0, 0, 0x21, 0];
        for number in [sum.sum(), size(&packed), size(bytes), size(name.as_bytes())] {
            about.extend(number.to_le_bytes());
        }
        let place = size(&archive);
        archive.extend([b"PK\x03\x04", about.as_slice(), name.as_bytes(), &packed].concat());
        directory
            .extend([b"PK\x01\x02\x14\0", about.as_slice(), &[0; 10], &place.to_le_bytes(), name.as_bytes()].concat());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let end = [&count[..], &count, &size(&directory).to_le_bytes(), &size(&archive).to_le_bytes(), &[0; 2]].concat();
    [archive, directory, b"PK\x05\x06\0\0\0\0".to_vec(), end].concat()
}

fn size(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

fn read(name: &str, bytes: &[u8]) -> Result<Vec<Section>, ExtractError> {
    extract(name, "", bytes, &mut Bounds::usual(bytes.len()))
}

const WORD: &str = "<w:document><w:body><w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Plan</w:t></w:r></w:p>\
    <w:p><w:r><w:t>Käse &amp; Brot</w:t></w:r></w:p></w:body></w:document>";

#[test]
fn office_documents_are_told_apart_by_what_is_in_them() {
    let word = archive(&[("[Content_Types].xml", b""), ("word/document.xml", WORD.as_bytes())]);
    assert_eq!(read("a.docx", &word).unwrap()[0].text, "# Plan\n\nKäse & Brot\n\n");
    let slide = |text: &str| format!("<p:sld><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>");
    let slides = archive(&[
        ("ppt/presentation.xml", b""),
        ("ppt/slides/slide10.xml", slide("ten").as_bytes()),
        ("ppt/slides/slide2.xml", slide("two").as_bytes()),
    ]);
    let slides = read("a.pptx", &slides).unwrap();
    assert_eq!(
        slides.iter().map(|slide| (slide.page, slide.text.trim())).collect::<Vec<_>>(),
        [(Some(1), "two"), (Some(2), "ten")]
    );
    let sheets = archive(&[
        ("xl/workbook.xml", b"<sheets><sheet name=\"Costs\" sheetId=\"1\" r:id=\"rId1\"/></sheets>"),
        ("xl/_rels/workbook.xml.rels", b"<Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/>"),
        ("xl/sharedStrings.xml", b"<sst><si><t>rent</t></si></sst>"),
        ("xl/worksheets/sheet1.xml", b"<row><c t=\"s\"><v>0</v></c><c><v>12.5</v></c></row>"),
    ]);
    let sheets = read("a.xlsx", &sheets).unwrap();
    assert_eq!((sheets[0].title.as_deref(), sheets[0].text.as_str()), (Some("Costs"), "rent | 12.5\n"));
    let open =
        archive(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<text:p>open</text:p>")]);
    assert_eq!(read("a.odt", &open).unwrap()[0].text.trim(), "open");
    let book = archive(&[
        ("META-INF/container.xml", b"<rootfile full-path=\"O/p.opf\"/>"),
        ("O/p.opf", b"<item id=\"c\" href=\"c%201.xhtml\"/><itemref idref=\"c\"/>"),
        ("O/c 1.xhtml", b"<html><head><title>One</title></head><body><p>chapter</p></body></html>"),
    ]);
    let book = read("a.epub", &book).unwrap();
    assert_eq!((book[0].title.as_deref(), book[0].text.as_str()), (Some("One"), "chapter"));
    assert_eq!(read("a.zip", &archive(&[("a.txt", b"x")])).unwrap_err(), ExtractError::Format("archives"));
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_refused_at_once() {
    let bomb = archive(&[("word/document.xml", &vec![b' '; 150 * 1024 * 1024])]);
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(read("bomb.docx", &bomb).unwrap_err(), ExtractError::TooLarge);
    let many: Vec<(String, Vec<u8>)> = (0..10_001).map(|number| (format!("f{number}"), Vec::new())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    assert_eq!(read("many.docx", &archive(&many)).unwrap_err(), ExtractError::TooLarge);
}

#[test]
fn a_table_of_billions_of_cells_or_entities_grows_nothing() {
    let laughs =
        b"<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><w:p><w:t>&b;&b;&b;</w:t></w:p>";
    let text = read("a.docx", &archive(&[("word/document.xml", laughs)])).unwrap();
    assert_eq!(text[0].text.trim(), "&b;&b;&b;");
    let cells = b"<table:table-row><table:table-cell table:number-columns-repeated=\"99999999999\"><text:p>x</text:p></table:table-cell></table:table-row>";
    assert_eq!(read("a.ods", &archive(&[("content.xml", cells)])).unwrap()[0].text.trim(), "x");
    let far = archive(&[
        ("META-INF/container.xml", b"<rootfile full-path=\"p.opf\"/>"),
        ("p.opf", b"<item id=\"c\" href=\"../../../etc/passwd\"/><itemref idref=\"c\"/>"),
    ]);
    assert_eq!(read("a.epub", &far).unwrap_err(), ExtractError::Empty);
}

#[test]
fn documents_that_were_cut_off_or_changed_break_nothing() {
    let word = archive(&[("word/document.xml", WORD.as_bytes())]);
    for end in 0..word.len() {
        _ = read("a.docx", &word[..end]);
    }
    for at in 0..word.len() {
        let mut changed = word.clone();
        changed[at] ^= 0xff;
        _ = read("a.docx", &changed);
    }
    for name in ["a.html", "a.csv", "a.eml", "a.rtf", "a.tsv", "a.xhtml"] {
        for text in ["", "\0", "<", "\"", "{\\rtf1", "a\u{0}b", "=?", "--x", "\u{feff}<p>x", "<![CDATA[", "\r\r\r"] {
            _ = read(name, text.as_bytes());
        }
    }
}

#[test]
fn old_and_protected_documents_say_what_they_are() {
    assert!(matches!(read("a.doc", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").unwrap_err(), ExtractError::Format(_)));
    let manifest = b"<manifest:encryption-data/>";
    let sealed = archive(&[("META-INF/manifest.xml", manifest), ("content.xml", b"\x01\x02")]);
    assert_eq!(read("a.odt", &sealed).unwrap_err(), ExtractError::Protected);
}
