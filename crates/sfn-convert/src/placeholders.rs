//! Texts and numbers that represent expressions while a definition is parsed and converted to blocks.

use std::collections::HashMap;

use asl::Json;
use tfconfig::References;

/// Characters before and after the number of an expression, from a private use area of Unicode.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// The first number that represents an expression. It is too large for any field of the language.
const FIRST_NUMBER: u64 = 7_919_000_000_000_001;

/// Whether a number consists of a placeholder and other digits.
fn is_part(number: &str) -> bool {
    number.contains("7919000000000")
}

/// Expressions with the texts and numbers that represent them.
#[derive(Debug, Clone, Default)]
pub struct Placeholders {
    expressions: Vec<String>,
    /// Numbers of the expressions.
    numbers: HashMap<String, usize>,
    references: References,
}

impl Placeholders {
    /// First character of a text that represents an expression.
    pub(crate) const OPEN: char = OPEN;
    /// Last character of a text that represents an expression.
    pub(crate) const CLOSE: char = CLOSE;

    /// A text that is written as this expression, also as a part of a longer text.
    pub fn text(&mut self, expression: &str) -> String {
        format!("{OPEN}{}{CLOSE}", self.number_of(expression))
    }

    /// A number that is written as this expression.
    pub fn number(&mut self, expression: &str) -> u64 {
        FIRST_NUMBER + self.number_of(expression) as u64
    }

    fn number_of(&mut self, expression: &str) -> usize {
        if let Some(number) = self.numbers.get(expression) {
            return *number;
        }
        let number = self.expressions.len();
        self.expressions.push(expression.to_owned());
        self.numbers.insert(expression.to_owned(), number);
        self.references
            .insert(format!("{OPEN}{number}{CLOSE}"), expression);
        self.references
            .insert((FIRST_NUMBER + number as u64).to_string(), expression);
        number
    }

    /// Checks that expressions are whole values. An expression as a part of a number, or in the name of a member,
    /// cannot be written.
    ///
    /// # Errors
    /// When an expression is not a whole value.
    pub fn check(&self, value: &Json) -> Result<(), String> {
        match value {
            Json::Number(number)
                if self.expression(number).is_none() && is_part(&number.to_string()) =>
            {
                Err("an expression outside of quotes is adjacent to other characters".to_owned())
            }
            Json::Object(members) => members.iter().try_for_each(|(name, value)| {
                if name.contains(OPEN) {
                    return Err("the name of a member is an expression".to_owned());
                }
                self.check(value)
            }),
            Json::Array(values) => values.iter().try_for_each(|value| self.check(value)),
            _ => Ok(()),
        }
    }

    /// The first expression that is the number of a member with a selected name. Elements of lists have an empty name.
    pub fn find(&self, value: &Json, is_selected: &dyn Fn(&str) -> bool) -> Option<&str> {
        let member = |name: &str, value: &Json| match value {
            Json::Number(number) if is_selected(name) => self.expression(number),
            value => self.find(value, is_selected),
        };
        match value {
            Json::Object(members) => members.iter().find_map(|(name, value)| member(name, value)),
            Json::Array(values) => values.iter().find_map(|value| member("", value)),
            _ => None,
        }
    }

    /// The expression that a number represents.
    pub fn expression(&self, number: &serde_json::Number) -> Option<&str> {
        let index = number.as_u64()?.checked_sub(FIRST_NUMBER)?;
        self.expressions
            .get(usize::try_from(index).ok()?)
            .map(String::as_str)
    }

    /// Splits a text into literals and expressions, in order.
    pub fn pieces<'p>(&'p self, text: &'p str) -> Vec<(Option<&'p str>, Option<&'p str>)> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, from)) = rest.split_once(OPEN) {
            let Some((number, after)) = from.split_once(CLOSE) else {
                break;
            };
            let expression = number
                .parse()
                .ok()
                .and_then(|number: usize| self.expressions.get(number));
            let Some(expression) = expression else { break };
            if !before.is_empty() {
                pieces.push((Some(before), None));
            }
            pieces.push((None, Some(expression.as_str())));
            rest = after;
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push((Some(rest), None));
        }
        pieces
    }

    /// The expressions by the texts that represent them.
    pub fn references(&self) -> &References {
        &self.references
    }
}
