//! Reads the server's HTML as far as a test needs it: elements, attributes, text, forms. It trusts that elements are
//! closed, which the renderer sees to.

/// A document, in the order it came.
pub struct Html {
    nodes: Vec<Node>,
}

#[derive(Debug)]
enum Node {
    Open { tag: String, attributes: Vec<(String, String)> },
    Close(String),
    Text(String),
}

/// An element of a document.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    html: &'a Html,
    at: usize,
}

/// A form as a browser would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

impl Html {
    pub fn parse(text: &str) -> Self {
        let (mut nodes, mut rest) = (Vec::new(), text);
        while let Some(start) = rest.find('<') {
            push_text(&mut nodes, &rest[..start]);
            rest = &rest[start..];
            if rest.starts_with("<!--") {
                rest = after(rest, "-->");
            } else if rest.starts_with("<!") {
                rest = after(rest, ">");
            } else if let Some(closed) = rest.strip_prefix("</") {
                let end = closed.find('>').unwrap_or(closed.len());
                nodes.push(Node::Close(closed[..end].trim().to_lowercase()));
                rest = after(rest, ">");
            } else {
                rest = open(&mut nodes, rest);
            }
        }
        push_text(&mut nodes, rest);
        Self { nodes }
    }

    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        let open = |at: &usize| matches!(self.nodes[*at], Node::Open { .. });
        (0..self.nodes.len()).filter(open).map(|at| Element { html: self, at })
    }

    pub fn all(&self, tag: &str) -> Vec<Element<'_>> {
        self.elements().filter(|element| element.tag() == tag).collect()
    }

    pub fn by_id(&self, id: &str) -> Option<Element<'_>> {
        self.elements().find(|element| element.attribute("id") == Some(id))
    }

    /// The link with these words.
    pub fn link(&self, words: &str) -> Option<&str> {
        self.all("a").into_iter().find(|link| link.text() == words).and_then(|link| link.attribute("href"))
    }

    /// All that a reader sees, with single spaces.
    pub fn text(&self) -> String {
        match self.all("body").first() {
            Some(body) => body.text(),
            None => collect(self.nodes.iter()),
        }
    }

    /// The form that calls a server function, filled as it stands.
    pub fn form(&self, function: &str) -> Option<Form> {
        let calls = |element: &Element<'_>| {
            let action = element.attribute("action").unwrap_or_default();
            let name = action.split(['?', '&']).find_map(|pair| pair.strip_prefix("do=")).unwrap_or_default();
            element.tag() == "form" && name.trim_end_matches(|c: char| c.is_ascii_digit()) == function
        };
        let form = self.elements().find(calls)?;
        let id = form.attribute("id");
        let outside = self.elements().filter(|element| id.is_some() && element.attribute("form") == id);
        let controls: Vec<_> = form.inside().chain(outside).collect();
        let fields = controls.iter().filter_map(Element::sent).collect();
        Some(Form { action: form.attribute("action")?.to_owned(), fields })
    }
}

impl<'a> Element<'a> {
    pub fn tag(&self) -> &'a str {
        match &self.html.nodes[self.at] {
            Node::Open { tag, .. } => tag,
            _ => "",
        }
    }

    pub fn attributes(&self) -> &'a [(String, String)] {
        match &self.html.nodes[self.at] {
            Node::Open { attributes, .. } => attributes,
            _ => &[],
        }
    }

    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes().iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All that a reader sees of it, with single spaces.
    pub fn text(&self) -> String {
        collect(self.html.nodes[self.at..self.end()].iter())
    }

    pub fn inside(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let (html, end) = (self.html, self.end());
        (self.at + 1..end)
            .filter(move |at| matches!(html.nodes[*at], Node::Open { .. }))
            .map(move |at| Element { html, at })
    }

    fn end(&self) -> usize {
        let mut depth = 0_usize;
        for (at, node) in self.html.nodes.iter().enumerate().skip(self.at) {
            match node {
                Node::Open { tag, .. } if tag == self.tag() && !VOID.contains(&tag.as_str()) => depth += 1,
                Node::Close(tag) if tag == self.tag() => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return at;
            }
        }
        self.html.nodes.len()
    }

    /// Name and value that this control sends, if it sends any. Buttons are pressed by the test.
    fn sent(&self) -> Option<(String, String)> {
        let name = self.attribute("name")?.to_owned();
        if self.attribute("disabled").is_some() {
            return None;
        }
        let value = match (self.tag(), self.attribute("type").unwrap_or("text")) {
            ("input", "checkbox" | "radio") => {
                self.attribute("checked").map(|_| self.attribute("value").unwrap_or("on").to_owned())
            }
            ("input", "submit" | "button") => None,
            ("input", _) => Some(self.attribute("value").unwrap_or_default().to_owned()),
            ("textarea", _) => Some(self.text()),
            ("select", _) => {
                let options: Vec<_> = self.inside().filter(|element| element.tag() == "option").collect();
                let chosen = options.iter().find(|option| option.attribute("selected").is_some()).or(options.first());
                chosen.map(|option| option.attribute("value").map_or_else(|| option.text(), str::to_owned))
            }
            _ => None,
        };
        value.map(|value| (name, value))
    }
}

/// Reads an opening tag; of script and style, the content as well.
fn open<'a>(nodes: &mut Vec<Node>, text: &'a str) -> &'a str {
    let name_end = text[1..].find(|c: char| c.is_whitespace() || c == '>' || c == '/').map_or(text.len(), |at| at + 1);
    let tag = text[1..name_end].to_lowercase();
    let (attributes, mut rest) = attributes(&text[name_end..]);
    let raw = matches!(tag.as_str(), "script" | "style");
    nodes.push(Node::Open { tag: tag.clone(), attributes });
    if raw {
        let end = rest.find(&format!("</{tag}")).unwrap_or(rest.len());
        rest = &rest[end..];
    }
    rest
}

fn attributes(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return (found, rest);
        }
        if let Some(rest) = rest.strip_prefix('>') {
            return (found, rest);
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/')).unwrap_or(rest.len());
        let name = rest[..end].to_lowercase();
        rest = &rest[end..];
        let mut value = "";
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let end = quoted.find('"').unwrap_or(quoted.len());
            value = &quoted[..end];
            rest = quoted.get(end + 1..).unwrap_or_default();
        } else if let Some(bare) = rest.strip_prefix('=') {
            let end = bare.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(bare.len());
            value = &bare[..end];
            rest = &bare[end..];
        }
        found.push((name, unescape(value)));
    }
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.find(end).map_or("", |at| &text[at + end.len()..])
}

fn push_text(nodes: &mut Vec<Node>, text: &str) {
    if !text.is_empty() {
        nodes.push(Node::Text(unescape(text)));
    }
}

fn collect<'a>(nodes: impl Iterator<Item = &'a Node>) -> String {
    let mut text = String::new();
    for node in nodes {
        match node {
            Node::Text(part) => text.push_str(part),
            Node::Open { tag, .. } | Node::Close(tag) if !is_inline(tag) => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_inline(tag: &str) -> bool {
    matches!(tag, "a" | "b" | "code" | "em" | "span" | "strong" | "time")
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#x27;", "'").replace("&#39;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_would_send_it() {
        let html = Html::parse(
            r#"<!DOCTYPE html><body><!-- no --><form method="post" action="/s?x=1&amp;do=make_it42" id="f">
            <input type="hidden" name="id" value="a&quot;b"><input type="checkbox" name="on" value="true" checked>
            <input type="checkbox" name="off" value="true"/><select name="s"><option value="1">One</option>
            <option value="2" selected>Two</option></select><textarea name="t">x &lt; y</textarea>
            <button name="intent" value="test">Test</button></form><input name="far" form="f" value="z"><script>if (a<b) "</p>"</script>
            <p id="e">Hello <b>there</b></p></body>"#,
        );
        let form = html.form("make_it").unwrap();
        assert_eq!(form.action, "/s?x=1&do=make_it42");
        let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(fields, [("id", "a\"b"), ("on", "true"), ("s", "2"), ("t", "x < y"), ("far", "z")]);
        assert_eq!(html.by_id("e").unwrap().text(), "Hello there");
        assert!(html.form("make").is_none());
    }
}
