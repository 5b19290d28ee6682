//! Names of glyphs as text (Adobe Glyph List, as far as Latin scripts need it).

/// Names and what they mean, by pairs.
const NAMED: &str = "space=  exclam=! quotedbl=\" numbersign=# dollar=$ percent=% ampersand=& quotesingle=' parenleft=( parenright=) \
asterisk=* plus=+ comma=, hyphen=- minus=− period=. slash=/ zero=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 \
nine=9 colon=: semicolon=; less=< equal== greater=> question=? at=@ bracketleft=[ backslash=\\ bracketright=] asciicircum=^ \
underscore=_ grave=` braceleft={ bar=| braceright=} asciitilde=~ exclamdown=¡ cent=¢ sterling=£ currency=¤ yen=¥ brokenbar=¦ \
section=§ dieresis=¨ copyright=© ordfeminine=ª guillemotleft=« logicalnot=¬ registered=® macron=¯ degree=° plusminus=± \
acute=´ mu=µ paragraph=¶ periodcentered=· cedilla=¸ ordmasculine=º guillemotright=» onequarter=¼ onehalf=½ threequarters=¾ \
questiondown=¿ Agrave=À Aacute=Á Acircumflex=Â Atilde=Ã Adieresis=Ä Aring=Å AE=Æ Ccedilla=Ç Egrave=È Eacute=É \
Ecircumflex=Ê Edieresis=Ë Igrave=Ì Iacute=Í Icircumflex=Î Idieresis=Ï Eth=Ð Ntilde=Ñ Ograve=Ò Oacute=Ó Ocircumflex=Ô \
Otilde=Õ Odieresis=Ö multiply=× Oslash=Ø Ugrave=Ù Uacute=Ú Ucircumflex=Û Udieresis=Ü Yacute=Ý Thorn=Þ germandbls=ß \
agrave=à aacute=á acircumflex=â atilde=ã adieresis=ä aring=å ae=æ ccedilla=ç egrave=è eacute=é ecircumflex=ê edieresis=ë \
igrave=ì iacute=í icircumflex=î idieresis=ï eth=ð ntilde=ñ ograve=ò oacute=ó ocircumflex=ô otilde=õ odieresis=ö divide=÷ \
oslash=ø ugrave=ù uacute=ú ucircumflex=û udieresis=ü yacute=ý thorn=þ ydieresis=ÿ Amacron=Ā amacron=ā Abreve=Ă abreve=ă \
Aogonek=Ą aogonek=ą Cacute=Ć cacute=ć Ccaron=Č ccaron=č Dcaron=Ď dcaron=ď Dcroat=Đ dcroat=đ Emacron=Ē emacron=ē Eogonek=Ę \
eogonek=ę Ecaron=Ě ecaron=ě Gbreve=Ğ gbreve=ğ Imacron=Ī imacron=ī Idotaccent=İ dotlessi=ı Lacute=Ĺ lacute=ĺ Lcaron=Ľ \
lcaron=ľ Lslash=Ł lslash=ł Nacute=Ń nacute=ń Ncaron=Ň ncaron=ň Omacron=Ō omacron=ō Ohungarumlaut=Ő ohungarumlaut=ő OE=Œ \
oe=œ Racute=Ŕ racute=ŕ Rcaron=Ř rcaron=ř Sacute=Ś sacute=ś Scedilla=Ş scedilla=ş Scaron=Š scaron=š Tcaron=Ť tcaron=ť \
Umacron=Ū umacron=ū Uring=Ů uring=ů Uhungarumlaut=Ű uhungarumlaut=ű Ydieresis=Ÿ Zacute=Ź zacute=ź Zdotaccent=Ż \
zdotaccent=ż Zcaron=Ž zcaron=ž florin=ƒ circumflex=ˆ caron=ˇ breve=˘ dotaccent=˙ ring=˚ ogonek=˛ tilde=˜ \
hungarumlaut=˝ Alpha=Α Beta=Β Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Pi=Π Sigma=Σ Phi=Φ Psi=Ψ Omega=Ω alpha=α beta=β gamma=γ \
delta=δ epsilon=ε zeta=ζ eta=η theta=θ iota=ι kappa=κ lambda=λ nu=ν xi=ξ pi=π rho=ρ sigma=σ tau=τ upsilon=υ phi=φ \
chi=χ psi=ψ omega=ω endash=– emdash=— quoteleft=‘ quoteright=’ quotesinglbase=‚ quotedblleft=“ quotedblright=” \
quotedblbase=„ dagger=† daggerdbl=‡ bullet=• ellipsis=… perthousand=‰ guilsinglleft=‹ guilsinglright=› fraction=⁄ \
Euro=€ trademark=™ partialdiff=∂ product=∏ summation=∑ radical=√ infinity=∞ integral=∫ approxequal=≈ notequal=≠ \
lessequal=≤ greaterequal=≥ arrowleft=← arrowup=↑ arrowright=→ arrowdown=↓ lozenge=◊ nbspace=  nonbreakingspace=  sfthyphen=- \
ff=ff fi=fi fl=fl ffi=ffi ffl=ffl f_f=ff f_i=fi f_l=fl f_f_i=ffi f_f_l=ffl t_t=tt longst=st st=st";

/// What a glyph shows; `None` when its name says nothing.
pub fn text(name: &str) -> Option<String> {
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    if name.len() == 1 {
        return Some(name.to_owned());
    }
    if name == "space" || name == "nbspace" || name == "nonbreakingspace" {
        return Some(" ".to_owned());
    }
    let named = NAMED.split(' ').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name);
    if let Some((_, text)) = named.filter(|(_, text)| !text.is_empty()) {
        return Some(text.to_owned());
    }
    let digits = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'))?;
    if !digits.chars().all(|sign| sign.is_ascii_hexdigit()) {
        return None;
    }
    let code = match (name.starts_with("uni"), digits.len()) {
        (true, 4..) => digits.get(..4)?,
        (false, 4..=6) => digits,
        _ => return None,
    };
    char::from_u32(u32::from_str_radix(code, 16).ok()?).map(plain)
}

/// A character as people search for it: ligatures are their letters.
pub fn plain(sign: char) -> String {
    match sign {
        'ﬀ' => "ff".to_owned(),
        'ﬁ' => "fi".to_owned(),
        'ﬂ' => "fl".to_owned(),
        'ﬃ' => "ffi".to_owned(),
        'ﬄ' => "ffl".to_owned(),
        'ﬅ' | 'ﬆ' => "st".to_owned(),
        '\u{a0}' => " ".to_owned(),
        sign => sign.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_glyphs_show() {
        for (name, shown) in [
            ("A", "A"),
            ("germandbls", "ß"),
            ("equal", "="),
            ("fi", "fi"),
            ("uni00E4", "ä"),
            ("u1F600", "😀"),
            ("a.alt", "a"),
            ("space", " "),
            ("uniFB01", "fi"),
            ("Euro.tab", "€"),
        ] {
            assert_eq!(text(name).as_deref(), Some(shown), "{name}");
        }
        for nothing in ["", ".notdef", "g12", "cid123", "unix", "uniZZZZ", "union"] {
            assert_eq!(text(nothing), None, "{nothing}");
        }
    }
}
