//! Strings that a value may be, with the places where they are written.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use tfplugin::{AttributePath, Step};

use super::places::{At, name_in};
use super::{Configuration, Declared, MAX_DEPTH};

/// A string that a value may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// It is written in the file.
    Written {
        /// The string.
        text: String,
        /// Its bytes, without quotes.
        span: Range<usize>,
    },
    /// It is a local value of another file.
    Local {
        /// The name of the local value.
        name: String,
    },
}

impl Declared<'_> {
    /// Returns the strings that the value of a path may be: written there, in both results of a condition, in the arguments of a
    /// function, or in local values.
    pub fn literals(&self, path: &AttributePath) -> Vec<Literal> {
        let mut found = Vec::new();
        if let Some(At::Expression(expression)) = self.at(path.steps()) {
            self.configuration.literals_in(expression, 0, &mut found);
        }
        found
    }

    /// Returns the bytes of the name of a member, or of the label of a block, without quotes; `None` for anything else.
    pub fn label_span(&self, path: &AttributePath) -> Option<Range<usize>> {
        let (last, before) = path.steps().split_last()?;
        let label = match self.at(path.steps()) {
            Some(At::Body(_, block)) => {
                let label = block
                    .labels
                    .first()
                    .filter(|label| matches!(last, Step::Key(key) if key == label.as_str()))?;
                label.span()
            }
            _ => match self.at(before)? {
                at @ At::Expression(_) => name_in(&at, last),
                _ => None,
            },
        }?;
        Some(self.configuration.unquoted(label))
    }

    /// Returns the bytes of the whole block that a path leads to, or of the member with its name.
    pub fn whole_span(&self, path: &AttributePath) -> Range<usize> {
        let whole = || match self.at(path.steps())? {
            At::Body(_, block) => block.span(),
            At::Expression(expression) => {
                let start = self.label_span(path).or_else(|| expression.span())?.start;
                Some(start..expression.span()?.end)
            }
            _ => None,
        };
        whole().map_or_else(|| self.span(path), |span| self.trimmed(span))
    }
}

impl Configuration<'_> {
    /// Returns the names of the local values of the file, each with the strings that it may be.
    pub fn local_literals(&self) -> impl Iterator<Item = (&str, Vec<Literal>)> {
        self.locals.iter().map(|(name, expression)| {
            let mut found = Vec::new();
            self.literals_in(expression, 0, &mut found);
            (name.as_str(), found)
        })
    }

    fn literals_in(&self, expression: &Expression, depth: usize, found: &mut Vec<Literal>) {
        if depth > MAX_DEPTH {
            return;
        }
        match expression {
            Expression::String(text) => {
                let span = expression.span().map(|span| self.unquoted(span));
                found.extend(span.map(|span| Literal::Written {
                    text: text.as_str().to_owned(),
                    span,
                }));
            }
            Expression::Parenthesis(inner) => self.literals_in(inner.inner(), depth + 1, found),
            Expression::Conditional(condition) => {
                self.literals_in(&condition.true_expr, depth + 1, found);
                self.literals_in(&condition.false_expr, depth + 1, found);
            }
            Expression::FuncCall(call) => {
                call.args
                    .iter()
                    .for_each(|argument| self.literals_in(argument, depth + 1, found));
            }
            other => match self.local(other) {
                Some(local) => self.literals_in(local, depth + 1, found),
                None => {
                    let written = self.written(other);
                    let name = written
                        .strip_prefix("local.")
                        .filter(|name| crate::is_identifier(name));
                    found.extend(name.map(|name| Literal::Local {
                        name: name.to_owned(),
                    }));
                }
            },
        }
    }

    /// A place without blanks and quotes.
    fn unquoted(&self, span: Range<usize>) -> Range<usize> {
        let text = self.text.get(span.clone()).unwrap_or("");
        let start = span.start + text.len() - text.trim_start().len();
        let text = text.trim();
        match text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(inner) => start + 1..start + 1 + inner.len(),
            None => start..start + text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
locals {
  first = "A"
  other = var.x ? local.first : "B"
}

resource "t" "n" {
  start = local.first
  next  = var.x ? "C" : ( local.far )
  names = { "A" = { next = try(local.other, "D") }, B = 1 }

  task "A" {
    next = "B"
  }
}
"#;

    fn with_resource(check: impl Fn(&Declared<'_>)) {
        let configuration = Configuration::parse(TEXT).unwrap();
        check(&configuration.declared().next().unwrap());
    }

    /// Checks the strings that a value may be; the name of a local value of another file has an asterisk.
    fn check(path: AttributePath, expected: &[&str]) {
        with_resource(|declared| {
            let show = |literal: Literal| match literal {
                Literal::Written { text, span } => {
                    assert_eq!(TEXT.get(span), Some(text.as_str()));
                    text
                }
                Literal::Local { name } => format!("*{name}"),
            };
            let found: Vec<String> = declared.literals(&path).into_iter().map(show).collect();
            assert_eq!(found, expected, "{path}");
        });
    }

    #[test]
    fn strings_are_found_where_they_are_written() {
        let root = AttributePath::root;
        check(root("start"), &["A"]);
        check(root("next"), &["C", "*far"]);
        check(root("names").key("A").key("next"), &["A", "B", "D"]);
        check(root("task").key("A").attribute("next"), &["B"]);
        check(root("names").key("B"), &[]);
        check(root("task").key("A"), &[]);
        check(root("absent"), &[]);
    }

    #[test]
    fn labels_and_members_have_names() {
        with_resource(|declared| {
            let label = |path: AttributePath| {
                declared
                    .label_span(&path)
                    .map(|span| TEXT.get(span).unwrap())
            };
            let whole = |path: AttributePath| TEXT.get(declared.whole_span(&path)).unwrap();
            let root = AttributePath::root;
            assert_eq!(
                (label(root("task").key("A")), label(root("names").key("A"))),
                (Some("A"), Some("A"))
            );
            assert_eq!(label(root("names").key("B")), Some("B"));
            assert_eq!(
                (label(root("task").key("Z")), label(root("start"))),
                (None, None)
            );
            assert_eq!(
                whole(root("task").key("A")),
                "task \"A\" {\n    next = \"B\"\n  }"
            );
            assert_eq!(whole(root("names").key("B")), "B = 1");
            assert!(whole(AttributePath::default()).starts_with("resource \"t\" \"n\" {\n  start"));
        });
    }

    #[test]
    fn local_values_list_their_strings() {
        let configuration = Configuration::parse(TEXT).unwrap();
        let locals: Vec<_> = configuration
            .local_literals()
            .map(|(name, found)| (name, found.len()))
            .collect();
        assert_eq!(locals, [("first", 1), ("other", 2)]);
        // Local values that name each other end.
        let text = "locals {\n  a = local.b\n  b = local.a\n}\n";
        let configuration = Configuration::parse(text).unwrap();
        assert!(
            configuration
                .local_literals()
                .all(|(_, found)| found.is_empty())
        );
    }
}
