//! Texts that replace placeholders before a definition is parsed, as `DefinitionSubstitutions` of SAM.
//!
//! Source: SAM developer guide, `AWS::Serverless::StateMachine`, `DefinitionSubstitutions`; CloudFormation
//! user guide, `AWS::StepFunctions::StateMachine`, of the same name.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::json::Json;

/// The text of each name. `None` for a name whose text is known only during the deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Substitutions(BTreeMap<String, Option<String>>);

impl Substitutions {
    /// Reads the substitutions from a property of a resource.
    pub fn of(property: Option<&Json>) -> Self {
        let text = |value: &Json| match value {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::Bool(flag) => Some(flag.to_string()),
            _ => None,
        };
        let members = property.and_then(Json::as_object).into_iter().flatten();
        Self(
            members
                .map(|(name, value)| (name.clone(), text(value)))
                .collect(),
        )
    }

    /// The text with the known substitutions.
    pub(crate) fn fill(&self, text: &str) -> Filled {
        let mut filled = Filled::default();
        let (mut at, mut rest) = (0, text);
        while let Some(start) = rest.find("${") {
            let from = rest.get(start..).unwrap_or("");
            let end = from.find('}').map_or(from.len(), |end| end + 1);
            let name = from.get(2..end.saturating_sub(1)).unwrap_or("");
            filled.text.push_str(rest.get(..start).unwrap_or(""));
            match self.0.get(name).and_then(Option::as_ref) {
                Some(value) => {
                    let begin = filled.text.len();
                    filled.text.push_str(value);
                    filled.pieces.push(Piece {
                        to: begin..filled.text.len(),
                        from: at + start..at + start + end,
                    });
                }
                None => filled.text.push_str(from.get(..end).unwrap_or("")),
            }
            rest = from.get(end..).unwrap_or("");
            at += start + end;
        }
        filled.text.push_str(rest);
        filled
    }
}

/// A text after substitutions.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    pub(crate) text: String,
    pieces: Vec<Piece>,
}

/// A placeholder that was replaced.
#[derive(Debug)]
struct Piece {
    /// Byte range in the new text.
    to: Range<usize>,
    /// Byte range of the placeholder in the old text.
    from: Range<usize>,
}

impl Filled {
    /// The finding with its places in the old text. A part that contains substituted text is not repaired.
    pub(crate) fn unfilled(&self, mut finding: Diagnostic) -> Diagnostic {
        finding.fix = finding
            .fix
            .filter(|fix| fix.span.as_ref().is_none_or(|span| !self.touches(span)));
        for span in [&mut finding.span]
            .into_iter()
            .chain(finding.fix.as_mut().map(|fix| &mut fix.span))
        {
            *span = span.as_ref().map(|span| self.before(span));
        }
        for related in &mut finding.related {
            related.span = related.span.as_ref().map(|span| self.before(span));
        }
        finding
    }

    fn touches(&self, span: &Range<usize>) -> bool {
        self.pieces
            .iter()
            .any(|piece| piece.to.start < span.end && span.start < piece.to.end)
    }

    /// The byte range in the old text that corresponds to a range in the new text.
    fn before(&self, span: &Range<usize>) -> Range<usize> {
        self.place(span.start, false)..self.place(span.end, true)
    }

    fn place(&self, at: usize, is_end: bool) -> usize {
        let next = self
            .pieces
            .partition_point(|piece| piece.to.start < at || (piece.to.start == at && !is_end));
        match next.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            None => at,
            Some(piece) if at >= piece.to.end => piece.from.end + at - piece.to.end,
            Some(piece) => {
                if is_end {
                    piece.from.end
                } else {
                    piece.from.start
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Fix;
    use crate::pointer::JsonPointer;

    fn substitutions() -> Substitutions {
        let text =
            r#"{"T": 5, "Yes": true, "Long": "a longer text", "E": "", "Later": {"Ref": "X"}}"#;
        Substitutions::of(Some(&crate::parse(text).unwrap().0.root))
    }

    #[test]
    fn known_texts_are_filled_in() {
        for (text, filled) in [
            ("", ""),
            ("a ${T} b", "a 5 b"),
            ("${Yes}", "true"),
            ("${T}${Long}${E}|", "5a longer text|"),
            ("${Later} ${None} ${T", "${Later} ${None} ${T"),
        ] {
            assert_eq!(substitutions().fill(text).text, filled);
        }
    }

    #[test]
    fn places_are_those_of_the_old_text() {
        let old = "ab ${Long} cd ${E}${T} ef";
        let filled = substitutions().fill(old);
        for (part, expected) in [
            ("ab", "ab"),
            ("longer", "${Long}"),
            ("cd", "cd"),
            ("5", "${T}"),
            ("ef", "ef"),
        ] {
            let start = filled.text.find(part).unwrap();
            assert_eq!(
                &old[filled.before(&(start..start + part.len()))],
                expected,
                "{part}"
            );
        }
        let all = filled.before(&(0..filled.text.len()));
        assert_eq!(&old[all], old);
        let part = filled.text.find("b a longer").unwrap();
        assert_eq!(&old[filled.before(&(part..part + 10))], "b ${Long}");
    }

    #[test]
    fn what_was_filled_in_is_not_repaired() {
        let filled = substitutions().fill("ab ${Long} cd");
        let finding = |part: &str| {
            let start = filled.text.find(part).unwrap();
            let mut finding = Diagnostic::error("ASL0001", JsonPointer::root(), "x")
                .fix(Fix::value(JsonPointer::root(), "y"));
            finding.span = Some(start..start + part.len());
            finding.fix.as_mut().unwrap().span = finding.span.clone();
            filled.unfilled(finding)
        };
        for touched in [
            "longer",
            "b a",
            "text c",
            "a longer text",
            "ab a longer text cd",
        ] {
            assert!(finding(touched).fix.is_none(), "{touched}");
        }
        // A range that only touches the substituted text is repaired.
        assert!(finding("ab ").fix.is_some() && finding(" cd").fix.is_some());
        let kept = finding("cd");
        assert_eq!(
            (kept.span, kept.fix.unwrap().span),
            (Some(11..13), Some(11..13))
        );
    }
}
