//! A text that is being typed as a tree: objects and arrays with places, whatever is missing in it.

use std::ops::Range;

mod json;
mod yaml;

use asl::Format;

/// How deep values may be nested.
const MAX_DEPTH: usize = 128;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its bytes; of a scalar those without quotes.
    pub span: Range<usize>,
    /// What is in it.
    pub content: Content,
}

/// The content of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Members, in their order.
    Object(Vec<Member>),
    /// Elements.
    Array(Vec<Node>),
    /// Anything else, and whether it is in quotes.
    Scalar {
        /// Its text as it is written.
        text: String,
        /// Whether it is in quotes.
        quoted: bool,
    },
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name as it is written.
    pub name: String,
    /// The bytes of the name, without quotes.
    pub span: Range<usize>,
    /// Whether the name is in quotes.
    pub quoted: bool,
    /// Whether a colon follows the name.
    pub has_colon: bool,
    /// The value, if there is one.
    pub value: Option<Node>,
}

/// A place in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor<'t> {
    /// The objects and arrays around the place, from the outside in, each with the step that leads further in.
    pub around: Vec<(&'t Node, Step<'t>)>,
    /// What is at the place.
    pub target: Target,
}

/// A step from a value to one inside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'t> {
    /// To the value of a member.
    Member(&'t str),
    /// To an element.
    Element(usize),
    /// The place is in the object or array itself.
    End,
}

/// What is at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Whether it is the name of a member.
    pub is_name: bool,
    /// The bytes to replace, without quotes.
    pub span: Range<usize>,
    /// Whether quotes are there.
    pub quoted: bool,
    /// Whether a name has its colon already.
    pub has_colon: bool,
}

/// Reads a text in which `cursor` is the byte at which something is typed.
pub fn parse(text: &str, format: Format, cursor: usize) -> Node {
    match format {
        Format::Json => json::parse(text, 0),
        Format::Yaml if text.trim_start().starts_with('{') => json::parse(text, 0),
        Format::Yaml => yaml::parse(text, cursor),
    }
}

impl Node {
    /// Returns the value of a member.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members()
            .iter()
            .find(|member| member.name == name)?
            .value
            .as_ref()
    }

    /// Returns the members of an object.
    pub fn members(&self) -> &[Member] {
        if let Content::Object(members) = &self.content {
            members
        } else {
            &[]
        }
    }

    /// Returns the text of a scalar.
    pub fn text(&self) -> Option<&str> {
        if let Content::Scalar { text, .. } = &self.content {
            Some(text)
        } else {
            None
        }
    }

    /// Calls a function with this value and all that are in it.
    pub fn walk<'t>(&'t self, visit: &mut dyn FnMut(&'t Self)) {
        visit(self);
        match &self.content {
            Content::Object(members) => {
                members
                    .iter()
                    .filter_map(|member| member.value.as_ref())
                    .for_each(|value| value.walk(visit));
            }
            Content::Array(elements) => elements.iter().for_each(|element| element.walk(visit)),
            Content::Scalar { .. } => {}
        }
    }

    /// Returns what is at a byte of the text.
    pub fn cursor(&self, at: usize) -> Cursor<'_> {
        let mut around = Vec::new();
        let mut node = self;
        loop {
            let holds = |span: &Range<usize>| span.start <= at && at <= span.end;
            match &node.content {
                Content::Scalar { quoted, .. } => {
                    let target = Target {
                        is_name: false,
                        span: node.span.clone(),
                        quoted: *quoted,
                        has_colon: false,
                    };
                    return Cursor { around, target };
                }
                Content::Array(elements) => {
                    match elements
                        .iter()
                        .enumerate()
                        .find(|(_, element)| holds(&element.span))
                    {
                        Some((index, element)) => {
                            around.push((node, Step::Element(index)));
                            node = element;
                        }
                        None => {
                            around.push((node, Step::End));
                            let target = Target {
                                is_name: false,
                                span: at..at,
                                quoted: false,
                                has_colon: false,
                            };
                            return Cursor { around, target };
                        }
                    }
                }
                Content::Object(members) => {
                    let named = members.iter().find(|member| holds(&member.span));
                    if let Some(member) = named {
                        around.push((node, Step::End));
                        let (quoted, has_colon) = (member.quoted, member.has_colon);
                        let target = Target {
                            is_name: true,
                            span: member.span.clone(),
                            quoted,
                            has_colon,
                        };
                        return Cursor { around, target };
                    }
                    // The last member that begins before the place.
                    let before = members.iter().rev().find(|member| member.span.end < at);
                    let value = before.and_then(|member| member.value.as_ref());
                    match (before, value) {
                        (Some(member), Some(value)) if holds(&value.span) => {
                            around.push((node, Step::Member(&member.name)));
                            node = value;
                        }
                        (Some(member), None) if member.has_colon => {
                            around.push((node, Step::Member(&member.name)));
                            let target = Target {
                                is_name: false,
                                span: at..at,
                                quoted: false,
                                has_colon: false,
                            };
                            return Cursor { around, target };
                        }
                        _ => {
                            around.push((node, Step::End));
                            let target = Target {
                                is_name: true,
                                span: at..at,
                                quoted: false,
                                has_colon: false,
                            };
                            return Cursor { around, target };
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the place of `|` in a text: the path to it, whether it is a name, and the letters that are there.
    fn check(format: Format, text: &str, expected: &str) {
        let at = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let tree = parse(&text, format, at);
        let cursor = tree.cursor(at);
        let step = |(_, step): &(&Node, Step<'_>)| match step {
            Step::Member(name) => format!("/{name}"),
            Step::Element(index) => format!("/{index}"),
            Step::End => "/".to_owned(),
        };
        let path: String = cursor.around.iter().map(step).collect();
        let Target {
            is_name,
            span,
            quoted,
            has_colon,
        } = cursor.target;
        let kind = if is_name { "name" } else { "value" };
        let quotes = if quoted { "\"" } else { "" };
        let colon = if has_colon { ":" } else { "" };
        assert_eq!(
            format!("{path} {kind} {quotes}{}{quotes}{colon}", &text[span]),
            expected,
            "{text}"
        );
    }

    #[test]
    fn places_in_json_are_found_whatever_is_missing() {
        let json = |text: &str, expected: &str| check(Format::Json, text, expected);
        json(r#"{"a": {"b": "x|y"}}"#, r#"/a/b value "xy""#);
        json(r#"{"a": {"b|": 1}}"#, r#"/a/ name "b":"#);
        json(r#"{"a": {|}}"#, "/a/ name ");
        json(r#"{"a": {"x": 1, |}}"#, "/a/ name ");
        json(r#"{"a": [1, {"b": |}], "c": 1}"#, "/a/1/b value ");
        json(r#"{"a": [|]}"#, "/a/ value ");
        // A string that is not closed ends with its line.
        json("{\"a\": \"x|\n  \"b\": 1}", r#"/a value "x""#);
        json("{\"a\": |\n  \"b\": 1}", "/a value ");
        json(
            "{\"S\": {\n  \"a|\n  \"b\": {\"c\": 1}}}",
            r#"/S/ name "a""#,
        );
        json("{\"S\": {\"a\": \"|", r#"/S/a value """#);
        json("{\"S\": {\"a\": ${x}, \"b\": \"|\"}}", r#"/S/b value """#);
        json("{\"a\": nul|l}", "/a value null");
        json("|", " value ");
    }

    #[test]
    fn places_in_yaml_are_found_by_indentation() {
        let yaml = |text: &str, expected: &str| check(Format::Yaml, text, expected);
        yaml("a:\n  b: x|y\n", "/a/b value xy");
        yaml("a:\n  b: 'x|y'\n", r#"/a/b value "xy""#);
        yaml("a:\n  b|: 1\n", "/a/ name b:");
        yaml("a:\n  b: 1\n  |\nc: 2\n", "/a/ name ");
        yaml("a:\n  b: 1\n|\n", "/ name ");
        yaml("a:\n  b: |\n  c: 1\n", "/a/b value ");
        yaml("a:\n- b: 1\n  c: |\n", "/a/0/c value ");
        yaml("a:\n  - b: 1\n  - |\n", "/a/1/ name ");
        yaml("a:\n  - x\n  - y|\n", "/a/1 value y");
        yaml("a:\n  # note: x\n  b: |\n", "/a/b value ");
        yaml("a: >\n  text: x\nb: |\n", "/b value ");
        yaml("a: {\"b\": \"x|\"}\n", r#"/a/b value "x""#);
        yaml("a:\n  Ne|\n", "/a/ name Ne");
        yaml("|", "/ name ");
    }

    #[test]
    fn deep_texts_end() {
        for text in ["[".repeat(5000), "{\"a\":".repeat(5000)] {
            parse(&text, Format::Json, 0).cursor(text.len());
        }
        let text: String = (0..2000)
            .map(|depth| format!("{}a:\n", " ".repeat(depth)))
            .collect();
        parse(&text, Format::Yaml, text.len()).cursor(text.len());
        parse(&"- ".repeat(5000), Format::Yaml, 0).cursor(9);
    }
}
