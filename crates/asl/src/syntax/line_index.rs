//! Lines and columns of places in a text.

use std::ops::Range;

/// Returns the line and column at which a byte range begins. Both begin with 1, and the column counts characters.
pub fn line_and_column(text: &str, span: &Range<usize>) -> (usize, usize) {
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |line| line.chars().count())
        + 1;
    (line, column)
}
