//! Lays out lines of configuration.

/// Number of spaces for each level.
pub(crate) const STEP: usize = 2;

/// Content of a file or block, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// A name and an expression. The lines after the first are already indented.
    Attribute(String, String),
    Block(String, Body),
    Comment(String),
    Blank,
}

impl Body {
    /// Whether the body is empty.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Adds an attribute. `expression` must be laid out for its level.
    pub fn attribute(&mut self, name: impl Into<String>, expression: impl Into<String>) {
        self.items
            .push(Item::Attribute(name.into(), expression.into()));
    }

    /// Adds a block with a header such as `task "A"`.
    pub fn block(&mut self, header: impl Into<String>, body: Body) {
        self.items.push(Item::Block(header.into(), body));
    }

    /// Adds a block with an empty line before it, unless it is the first.
    pub fn spaced_block(&mut self, header: impl Into<String>, body: Body) {
        self.blank();
        self.block(header, body);
    }

    /// Adds each line of a text as a comment.
    pub fn comment(&mut self, text: &str) {
        self.items.extend(
            text.lines()
                .map(|line| Item::Comment(line.trim_end().to_owned())),
        );
    }

    /// Adds a comment above the attribute or block of this name, or else at the top.
    pub fn comment_on(&mut self, name: &str, text: &str) {
        let is_named = |item: &Item| match item {
            Item::Attribute(known, _) => known == name,
            Item::Block(header, _) => header.split(' ').next() == Some(name),
            Item::Comment(_) | Item::Blank => false,
        };
        let at = self.items.iter().position(is_named).unwrap_or(0);
        let lines: Vec<Item> = text
            .lines()
            .map(|line| Item::Comment(line.trim_end().to_owned()))
            .collect();
        self.items.splice(at..at, lines);
    }

    /// Adds an empty line, unless the body is empty or ends with one.
    pub fn blank(&mut self) {
        if !matches!(self.items.last(), None | Some(Item::Blank)) {
            self.items.push(Item::Blank);
        }
    }

    /// Adds the content of another body.
    pub fn extend(&mut self, other: Body) {
        self.items.extend(other.items);
    }

    /// Renders the text. Each line ends with a line break.
    pub fn render(&self) -> String {
        let mut text = String::new();
        self.write(0, &mut text);
        text
    }

    fn write(&self, indent: usize, text: &mut String) {
        let margin = " ".repeat(indent);
        let mut run: Vec<(&str, &str)> = Vec::new();
        let end_of_run = |run: &mut Vec<(&str, &str)>, text: &mut String| {
            for line in aligned(run.drain(..)) {
                text.push_str(&format!("{margin}{line}\n"));
            }
        };
        for item in &self.items {
            if let Item::Attribute(name, value) = item {
                run.push((name, value));
                continue;
            }
            end_of_run(&mut run, text);
            match item {
                Item::Attribute(..) => {}
                Item::Blank => text.push('\n'),
                Item::Comment(line) if line.is_empty() => text.push_str(&format!("{margin}#\n")),
                Item::Comment(line) => text.push_str(&format!("{margin}# {line}\n")),
                Item::Block(header, body) if body.is_empty() => {
                    text.push_str(&format!("{margin}{header} {{}}\n"));
                }
                Item::Block(header, body) => {
                    text.push_str(&format!("{margin}{header} {{\n"));
                    body.write(indent + STEP, text);
                    text.push_str(&format!("{margin}}}\n"));
                }
            }
        }
        end_of_run(&mut run, text);
    }
}

/// Lines `name = value` with aligned equals signs. As in `terraform fmt`, a run of aligned lines ends before a value of
/// several lines, and after the first line of a heredoc.
pub(crate) fn aligned<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut run: Vec<(&str, &str)> = Vec::new();
    let close = |run: &mut Vec<(&str, &str)>, lines: &mut Vec<String>| {
        let width = run
            .iter()
            .map(|(name, _)| name.chars().count())
            .max()
            .unwrap_or(0);
        for (name, value) in run.drain(..) {
            let space = " ".repeat(width.saturating_sub(name.chars().count()));
            lines.push(format!("{name}{space} = {value}"));
        }
    };
    for (name, value) in entries {
        let first = value.lines().next().unwrap_or("");
        let is_here_document = first.starts_with("<<");
        if value.contains('\n') && !is_here_document {
            close(&mut run, &mut lines);
            lines.push(format!("{name} = {value}"));
            continue;
        }
        run.push((name, value));
        if is_here_document {
            close(&mut run, &mut lines);
        }
    }
    close(&mut run, &mut lines);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_aligned_and_set_apart() {
        let mut inner = Body::default();
        inner.attribute("a", "1");
        inner.attribute("long_name", "2");
        inner.attribute("object", "{\n    x = 1\n  }");
        inner.attribute("b", "3");
        inner.spaced_block("empty", Body::default());
        let mut body = Body::default();
        body.comment("First.\n\nSecond.");
        body.block("resource \"a\" \"b\"", inner);
        insta::assert_snapshot!(body.render());
    }
}
