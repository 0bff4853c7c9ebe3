//! What arrives, and what XML may look like.

use super::*;
use crate::saml::response::verify as verify_raw;

fn raw(response: &str) -> String {
    crate::counted::one();
    name(&soon(|| verify_raw(&portal(), &provider(&[&RSA]), response, REQUEST_ID, *NOW)).unwrap_err())
}

#[test]
pub(super) fn what_is_no_base64_of_utf8_is_refused() {
    assert_eq!(raw(&"A".repeat(350_001)), "TooLarge");
    assert_eq!(raw(&"A".repeat(50_000_000)), "TooLarge");
    assert_eq!(raw("%%%"), "NotBase64");
    assert_eq!(raw("PHg+PC94P"), "NotBase64");
    assert_eq!(raw("\u{0}"), "NotBase64");
    // 0xFF 0xFE.
    assert_eq!(raw("//4="), "NotUtf8");
    assert_eq!(raw(""), "IllFormed");
}

#[test]
pub(super) fn every_limit_of_the_xml_is_kept() {
    let inside = "</saml:AttributeStatement>";
    let with = |what: &str| changed(inside, &format!("{what}{inside}"));
    let before = |what: &str| format!("{what}{}", *GOOD);
    let after = |what: &str| format!("{}{what}", *GOOD);
    let attributes: String = (0..21).map(|nth| format!(" a{nth}=\"\"")).collect();
    let doctype = "<!DOCTYPE samlp:Response [<!ENTITY x \"ada\">]>";
    assert_refused(&[
        ("TooLong", after(&" ".repeat(256_000))),
        ("TooManyElements", with(&"<saml:Attribute Name=\"x\"/>".repeat(2_001))),
        ("TooDeep", with(&format!("{}{}", "<x>".repeat(20), "</x>".repeat(20)))),
        ("TooManyAttributes", with(&format!("<x{attributes}/>"))),
        ("Character", changed("ada@", "a\u{0}da@")),
        ("Character", changed("ada@", "a\u{1}da@")),
        ("Character", changed("ada@", "a&#0;da@")),
        ("Character", changed("ada@", "a&#x1F;da@")),
        ("Character", changed("ada@", "a&#xFFFE;da@")),
        ("Declaration", before("<?xml version=\"1.0\" encoding=\"UTF-16\"?>")),
        ("Declaration", before("<?xml version=\"1.0\" encoding=\"UTF-7\"?>")),
        ("Declaration", before("<?xml version=\"1.1\"?>")),
        ("DocumentType", before(doctype)),
        ("DocumentType", before("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">")),
        ("Entity", changed("ada@", "&x;ada@")),
        ("Entity", changed("ada@", "&#+97;da@")),
        ("Entity", changed("SessionIndex=\"", "SessionIndex=\"&x;")),
        ("Comment", changed("ada@example.com", "ada@example.com<!-- -->.evil.com")),
        ("CData", changed("ada@example.com", "<![CDATA[ada@example.com]]>")),
        ("ProcessingInstruction", with("<?xml-stylesheet href=\"http://127.0.0.1/\"?>")),
        ("ProcessingInstruction", after("<?xml version=\"1.0\"?>")),
        ("Name", with("<\u{E9}/>")),
        ("Name", with("<saml:a:b/>")),
        ("Name", with("<x 1=\"\"/>")),
        ("UnknownPrefix", with("<nobody:x/>")),
        ("UnknownPrefix", with("<x nobody:y=\"\"/>")),
        ("RelativeNamespace", with("<x xmlns=\"relative\"/>")),
        ("RelativeNamespace", with("<x xmlns:y=\"../y\"/>")),
        ("RepeatedAttribute", with("<x xmlns:a=\"urn:a\" xmlns:b=\"urn:a\" a:y=\"1\" b:y=\"2\"/>")),
        ("IllFormed", with("<x y=\"1\" y=\"2\"/>")),
        ("IllFormed", with("<x y=\"<\"/>")),
        ("IllFormed", changed("ada@", "]]>ada@")),
        ("IllFormed", with("</x>")),
        ("IllFormed", GOOD[..GOOD.len() - 5].to_owned()),
        ("OutsideOfRoot", after(&GOOD)),
        ("OutsideOfRoot", after("text")),
        ("OutsideOfRoot", before("\u{FEFF}\u{FEFF}")),
        // What quick-xml overlooks, libxml2 sees.
        ("NotWellFormed", changed(" SessionIndex=", "SessionIndex=")),
    ]);
}

/// libxml2 mends these in its own way; nothing of it may come through.
#[test]
pub(super) fn what_parsers_read_differently_is_refused() {
    let inside = "</saml:AttributeStatement>";
    for part in ["<", "&", "&amp", "<x", "<x/", "</saml:AttributeStatement", "<x y=/>", "<x y=1/>", "<x y/>", "< x/>"] {
        crate::counted::one();
        let xml = changed(inside, &format!("{part}{inside}"));
        assert!(check(&xml).is_err(), "{part}");
    }
}

proptest::proptest! {
    #[test]
    fn the_gate_never_panics_on_text(text in "\\PC{0,200}") {
        let _ = crate::saml::testing::gate(&text);
    }

    #[test]
    fn the_gate_never_panics_on_markup(parts in proptest::collection::vec(
        proptest::sample::select(vec![
            "<", ">", "</", "/>", "a", ":", "=", "\"", "'", " ", "&", ";", "#", "x", "&#x41;", "<!--", "-->", "<![CDATA[",
            "]]>", "<?", "?>", "<!DOCTYPE", "xmlns", "xmlns:a=\"urn:a\"", "<a:b", "ID", "\u{0}", "\u{10FFFF}",
            "<samlp:Response", "<ds:Signature", "xml:id", "xml", "version=\"1.0\"",
        ]), 0..60)) {
        let _ = crate::saml::testing::gate(&parts.concat());
    }

    #[test]
    fn a_good_message_with_a_piece_cut_out_or_doubled_never_panics(at in 0usize..7_000, length in 0usize..400, twice: bool) {
        let text: Vec<char> = GOOD.chars().collect();
        let (from, to) = (at.min(text.len()), (at + length).min(text.len()));
        let (before, piece, after) = (&text[..from], &text[from..to], &text[to..]);
        let parts = if twice { vec![before, piece, piece, after] } else { vec![before, after] };
        let mutated: String = parts.concat().into_iter().collect();
        let answer = check(&mutated);
        // Only white space can be doubled or cut without harm, or nothing.
        proptest::prop_assert!(answer != Err(Refusal::BrokenOff));
    }
}
