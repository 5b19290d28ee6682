//! Going through the content of a page and picking up its text.

use std::collections::HashMap;
use std::rc::Rc;

use crate::document::Document;
use crate::font::Font;
use crate::layout::{Piece, lines};
use crate::object::{Dict, Object};
use crate::pages::Page;
use crate::parse::{Reader, is_blank};
use crate::{PdfError, Result};

/// Drawings inside of each other, and states that are put aside.
const DEEPEST: usize = 16;
const STATES: usize = 256;
/// Pieces of text on one page, and operands of one operator.
const MOST: usize = 500_000;
const OPERANDS: usize = 4_096;
/// Operators between two looks at the clock.
const LOOK_EVERY: u32 = 4_096;

/// The text of a page.
pub fn text(document: &mut Document<'_>, page: &Page) -> Result<String> {
    let mut bytes = Vec::new();
    let contents = match document.entry(&page.dict, "Contents") {
        Some(Object::Array(parts)) => parts,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    for part in contents {
        let part = document.resolved(&part);
        if let Some(more) = document.stream(&part) {
            bytes.extend(more);
            // A word may not go on in the next part.
            bytes.push(b'\n');
        }
    }
    let mut walk = Walk { pieces: Vec::new(), fonts: HashMap::new(), looks: 0 };
    walk.run(document, &bytes, &page.resources, Matrix::ONE, 0)?;
    Ok(lines(&walk.pieces))
}

/// How places become other places: `x' = ax + cy + e`, `y' = bx + dy + f`.
#[derive(Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    fn read(operands: &[Object]) -> Self {
        let mut numbers = Self::ONE.0;
        for (number, operand) in numbers.iter_mut().zip(operands) {
            *number = operand.number().filter(|number| number.is_finite()).unwrap_or(*number);
        }
        Self(numbers)
    }

    /// This one first, then the other.
    fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        Self([a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l])
    }

    fn moved(self, x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y]).then(self)
    }
}

#[derive(Clone)]
struct State {
    place: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    between: f64,
    words: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

struct Walk {
    pieces: Vec<Piece>,
    fonts: HashMap<String, Rc<Font>>,
    looks: u32,
}

impl Walk {
    fn run(
        &mut self,
        document: &mut Document<'_>,
        bytes: &[u8],
        resources: &Dict,
        place: Matrix,
        depth: usize,
    ) -> Result<()> {
        let mut state =
            State { place, font: None, size: 0.0, between: 0.0, words: 0.0, scale: 1.0, leading: 0.0, rise: 0.0 };
        let mut states: Vec<State> = Vec::new();
        let (mut here, mut line) = (Matrix::ONE, Matrix::ONE);
        let mut operands: Vec<Object> = Vec::new();
        let mut reader = Reader::new(bytes, 0);
        while let Some(object) = reader.next() {
            let Object::Word(word) = object else {
                if operands.len() < OPERANDS {
                    operands.push(object);
                }
                continue;
            };
            self.look(document)?;
            let number = |at: usize| {
                operands.get(at).and_then(Object::number).filter(|number| number.is_finite()).unwrap_or(0.0)
            };
            match word.as_str() {
                "q" if states.len() < STATES => states.push(state.clone()),
                "Q" => {
                    if let Some(before) = states.pop() {
                        state = before;
                    }
                }
                "cm" => state.place = Matrix::read(&operands).then(state.place),
                "BT" => (here, line) = (Matrix::ONE, Matrix::ONE),
                "Tf" => {
                    state.size = number(1);
                    state.font = match operands.first().and_then(Object::name) {
                        Some(name) => self.font(document, resources, name, depth),
                        None => None,
                    };
                }
                "Tc" => state.between = number(0),
                "Tw" => state.words = number(0),
                "Tz" => state.scale = number(0) / 100.0,
                "TL" => state.leading = number(0),
                "Ts" => state.rise = number(0),
                "Td" | "TD" => {
                    if word == "TD" {
                        state.leading = -number(1);
                    }
                    line = line.moved(number(0), number(1));
                    here = line;
                }
                "Tm" => (here, line) = (Matrix::read(&operands), Matrix::read(&operands)),
                "T*" => {
                    line = line.moved(0.0, -state.leading);
                    here = line;
                }
                "Tj" => here = self.show(&state, here, &operands)?,
                "'" | "\"" => {
                    if word == "\"" {
                        (state.words, state.between) = (number(0), number(1));
                    }
                    line = line.moved(0.0, -state.leading);
                    here = self.show(
                        &state,
                        line,
                        operands.get(if word == "\"" { 2.. } else { 0.. }).unwrap_or_default(),
                    )?;
                }
                "TJ" => {
                    let parts = operands.first().and_then(Object::array).unwrap_or_default();
                    here = self.show(&state, here, parts)?;
                }
                "Do" => {
                    if let Some(name) = operands.first().and_then(Object::name) {
                        self.draw(document, resources, name, state.place, depth)?;
                    }
                }
                "BI" => behind_picture(&mut reader),
                _ => {}
            }
            operands.clear();
        }
        Ok(())
    }

    fn look(&mut self, document: &Document<'_>) -> Result<()> {
        self.looks += 1;
        if self.looks.is_multiple_of(LOOK_EVERY) { document.look() } else { Ok(()) }
    }

    fn font(&mut self, document: &mut Document<'_>, resources: &Dict, name: &str, depth: usize) -> Option<Rc<Font>> {
        let fonts = document.dict(resources, "Font")?;
        let found = fonts.get(name)?.clone();
        // Fonts of other drawings may have the same names.
        let key = match &found {
            Object::Reference(number) => format!("{number}"),
            _ => format!("{depth} {name}"),
        };
        if let Some(known) = self.fonts.get(&key) {
            return Some(known.clone());
        }
        let dict = document.resolved(&found).dict().cloned()?;
        let font = Rc::new(Font::read(document, &dict));
        self.fonts.insert(key, font.clone());
        Some(font)
    }

    /// Texts, and numbers that move the next one; returns where the text ends.
    fn show(&mut self, state: &State, begin: Matrix, parts: &[Object]) -> Result<Matrix> {
        let Some(font) = &state.font else { return Ok(begin) };
        let mut here = begin;
        for part in parts {
            match part {
                Object::Number(back) => here = here.moved(-back / 1000.0 * state.size * state.scale, 0.0),
                Object::Text(text) => {
                    let before = here;
                    let mut shown = String::new();
                    for sign in font.signs(text) {
                        shown.push_str(&sign.text);
                        let words = if sign.is_blank { state.words } else { 0.0 };
                        let width = (sign.width * state.size + state.between + words) * state.scale;
                        here = here.moved(width, 0.0);
                    }
                    self.pieces.push(piece(state, before, here, shown));
                    if self.pieces.len() > MOST {
                        return Err(PdfError::TooLarge);
                    }
                }
                _ => {}
            }
        }
        Ok(here)
    }

    /// A drawing that has content of its own.
    fn draw(
        &mut self,
        document: &mut Document<'_>,
        resources: &Dict,
        name: &str,
        place: Matrix,
        depth: usize,
    ) -> Result<()> {
        if depth >= DEEPEST {
            return Ok(());
        }
        let Some(drawings) = document.dict(resources, "XObject") else { return Ok(()) };
        let Some(drawing) = document.entry(&drawings, name) else { return Ok(()) };
        let Some(dict) = drawing.dict().cloned() else { return Ok(()) };
        if dict.get("Subtype").and_then(Object::name) != Some("Form") {
            return Ok(());
        }
        let Some(bytes) = document.stream(&drawing) else { return Ok(()) };
        let own = document.dict(&dict, "Resources").unwrap_or_else(|| resources.clone());
        let matrix = document.entry(&dict, "Matrix");
        let matrix = matrix.as_ref().and_then(Object::array).map_or(Matrix::ONE, Matrix::read);
        document.look()?;
        self.run(document, &bytes, &own, matrix.then(place), depth + 1)
    }
}

fn piece(state: &State, begin: Matrix, end: Matrix, text: String) -> Piece {
    let at = |matrix: Matrix| matrix.moved(0.0, state.rise).then(state.place).0;
    let ([_, _, c, d, x, y], [_, _, _, _, end, _]) = (at(begin), at(end));
    Piece { text, x, y, end, size: (c * c + d * d).sqrt() * state.size.abs() }
}

/// Passes over a picture in the middle of a content: up to `EI` between blanks.
fn behind_picture(reader: &mut Reader<'_>) {
    let begin = reader.at;
    let rest = reader.bytes.get(begin..).unwrap_or_default();
    let blank = |at: Option<usize>| at.and_then(|at| rest.get(at)).is_none_or(|byte| is_blank(*byte));
    let end = memchr::memmem::find_iter(rest, b"EI").find(|at| blank(at.checked_sub(1)) && blank(Some(at + 2)));
    reader.at = end.map_or(reader.bytes.len(), |at| begin + at + 2);
}
