//! Filters of Jayway JsonPath: `[?(@.price < 10 && @.name =~ /a.*/i)]`.
//!
//! Source: Jayway JsonPath's README, "Filter Operators".

use serde_json::Value;

use super::Path;

/// The condition of a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// `a && b`: a list, so that a long chain is not a deep tree.
    And(Vec<Filter>),
    /// `a || b`
    Or(Vec<Filter>),
    /// `!a`
    Not(Box<Filter>),
    /// A path alone: whether it leads to a value.
    Exists(Operand),
    /// `a operator b`
    Compare(Operand, Operator, Operand),
    /// A condition that this parser does not know.
    Unsupported(String),
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// `@.name`: a path in the element.
    Element(Path),
    /// `$.name`: a path in the whole value.
    Root(Path),
    /// A constant.
    Constant(Value),
    /// A regular expression with its flags.
    Pattern(String, String),
}

/// An operator of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=~`: the left side matches a regular expression.
    Matches,
    /// `in`: the left side is an element of the right side.
    In,
    /// `nin`: the left side is not an element of the right side.
    NotIn,
    /// `subsetof`: all elements of the left side are in the right side.
    SubsetOf,
    /// `anyof`: some element of the left side is in the right side.
    AnyOf,
    /// `noneof`: no element of the left side is in the right side.
    NoneOf,
    /// `size`: both sides have the same length.
    Size,
    /// `empty`: whether the left side is empty.
    Empty,
    /// `contains`: the right side is an element, or a part, of the left side.
    Contains,
}

/// The operators, longest first.
const OPERATORS: &[(&str, Operator)] = &[
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("=~", Operator::Matches),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("subsetof", Operator::SubsetOf),
    ("contains", Operator::Contains),
    ("noneof", Operator::NoneOf),
    ("anyof", Operator::AnyOf),
    ("empty", Operator::Empty),
    ("size", Operator::Size),
    ("nin", Operator::NotIn),
    ("in", Operator::In),
];

/// Maximum depth of nested conditions and of filters in the paths of filters, so that no text can exhaust the
/// stack.
const MAX_DEPTH: usize = 64;

impl Filter {
    /// Parses the text between the parentheses of a filter. A text that is not understood becomes
    /// [`Filter::Unsupported`], because AWS may accept it. The depth is the number of conditions around it.
    pub(super) fn parse(text: &str, depth: usize) -> Self {
        let mut reader = Reader { text, at: 0 };
        let filter = reader.or(depth);
        reader.blanks();
        match filter {
            Some(filter) if reader.rest().is_empty() => filter,
            _ => Self::Unsupported(text.to_owned()),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, word: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn or(&mut self, depth: usize) -> Option<Filter> {
        let first = self.and(depth)?;
        let mut others = Vec::new();
        while self.eat("||") {
            others.push(self.and(depth)?);
        }
        Some(joined(first, others, Filter::Or))
    }

    fn and(&mut self, depth: usize) -> Option<Filter> {
        let first = self.condition(depth)?;
        let mut others = Vec::new();
        while self.eat("&&") {
            others.push(self.condition(depth)?);
        }
        Some(joined(first, others, Filter::And))
    }

    fn condition(&mut self, depth: usize) -> Option<Filter> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.blanks();
        if self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            self.at += 1;
            return Some(Filter::Not(Box::new(self.condition(depth + 1)?)));
        }
        if self.eat("(") {
            let inner = self.or(depth + 1)?;
            return self.eat(")").then_some(inner);
        }
        let left = self.operand(depth)?;
        let Some(operator) = self.operator() else {
            return Some(Filter::Exists(left));
        };
        let start = self.at;
        let right = self.operand(depth).or_else(|| {
            self.at = start;
            self.word()
        })?;
        Some(Filter::Compare(left, operator, right))
    }

    fn operator(&mut self) -> Option<Operator> {
        self.blanks();
        let rest = self.rest();
        let (word, operator) = OPERATORS.iter().find(|(word, _)| {
            let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic());
            // A word ends where the next one begins.
            let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
            rest.split_at_checked(word.len())
                .is_some_and(|(first, rest)| {
                    first.eq_ignore_ascii_case(word) && (!is_word || ends(rest))
                })
        })?;
        self.at += word.len();
        Some(*operator)
    }

    fn operand(&mut self, depth: usize) -> Option<Operand> {
        self.blanks();
        match self.rest().chars().next()? {
            '@' => self.path().and_then(|text| {
                let path = format!("${}", text.strip_prefix('@')?);
                Path::read(&path, depth + 1).ok().map(Operand::Element)
            }),
            '$' => self
                .path()
                .and_then(|text| Path::read(text, depth + 1).ok().map(Operand::Root)),
            quote @ ('\'' | '"') => self
                .string(quote)
                .map(|text| Operand::Constant(text.into())),
            '/' => self.pattern(),
            '[' | '{' => self.json(),
            _ => self.literal(),
        }
    }

    /// A path: up to a blank or an operator outside of brackets and quotes.
    fn path(&mut self) -> Option<&'a str> {
        let start = self.at;
        let (mut depth, mut quote) = (0_usize, None);
        let mut letters = self.rest().char_indices();
        while let Some((index, c)) = letters.next() {
            let ends = c.is_whitespace() || "=!<>&|,".contains(c);
            match (quote, c) {
                (Some(_), '\\') => _ = letters.next(),
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') if depth > 0 => quote = Some(c),
                (None, '[' | '(') => depth += 1,
                (None, ')' | ']') if depth == 0 => return self.take(start, start + index),
                (None, ')' | ']') => depth -= 1,
                (None, _) if depth == 0 && ends => return self.take(start, start + index),
                (None, _) => {}
            }
        }
        self.take(start, self.text.len())
    }

    fn take(&mut self, start: usize, end: usize) -> Option<&'a str> {
        self.at = end;
        self.text.get(start..end)
    }

    fn string(&mut self, quote: char) -> Option<String> {
        self.at += quote.len_utf8();
        let mut text = String::new();
        let mut letters = self.rest().char_indices();
        while let Some((index, c)) = letters.next() {
            match c {
                '\\' => text.push(letters.next()?.1),
                c if c == quote => {
                    self.at += index + c.len_utf8();
                    return Some(text);
                }
                c => text.push(c),
            }
        }
        None
    }

    fn pattern(&mut self) -> Option<Operand> {
        self.at += 1;
        let (mut pattern, mut end, mut escaped) = (String::new(), None, false);
        for (index, c) in self.rest().char_indices() {
            match c {
                '/' if !escaped => {
                    end = Some(index);
                    break;
                }
                c => pattern.push(c),
            }
            escaped = c == '\\' && !escaped;
        }
        self.at += end? + 1;
        let flags: String = self
            .rest()
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        self.at += flags.len();
        Some(Operand::Pattern(pattern, flags))
    }

    /// An array or an object, with strings in single or double quotes.
    fn json(&mut self) -> Option<Operand> {
        let start = self.at;
        let (mut depth, mut quote, mut text) = (0_usize, None, String::new());
        let mut letters = self.rest().char_indices();
        while let Some((index, c)) = letters.next() {
            match (quote, c) {
                (Some(_), '\\') => {
                    // JSON has no escape for an apostrophe.
                    let (_, escaped) = letters.next()?;
                    text.extend((escaped != '\'').then_some(c));
                    text.push(escaped);
                    continue;
                }
                (Some(open), c) if c == open => {
                    quote = None;
                    text.push('"');
                    continue;
                }
                (Some('\''), '"') => text.push('\\'),
                (Some(_), _) => {}
                (None, '\'' | '"') => {
                    quote = Some(c);
                    text.push('"');
                    continue;
                }
                (None, '[' | '{') => depth += 1,
                (None, ']' | '}') => depth = depth.saturating_sub(1),
                (None, _) => {}
            }
            text.push(c);
            if depth == 0 && quote.is_none() {
                self.at = start + index + c.len_utf8();
                return serde_json::from_str(&text).ok().map(Operand::Constant);
            }
        }
        None
    }

    /// A number, `true`, `false` or `null`.
    fn literal(&mut self) -> Option<Operand> {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
        let word = rest.get(..length.unwrap_or(rest.len()))?;
        let value = serde_json::from_str::<Value>(word).ok()?;
        self.at += word.len();
        Some(Operand::Constant(value))
    }

    /// A text without quotes, which AWS accepts at the right side: `@.type==Receipt`.
    fn word(&mut self) -> Option<Operand> {
        self.blanks();
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let length = rest.find(|c: char| c.is_whitespace() || "()[]{}=!<>&|,'\"".contains(c));
        let word = rest.get(..length.unwrap_or(rest.len()))?;
        self.at += word.len();
        Some(Operand::Constant(word.into()))
    }
}

/// A condition, or several of them that are joined.
fn joined(first: Filter, others: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    if others.is_empty() {
        return first;
    }
    join(std::iter::once(first).chain(others).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_as_jayway_reads_them() {
        for (text, expected) in [
            ("@.a == 'x'", "Compare"),
            ("@.a=='x' && @.b<3", "And"),
            ("@.a || (@.b && !@.c)", "Or"),
            ("!(@.a == 1)", "Not"),
            ("@.a", "Exists"),
            ("@['a b'] != null", "Compare"),
            ("@.name =~ /a\\/b.*/i", "Compare"),
            ("@.a in ['x', \"y\", 'it\\'s']", "Compare"),
            ("@['it\\'s'] == 1", "Compare"),
            ("@.a==Receipt", "Compare"),
            ("(@.a == 2020-01-01 && @.b)", "And"),
            ("@.a IN [1]", "Compare"),
            ("@.a == 'ä' || @.ä", "Or"),
            ("@.a in ['x', \"y\"]", "Compare"),
            ("@.a nin [1, 2]", "Compare"),
            ("@.tags contains 'x'", "Compare"),
            ("@.tags empty true", "Compare"),
            ("@.tags size 2", "Compare"),
            ("@ > $.limit", "Compare"),
            ("@.length-1", "Exists"),
            ("@.a == ", "Unsupported"),
            ("index", "Unsupported"),
            ("", "Unsupported"),
            ("@.a == 'x", "Unsupported"),
        ] {
            let read = format!("{:?}", Filter::parse(text, 0));
            assert!(read.starts_with(expected), "{text}: {read}");
        }
    }

    #[test]
    fn long_and_deep_filters_end() {
        let chain = "@.a&&@.b||".repeat(50_000) + "@.c";
        assert!(matches!(Filter::parse(&chain, 0), Filter::Or(_)));
        let nested = "@[?(".repeat(5_000) + "@.a" + &")]".repeat(5_000);
        assert!(matches!(Filter::parse(&nested, 0), Filter::Exists(_)));
    }

    #[test]
    fn deep_filters_are_not_understood() {
        let text = format!("{}@.a{}", "(".repeat(1000), ")".repeat(1000));
        assert!(matches!(Filter::parse(&text, 0), Filter::Unsupported(_)));
    }
}
