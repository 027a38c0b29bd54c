//! Replaces resources in a Terraform file and keeps the rest of the text.

use std::ops::Range;

use tfconfig::{Body, References};

use super::Converted;

/// The replacement for a block.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// A state machine, by its index.
    Machine(usize),
    /// Another resource, by its index.
    Resource(usize),
}

/// A file with the places to change.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) text: String,
    /// The bytes of the blocks to replace.
    pub(super) parts: Vec<(Range<usize>, Part)>,
    /// The bytes of the resource types from which `aws_` is removed.
    pub(super) renamed: Vec<Range<usize>>,
}

impl Frame {
    /// The changed text.
    pub(super) fn render(&self, converted: &mut Converted, references: &References) -> String {
        let moved = converted.blocks.clone();
        let mut changes: Vec<(Range<usize>, String)> = Vec::new();
        for ((range, part), (header, body)) in self.parts.iter().zip(moved) {
            let mut file = Body::default();
            match part {
                Part::Machine(index) => converted.write_machine(*index, references, &mut file),
                Part::Resource(index) => {
                    if let Some(resource) = converted.resources.get(*index) {
                        resource.write(references, &mut file);
                    }
                }
            }
            file.spaced_block(header, body);
            changes.push((range.clone(), file.render().trim_end().to_owned()));
        }
        changes.extend(
            self.renamed
                .iter()
                .map(|range| (range.start..range.start + "aws_".len(), String::new())),
        );
        changes.sort_by_key(|(range, _)| range.start);
        let (mut text, mut at) = (String::with_capacity(self.text.len()), 0);
        for (range, replacement) in changes
            .into_iter()
            .filter(|(range, _)| self.text.get(range.clone()).is_some())
        {
            text.push_str(self.text.get(at..range.start).unwrap_or(""));
            text.push_str(&replacement);
            at = range.end;
        }
        let text = text + self.text.get(at..).unwrap_or("");
        if let Err(error) = text.parse::<hcl_edit::structure::Body>() {
            converted
                .failures
                .push(format!("the generated configuration is not valid: {error}"));
        }
        text
    }
}
