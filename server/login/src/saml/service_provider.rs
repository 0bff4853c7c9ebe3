//! What a provider has to know of this portal, and its metadata.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::name::{EMAIL_FORMAT, HTTP_POST, METADATA, PERSISTENT_FORMAT, PROTOCOL};

/// This portal, as one provider knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceProvider {
    /// The audience of every assertion.
    pub entity_id: String,
    /// Where the browser posts the response to (Assertion Consumer Service).
    pub acs_url: String,
}

impl ServiceProvider {
    /// The document that a provider can load in place of typing both addresses (SAML 2.0 Metadata, section 2.4.4).
    ///
    /// It names no key: requests are not signed, and an encrypted assertion could not be read.
    pub fn metadata(&self) -> std::io::Result<String> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        writer
            .create_element("md:EntityDescriptor")
            .with_attributes([("xmlns:md", METADATA), ("entityID", &*self.entity_id)])
            .write_inner_content(|writer| {
                writer
                    .create_element("md:SPSSODescriptor")
                    .with_attributes([
                        ("AuthnRequestsSigned", "false"),
                        ("WantAssertionsSigned", "true"),
                        ("protocolSupportEnumeration", PROTOCOL),
                    ])
                    .write_inner_content(|writer| self.write_role(writer))?;
                Ok(())
            })?;
        String::from_utf8(writer.into_inner()).map_err(std::io::Error::other)
    }

    /// The schema wants formats before endpoints.
    fn write_role(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        for format in [EMAIL_FORMAT, PERSISTENT_FORMAT] {
            writer.create_element("md:NameIDFormat").write_text_content(BytesText::new(format))?;
        }
        writer
            .create_element("md:AssertionConsumerService")
            .with_attributes([
                ("Binding", HTTP_POST),
                ("Location", &*self.acs_url),
                ("index", "0"),
                ("isDefault", "true"),
            ])
            .write_empty()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::xml::{self, Comments, Limits};

    #[test]
    fn metadata_is_what_the_schema_orders() {
        let portal = ServiceProvider {
            entity_id: "https://rollcall.example.com/auth/okta?a=1&b=\"2\"".into(),
            acs_url: "https://rollcall.example.com/auth/okta/acs".into(),
        };
        let limits = Limits { bytes: 9_999, elements: 10, depth: 5, attributes: 9, comments: Comments::Refused };
        let root = xml::read(&portal.metadata().unwrap(), &limits).unwrap();
        assert!(root.is(METADATA, "EntityDescriptor"));
        assert_eq!(root.attribute("entityID"), Some(&*portal.entity_id), "escaped and read again");
        let [role] = &root.children[..] else { panic!("one role: {root:?}") };
        assert!(role.is(METADATA, "SPSSODescriptor"));
        assert_eq!(role.attribute("WantAssertionsSigned"), Some("true"));
        assert_eq!(role.attribute("protocolSupportEnumeration"), Some(PROTOCOL));
        let names: Vec<&str> = role.children.iter().map(|child| child.name.local.as_str()).collect();
        assert_eq!(names, ["NameIDFormat", "NameIDFormat", "AssertionConsumerService"]);
        assert_eq!(role.children[2].attribute("Binding"), Some(HTTP_POST));
        assert_eq!(role.children[2].attribute("Location"), Some(&*portal.acs_url));
    }
}
