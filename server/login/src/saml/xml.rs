//! XML from outside, read into a small tree. A message of SAML needs elements, attributes and text; whatever else XML
//! can do (document types, entities, comments, processing instructions, other encodings) only serves to make two
//! parsers disagree, and is refused here before a second one sees it.

use quick_xml::events::attributes::Attribute as RawAttribute;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// How much of it is read, and whether comments are skipped or refused.
pub(super) struct Limits {
    pub bytes: usize,
    pub elements: usize,
    pub depth: usize,
    /// Of one element, namespace declarations included.
    pub attributes: usize,
    pub comments: Comments,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    Refused,
    Skipped,
}

/// What is wrong with the XML itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    #[error("it is larger than {0} bytes")]
    TooLong(usize),
    #[error("it has more than {0} elements")]
    TooManyElements(usize),
    #[error("its elements are nested deeper than {0}")]
    TooDeep(usize),
    #[error("the element {element} has more than {limit} attributes")]
    TooManyAttributes { element: String, limit: usize },
    #[error("it contains a character that XML does not allow")]
    Character,
    #[error("it does not declare XML 1.0 in UTF-8")]
    Declaration,
    #[error("it has a document type (DOCTYPE)")]
    DocumentType,
    #[error("it uses the entity {0}")]
    Entity(String),
    #[error("it contains a comment")]
    Comment,
    #[error("it contains a CDATA section")]
    CData,
    #[error("it contains a processing instruction")]
    ProcessingInstruction,
    #[error("the name {0} is not made of ASCII letters, digits, '.', '-' and '_'")]
    Name(String),
    #[error("the prefix of {0} is not declared")]
    UnknownPrefix(String),
    #[error("the namespace {0:?} is not an absolute address")]
    RelativeNamespace(String),
    #[error("the element {element} has the attribute {attribute} twice")]
    RepeatedAttribute { element: String, attribute: String },
    #[error("there is text or a second element outside of the root element")]
    OutsideOfRoot,
    #[error("it is not well-formed: {0}")]
    IllFormed(String),
}

impl From<quick_xml::Error> for Violation {
    fn from(error: quick_xml::Error) -> Self {
        Self::IllFormed(shown(&error.to_string()))
    }
}

/// A name in its namespace, empty where there is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub namespace: String,
    pub local: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    pub name: Name,
    /// Without namespace declarations.
    pub attributes: Vec<(Name, String)>,
    pub children: Vec<Element>,
    /// The text directly inside, references resolved.
    pub text: String,
}

impl Element {
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.name.namespace == namespace && self.name.local == local
    }

    /// The value of an attribute without a prefix.
    pub fn attribute(&self, local: &str) -> Option<&str> {
        let named = |(name, _): &&(Name, String)| name.namespace.is_empty() && name.local == local;
        self.attributes.iter().find(named).map(|(_, value)| value.as_str())
    }

    pub fn children<'a>(&'a self, namespace: &'a str, local: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.is(namespace, local))
    }

    /// This element and all below it, parents first.
    pub fn descendants(&self) -> Vec<&Element> {
        let mut all = vec![self];
        let mut next = 0;
        while let Some(element) = all.get(next).copied() {
            all.extend(&element.children);
            next += 1;
        }
        all
    }
}

/// Reads a whole document.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Element, Violation> {
    if text.len() > limits.bytes {
        return Err(Violation::TooLong(limits.bytes));
    }
    if !text.chars().all(is_xml_character) {
        return Err(Violation::Character);
    }
    let mut tree = Tree { limits, elements: 0, open: Vec::new(), root: None };
    let mut reader = NsReader::from_str(text);
    let mut first = true;
    loop {
        match reader.read_event()? {
            Event::Start(start) => {
                let element = tree.element(&reader, &start)?;
                tree.open(element)?;
            }
            Event::Empty(start) => {
                let element = tree.element(&reader, &start)?;
                tree.open(element)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.text(&plain_text(utf8(&text)?)?)?,
            Event::GeneralRef(reference) => tree.text(&resolve(utf8(&reference)?)?.to_string())?,
            Event::Decl(declaration) if first => check_declaration(&declaration)?,
            Event::Comment(_) if limits.comments == Comments::Skipped => {}
            Event::Comment(_) => return Err(Violation::Comment),
            Event::CData(_) => return Err(Violation::CData),
            Event::DocType(_) => return Err(Violation::DocumentType),
            Event::PI(_) | Event::Decl(_) => return Err(Violation::ProcessingInstruction),
            Event::Eof => break,
        }
        first = false;
    }
    tree.root.filter(|_| tree.open.is_empty()).ok_or_else(|| Violation::IllFormed("it ends too early".into()))
}

/// A document as far as it has been read.
struct Tree<'a> {
    limits: &'a Limits,
    elements: usize,
    open: Vec<Element>,
    root: Option<Element>,
}

impl Tree<'_> {
    fn element(&mut self, reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Element, Violation> {
        self.elements += 1;
        if self.elements > self.limits.elements {
            return Err(Violation::TooManyElements(self.limits.elements));
        }
        let raw = utf8(start.name().into_inner())?;
        check_name(raw)?;
        let (namespace, local) = reader.resolver().resolve_element(start.name());
        let name = Name { namespace: bound(namespace, raw)?, local: utf8(local.into_inner())?.to_owned() };
        let mut attributes = Vec::new();
        for (nth, attribute) in start.attributes().enumerate() {
            if nth == self.limits.attributes {
                return Err(Violation::TooManyAttributes { element: raw.to_owned(), limit: nth });
            }
            let attribute = attribute.map_err(|error| Violation::IllFormed(shown(&error.to_string())))?;
            attributes.extend(read_attribute(reader, &attribute)?);
        }
        attributes.sort();
        if let Some(pair) = attributes.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let attribute = pair[0].0.local.clone();
            return Err(Violation::RepeatedAttribute { element: raw.to_owned(), attribute });
        }
        Ok(Element { name, attributes, children: Vec::new(), text: String::new() })
    }

    fn open(&mut self, element: Element) -> Result<(), Violation> {
        if self.root.is_some() {
            return Err(Violation::OutsideOfRoot);
        }
        self.open.push(element);
        if self.open.len() > self.limits.depth {
            return Err(Violation::TooDeep(self.limits.depth));
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Violation> {
        let element = self.open.pop().ok_or(Violation::OutsideOfRoot)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Violation> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.chars().all(is_space) => {}
            None => return Err(Violation::OutsideOfRoot),
        }
        Ok(())
    }
}

/// None for a namespace declaration, which is checked and dropped.
fn read_attribute(reader: &NsReader<&[u8]>, attribute: &RawAttribute<'_>) -> Result<Option<(Name, String)>, Violation> {
    let raw = utf8(attribute.key.into_inner())?;
    check_name(raw)?;
    let value = attribute_value(utf8(&attribute.value)?)?;
    if attribute.key.as_namespace_binding().is_some() {
        // Canonical XML leaves relative ones undefined (Canonical XML 1.0, section 1.3).
        return if is_absolute(&value) { Ok(None) } else { Err(Violation::RelativeNamespace(shown(&value))) };
    }
    let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
    let name = Name { namespace: bound(namespace, raw)?, local: utf8(local.into_inner())?.to_owned() };
    Ok(Some((name, value)))
}

fn bound(namespace: ResolveResult<'_>, raw: &str) -> Result<String, Violation> {
    match namespace {
        ResolveResult::Bound(namespace) => Ok(resolved(utf8(namespace.into_inner())?)?),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(_) => Err(Violation::UnknownPrefix(raw.to_owned())),
    }
}

/// `prefix:name` or `name`. XML allows more letters, but SAML needs none of them.
fn check_name(raw: &str) -> Result<(), Violation> {
    let ncname = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.chars().all(|next| next.is_ascii_alphanumeric() || matches!(next, '.' | '-' | '_'))
    };
    let (prefix, local) = raw.split_once(':').unwrap_or(("x", raw));
    if ncname(prefix) && ncname(local) { Ok(()) } else { Err(Violation::Name(shown(raw))) }
}

fn check_declaration(declaration: &BytesDecl<'_>) -> Result<(), Violation> {
    let version = declaration.version().is_ok_and(|version| version.as_ref() == b"1.0");
    // libxml2 reads a document in the encoding it names, whatever it was checked in.
    let encoding = match declaration.encoding() {
        None => true,
        Some(Ok(encoding)) => encoding.eq_ignore_ascii_case(b"utf-8"),
        Some(Err(_)) => false,
    };
    if version && encoding { Ok(()) } else { Err(Violation::Declaration) }
}

/// With the line ends that XML 1.0, section 2.11, makes of all.
fn plain_text(text: &str) -> Result<String, Violation> {
    if text.contains("]]>") {
        return Err(Violation::IllFormed("']]>' in a text".into()));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// White space becomes blanks, as XML 1.0, section 3.3.3, wants it; that of references stays.
fn attribute_value(raw: &str) -> Result<String, Violation> {
    if raw.contains('<') {
        return Err(Violation::IllFormed("'<' in an attribute".into()));
    }
    resolved(&raw.replace("\r\n", " ").replace(['\t', '\n', '\r'], " "))
}

fn resolved(raw: &str) -> Result<String, Violation> {
    let mut parts = raw.split('&');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let unclosed = || Violation::IllFormed("a reference without ';'".into());
        let (name, rest) = part.split_once(';').ok_or_else(unclosed)?;
        text.push(resolve(name)?);
        text.push_str(rest);
    }
    Ok(text)
}

/// One of the five references that XML has built in, or a character by its number.
fn resolve(name: &str) -> Result<char, Violation> {
    let unknown = || Violation::Entity(shown(name));
    let number = |digits: &str, radix: u32| {
        // `from_str_radix` takes a sign as well.
        if !digits.chars().all(|digit| digit.is_digit(radix)) {
            return Err(unknown());
        }
        let character = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
        character.filter(|&character| is_xml_character(character)).ok_or(Violation::Character)
    };
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(digits), _) => number(digits, 16),
            (None, Some(digits)) => number(digits, 10),
            (None, None) => Err(unknown()),
        },
    }
}

/// XML 1.0, production 2.
fn is_xml_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// XML 1.0, production 3.
pub(super) fn is_space(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' ')
}

/// With a scheme (RFC 3986, section 3.1).
fn is_absolute(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|next| next.is_ascii_alphanumeric() || matches!(next, '+' | '-' | '.'))
            && !rest.is_empty()
    })
}

fn utf8(bytes: &[u8]) -> Result<&str, Violation> {
    std::str::from_utf8(bytes).map_err(|_| Violation::Character)
}

/// Foreign text as it may stand in a message for people: printable, at most 200 characters.
pub(super) fn shown(text: &str) -> String {
    let printable = text.chars().filter(|character| !character.is_control());
    printable.take(200).collect::<String>().trim().to_owned()
}
