//! Whole files, sound and hostile.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::Write;
use std::time::{Duration, Instant};

use airis_pdf::{Limits, PdfError, pages};
use flate2::Compression;
use flate2::write::ZlibEncoder;

fn read(bytes: &[u8]) -> Result<Vec<String>, PdfError> {
    pages(bytes, &Limits { end: Instant::now() + Duration::from_secs(120), characters: 1_000_000 })
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn stream(entries: &str, bytes: &[u8]) -> Vec<u8> {
    let mut object = format!("<<{entries}/Length {}>>\nstream\n", bytes.len()).into_bytes();
    object.extend(bytes);
    object.extend(b"\nendstream");
    object
}

/// A file of these objects, numbered from 1 on, without a table of contents.
fn file(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    for (number, object) in (1..).zip(objects) {
        file.extend(format!("{number} 0 obj\n").bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    file.extend(format!("trailer\n{trailer}\n%%EOF").bytes());
    file
}

const FONT: &[u8] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";

/// Two pages: the first with this content, the second with a word.
fn two_pages(content: Vec<u8>) -> Vec<u8> {
    file(
        &[
            b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
            b"<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2/Resources<</Font<</F1 7 0 R>>>>>>".to_vec(),
            b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>".to_vec(),
            content,
            b"<</Type/Page/Parent 2 0 R/Contents 6 0 R>>".to_vec(),
            stream("", b"BT /F1 12 Tf 72 700 Td (second) Tj ET"),
            FONT.to_vec(),
        ],
        "<</Root 1 0 R>>",
    )
}

#[test]
fn pages_are_read_in_their_order_packed_or_not() {
    let content = b"BT /F1 12 Tf 72 720 Td (K\\344se) Tj 0 -14 Td [(and) -500 (br) 20 (ead)] TJ ET";
    for file in [two_pages(stream("", content)), two_pages(stream("/Filter/FlateDecode", &packed(content)))] {
        assert_eq!(read(&file).unwrap(), ["Käse\nand bread", "second"]);
    }
}

#[test]
fn objects_inside_of_streams_and_tables_of_characters_are_read() {
    let objects = [
        "<</Type/Catalog/Pages 11 0 R>>",
        "<</Type/Pages/Kids[12 0 R]/Count 1>>",
        "<</Type/Page/Contents 2 0 R/Resources<</Font<</F 13 0 R>>/XObject<</X 4 0 R>>>>>>",
        "<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 3 0 R/DescendantFonts[14 0 R]>>",
        "<</Type/Font/Subtype/CIDFontType2/DW 500/W[1 [600 600] 5 9 400]>>",
    ];
    let (mut head, mut body) = (String::new(), String::new());
    for (number, object) in (10..).zip(objects) {
        head.push_str(&format!("{number} {} ", body.len()));
        body.push_str(object);
        body.push(' ');
    }
    let inside = packed(format!("{head}{body}").as_bytes());
    let table = b"1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0001> <0003> <3042> endbfrange";
    let file = file(
        &[
            stream(&format!("/Type/ObjStm/N 5/First {}/Filter/FlateDecode", head.len()), &inside),
            stream("", b"BT /F 10 Tf 50 50 Td <00010002> Tj ET q 1 0 0 1 0 -30 cm /X Do Q"),
            stream("", table),
            stream("/Type/XObject/Subtype/Form", b"BT /F 10 Tf 50 50 Td <0003> Tj ET"),
            stream("/Type/XRef/Root 10 0 R", b""),
        ],
        "",
    );
    assert_eq!(read(&file).unwrap(), ["あぃ\n\nい"]);
}

#[test]
fn the_last_version_of_an_object_counts() {
    let mut file = two_pages(stream("", b"BT /F1 12 Tf (old) Tj ET"));
    file.extend(b"\n4 0 obj\n");
    file.extend(stream("", b"BT /F1 12 Tf (new) Tj ET"));
    file.extend(b"\nendobj\n");
    assert_eq!(read(&file).unwrap()[0], "new");
}

#[test]
fn a_file_that_was_cut_off_is_read_as_far_as_it_goes() {
    let whole = two_pages(stream("", b"BT /F1 12 Tf (first) Tj ET"));
    for end in 0..whole.len() {
        match read(&whole[..end]) {
            Ok(pages) => assert!(pages.len() <= 2),
            Err(error) => assert_eq!(error, PdfError::Damaged, "{end}"),
        }
    }
    assert_eq!(read(b"%PDF-1.7"), Err(PdfError::Damaged));
    assert_eq!(read(b""), Err(PdfError::Damaged));
}

#[test]
fn bytes_that_were_changed_break_nothing() {
    let whole = two_pages(stream("/Filter/FlateDecode", &packed(b"BT /F1 12 Tf 72 720 Td (first) Tj ET")));
    for at in 0..whole.len() {
        for byte in [0, b'>', b'(', b'9', 0xff] {
            let mut changed = whole.clone();
            changed[at] = byte;
            _ = read(&changed);
        }
    }
}

#[test]
fn loops_and_bombs_end() {
    let loop_of_pages = file(
        &[
            b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
            b"<</Type/Pages/Kids[2 0 R 2 0 R 3 0 R]>>".to_vec(),
            b"<</Type/Page/Contents 4 0 R/Resources<</XObject<</X 4 0 R>>/Font 5 0 R>>>>".to_vec(),
            stream("/Subtype/Form", b"/X Do /X Do"),
            b"5 0 R".to_vec(),
        ],
        "<</Root 1 0 R>>",
    );
    // Every level draws the next one twice; the depth is bounded, and so is the time.
    let limits = Limits { end: Instant::now() + Duration::from_millis(500), characters: 1000 };
    let begun = Instant::now();
    _ = pages(&loop_of_pages, &limits);
    assert!(begun.elapsed() < Duration::from_secs(60));
    let bomb = two_pages(stream("/Filter[/FlateDecode/FlateDecode]", &packed(&packed(&vec![b' '; 200_000_000]))));
    assert_eq!(read(&bomb).unwrap()[1], "second");
    let long = two_pages(stream("", format!("BT /F1 1 Tf ({}) Tj ET", "x".repeat(2000)).as_bytes()));
    let few = Limits { end: Instant::now() + Duration::from_secs(60), characters: 100 };
    assert_eq!(pages(&long, &few), Err(PdfError::TooLarge));
    let late = Limits { end: Instant::now(), characters: 100 };
    assert_eq!(pages(&long, &late), Err(PdfError::Late));
}

#[test]
fn what_needs_a_password_says_so() {
    let file = file(
        &[b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), b"<</Filter/Standard/V 1>>".to_vec()],
        "<</Root 1 0 R/Encrypt 2 0 R>>",
    );
    assert_eq!(read(&file), Err(PdfError::Protected));
}
