//! A field of a model, with its flags.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Error, Expr, ExprLit, ExprRange, GenericArgument, Ident, Lit, LitStr, Meta, Path,
    PathArguments, Result, Type,
};

/// The kind of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An attribute.
    Attribute,
    /// A nested block.
    Block,
    /// The attributes and blocks of another model.
    Flatten,
}

/// A check of the value.
pub enum Check {
    /// One of these words.
    OneOf(Expr),
    /// In this inclusive range.
    Between(ExprRange),
    /// At least this value.
    AtLeast(Expr),
    /// A function.
    Function(Path),
}

/// A field with its flags.
pub struct Field {
    /// Identifier of the field.
    pub ident: Ident,
    /// Rust type.
    pub ty: Type,
    /// Name in Terraform.
    pub name: String,
    /// Description.
    pub description: String,
    /// Kind of the field.
    pub kind: Kind,
    pub required: bool,
    pub optional: bool,
    pub computed: bool,
    pub sensitive: bool,
    pub write_only: bool,
    pub replace: bool,
    pub present: bool,
    pub any_order: bool,
    pub default: Option<Expr>,
    pub absent: Option<Expr>,
    pub equal: Option<Path>,
    pub checks: Vec<Check>,
    pub conflicts: Option<Expr>,
    pub min: Option<Expr>,
    pub max: Option<Expr>,
    pub deprecated: Option<LitStr>,
}

impl Field {
    /// Parses a field and its flags.
    pub fn parse(field: &syn::Field) -> Result<Self> {
        let ident = field
            .ident
            .clone()
            .ok_or_else(|| Error::new(field.span(), "a model must have named fields"))?;
        let mut parsed = Self {
            name: ident.to_string().trim_start_matches("r#").to_owned(),
            ident,
            ty: field.ty.clone(),
            description: description(&field.attrs),
            kind: Kind::Attribute,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            replace: false,
            present: false,
            any_order: false,
            default: None,
            absent: None,
            equal: None,
            checks: Vec::new(),
            conflicts: None,
            min: None,
            max: None,
            deprecated: None,
        };
        for attribute in field
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("tf"))
        {
            attribute.parse_nested_meta(|meta| parsed.flag(&meta))?;
        }
        parsed.check(field.span())?;
        Ok(parsed)
    }

    fn flag(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let flag = meta
            .path
            .get_ident()
            .map_or_else(|| String::from("?"), Ident::to_string);
        match flag.as_str() {
            "required" => self.required = true,
            "optional" => self.optional = true,
            "computed" => self.computed = true,
            "sensitive" => self.sensitive = true,
            "write_only" => self.write_only = true,
            "replace" => self.replace = true,
            "present" => self.present = true,
            "any_order" => self.any_order = true,
            "block" => self.kind = Kind::Block,
            "flatten" => self.kind = Kind::Flatten,
            "default" => self.default = Some(meta.value()?.parse()?),
            "absent" => self.absent = Some(meta.value()?.parse()?),
            "equal" => self.equal = Some(meta.value()?.parse()?),
            "validate" => self.checks.push(Check::Function(meta.value()?.parse()?)),
            "one_of" => self.checks.push(Check::OneOf(meta.value()?.parse()?)),
            "between" => self.checks.push(Check::Between(meta.value()?.parse()?)),
            "at_least" => self.checks.push(Check::AtLeast(meta.value()?.parse()?)),
            "conflicts" => self.conflicts = Some(meta.value()?.parse()?),
            "min" => self.min = Some(meta.value()?.parse()?),
            "max" => self.max = Some(meta.value()?.parse()?),
            "deprecated" => self.deprecated = Some(meta.value()?.parse()?),
            "name" => self.name = meta.value()?.parse::<LitStr>()?.value(),
            _ => return Err(meta.error(format!("unknown flag `{flag}`"))),
        }
        Ok(())
    }

    fn check(&self, span: Span) -> Result<()> {
        let is_ever_set = self.required || self.optional || self.computed;
        if self.kind == Kind::Attribute && !is_ever_set {
            return Err(Error::new(span, "use `required`, `optional` or `computed`"));
        }
        if self.kind != Kind::Attribute && is_ever_set {
            return Err(Error::new(
                span,
                "a block cannot be `required`, `optional` or `computed`: use `min`",
            ));
        }
        if self.required && (self.optional || self.computed || self.default.is_some()) {
            return Err(Error::new(
                span,
                "a `required` attribute cannot be `optional` or `computed`, or have a default",
            ));
        }
        if self.default.is_some() && !(self.optional && self.computed) {
            return Err(Error::new(
                span,
                "an attribute with a `default` must be `optional, computed`; use `absent` otherwise",
            ));
        }
        if self.kind != Kind::Flatten && self.description.is_empty() {
            return Err(Error::new(
                span,
                "the doc comment with the description is missing",
            ));
        }
        Ok(())
    }

    /// The type inside `Attr<T>`.
    pub fn inner(&self) -> Result<&Type> {
        let refused = || Error::new(self.ty.span(), "the type of an attribute must be `Attr<T>`");
        let Type::Path(path) = &self.ty else {
            return Err(refused());
        };
        let segment = path
            .path
            .segments
            .last()
            .filter(|segment| segment.ident == "Attr")
            .ok_or_else(refused)?;
        let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
            return Err(refused());
        };
        match arguments.args.first() {
            Some(GenericArgument::Type(ty)) => Ok(ty),
            _ => Err(refused()),
        }
    }
}

/// The doc comment as Markdown, with each paragraph on one line.
pub fn description(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for line in attributes.iter().filter_map(doc_line) {
        let line = line.trim();
        let separator = match (text.is_empty() || text.ends_with("\n\n"), line.is_empty()) {
            (true, _) => "",
            (false, true) => "\n\n",
            (false, false) => " ",
        };
        text.push_str(separator);
        text.push_str(line);
    }
    text.trim().to_owned()
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else {
        return None;
    };
    match &meta.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) if meta.path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
}
