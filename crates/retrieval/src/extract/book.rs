//! EPUB: the chapters in the order in which they are read.

use super::archive::Archive;
use super::markup::{Markup, Token, attribute, local};
use super::{Bounds, ExtractError, Section, html};

pub fn read(bytes: &[u8], bounds: &mut Bounds) -> Result<Vec<Section>, ExtractError> {
    let mut archive = Archive::open(bytes)?;
    let container = archive.needed("META-INF/container.xml", bounds)?;
    let package = first(&container, "rootfile", "full-path").ok_or(ExtractError::Damaged)?;
    let folder = package.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let (items, order) = contents(&archive.needed(&package, bounds)?);
    let mut sections = Vec::new();
    for id in order {
        let Some((_, target)) = items.iter().find(|(known, _)| *known == id) else { continue };
        let Some(path) = path(&folder, target) else { continue };
        let Some(chapter) = archive.text(&path, bounds)? else { continue };
        let page = html::readable(&chapter, bounds)?;
        let title = Some(page.title).filter(|title| !title.is_empty());
        sections.push(Section { text: page.text, title, ..Section::default() });
    }
    Ok(sections)
}

/// The attribute of the first element of a name.
fn first(xml: &str, element: &str, name: &str) -> Option<String> {
    Markup::xml(xml).find_map(|token| match token {
        Token::Start { name: found, attributes, .. } if local(found) == element => attribute(attributes, name),
        _ => None,
    })
}

/// Ids and places of all parts, and the ids of chapters in their order.
fn contents(package: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (mut items, mut order) = (Vec::new(), Vec::new());
    for token in Markup::xml(package) {
        if let Token::Start { name, attributes, .. } = token {
            match local(name) {
                "item" => items.extend(attribute(attributes, "id").zip(attribute(attributes, "href"))),
                "itemref" => order.extend(attribute(attributes, "idref")),
                _ => {}
            }
        }
    }
    (items, order)
}

/// Where a part lies in the archive: relative to the folder, with its signs decoded. `None` when that leads out of it.
fn path(folder: &str, target: &str) -> Option<String> {
    let target = decoded(target.split('#').next().unwrap_or_default());
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_from_their_folder() {
        for (folder, target, found) in [
            ("OEBPS", "text/one%20two.xhtml#x", Some("OEBPS/text/one two.xhtml")),
            ("OEBPS/a", "../b.xhtml", Some("OEBPS/b.xhtml")),
            ("", "c.xhtml", Some("c.xhtml")),
            ("a", "../../etc/passwd", None),
            ("a", "%zz", Some("a/%zz")),
        ] {
            assert_eq!(path(folder, target).as_deref(), found, "{target}");
        }
    }

    #[test]
    fn chapters_come_in_the_order_of_the_spine() {
        let package = "<package><manifest><item id=\"b\" href=\"2.xhtml\"/><item id=\"a\" href=\"1.xhtml\"/></manifest>\
            <spine><itemref idref=\"a\"/><itemref idref=\"b\"/></spine></package>";
        let (items, order) = contents(package);
        assert_eq!(items.len(), 2);
        assert_eq!(order, ["a", "b"]);
    }
}
