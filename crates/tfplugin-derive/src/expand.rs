//! Generation of the implementation from the fields of a struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, ExprRange, Fields, RangeLimits, Result};

use crate::field::{Check, Field, Kind, description};

/// The implementation of `Model`.
pub fn model(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(input, "a model must be a struct"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new_spanned(input, "a model must have named fields"));
    };
    let fields = named
        .named
        .iter()
        .map(Field::parse)
        .collect::<Result<Vec<_>>>()?;
    let parts = fields.iter().map(schema).collect::<Result<Vec<_>>>()?;
    let reads = fields.iter().map(read);
    let writes = fields.iter().map(write);
    let (name, text) = (&input.ident, description(&input.attrs));
    Ok(quote! {
        impl ::tfplugin::model::Model for #name {
            fn block() -> ::tfplugin::schema::Block {
                let mut block = ::tfplugin::schema::Block { description: #text.to_owned(), ..::core::default::Default::default() };
                #(#parts)*
                block
            }

            fn from_value(value: &::tfplugin::Value) -> Self {
                Self { #(#reads),* }
            }

            fn to_value(&self) -> ::tfplugin::Value {
                let mut value = ::tfplugin::Value::object::<::std::string::String>([]);
                #(#writes)*
                value
            }
        }
    })
}

fn read(field: &Field) -> TokenStream {
    let Field {
        ident, ty, name, ..
    } = field;
    match field.kind {
        Kind::Attribute => {
            quote!(#ident: <#ty as ::tfplugin::model::AttributeField>::read(value.get(#name)))
        }
        Kind::Block => {
            quote!(#ident: <#ty as ::tfplugin::model::BlockField>::read(value.get(#name)))
        }
        Kind::Flatten => quote!(#ident: <#ty as ::tfplugin::model::Model>::from_value(value)),
    }
}

fn write(field: &Field) -> TokenStream {
    let Field { ident, name, .. } = field;
    match field.kind {
        Kind::Attribute => {
            quote!(value.set(#name, ::tfplugin::model::AttributeField::write(&self.#ident));)
        }
        Kind::Block => {
            quote!(value.set(#name, ::tfplugin::model::BlockField::write(&self.#ident));)
        }
        Kind::Flatten => quote! {
            value.extend(::tfplugin::model::Model::to_value(&self.#ident));
        },
    }
}

fn schema(field: &Field) -> Result<TokenStream> {
    match field.kind {
        Kind::Attribute => attribute(field),
        Kind::Block => block(field),
        Kind::Flatten => {
            let ty = &field.ty;
            Ok(quote! {
                let inner = <#ty as ::tfplugin::model::Model>::block();
                block.attributes.extend(inner.attributes);
                block.blocks.extend(inner.blocks);
            })
        }
    }
}

fn attribute(field: &Field) -> Result<TokenStream> {
    field.inner()?;
    let Field {
        ty,
        name,
        description,
        ..
    } = field;
    let kind = match (field.required, field.optional, field.computed) {
        (true, ..) => quote!(required),
        (_, true, true) => quote!(optional_computed),
        (_, true, false) => quote!(optional),
        _ => quote!(computed),
    };
    let fits = quote!(<#ty as ::tfplugin::model::AttributeField>::validator());
    let facts = facts(field, &fits)?;
    let sensitive = field.sensitive.then(|| quote!(.sensitive()));
    let write_only = field.write_only.then(|| quote!(.write_only()));
    let deprecated = field
        .deprecated
        .as_ref()
        .map(|reason| quote!(.deprecated(#reason)));
    Ok(quote! {
        block.attributes.push(
            ::tfplugin::schema::Attribute::#kind(#name, <#ty as ::tfplugin::model::AttributeField>::ty(), #description)
                .with_facts(#facts) #sensitive #write_only #deprecated
        );
    })
}

fn block(field: &Field) -> Result<TokenStream> {
    let Field {
        ty,
        name,
        description,
        ..
    } = field;
    let facts = facts(
        field,
        &quote!(::core::option::Option::<::tfplugin::model::Validator>::None),
    )?;
    let min = field
        .min
        .as_ref()
        .map(|min| quote!(nested.min_items = #min;));
    let max = field
        .max
        .as_ref()
        .map(|max| quote!(nested.max_items = #max;));
    Ok(quote! {
        let mut nested = ::tfplugin::schema::NestedBlock::new(
            #name,
            <#ty as ::tfplugin::model::BlockField>::NESTING,
            <#ty as ::tfplugin::model::BlockField>::block(),
        );
        #min
        #max
        block.blocks.push(nested.described(#description).with_facts(#facts));
    })
}

/// The facts of a field. `fits` is the check of its type, which follows the explicit checks.
fn facts(field: &Field, fits: &TokenStream) -> Result<TokenStream> {
    let (replace, empty) = (field.replace, !field.present);
    let value = |expression: &Option<syn::Expr>| match expression {
        Some(expression) => {
            quote!(::core::option::Option::Some(::tfplugin::Value::from(#expression)))
        }
        None => quote!(::core::option::Option::None),
    };
    let (default, absent) = (value(&field.default), value(&field.absent));
    let equality = match (&field.equal, field.any_order) {
        (Some(same), _) => quote!(::tfplugin::model::Equality::Custom(#same)),
        (None, true) => quote!(::tfplugin::model::Equality::AnyOrder),
        (None, false) => quote!(::tfplugin::model::Equality::Exact),
    };
    let validators = field
        .checks
        .iter()
        .map(|check| validator(field, check))
        .collect::<Result<Vec<_>>>()?;
    let conflicts = field
        .conflicts
        .as_ref()
        .map_or_else(|| quote!([]), |list| quote!(#list));
    Ok(quote! {
        ::tfplugin::model::Facts {
            replace: #replace,
            default: #default,
            absent: #absent,
            empty_is_absent: #empty,
            equality: #equality,
            validators: ::core::iter::Iterator::collect(::core::iter::Iterator::chain(
                ::core::iter::IntoIterator::into_iter([#(#validators),*]),
                #fits,
            )),
            conflicts_with: ::std::vec::Vec::from(#conflicts),
        }
    })
}

fn validator(field: &Field, check: &Check) -> Result<TokenStream> {
    Ok(match check {
        Check::OneOf(words) => quote!(::tfplugin::model::Validator::OneOf(&#words)),
        Check::AtLeast(least) => quote!(::tfplugin::model::Validator::AtLeast(#least)),
        Check::Between(ExprRange {
            start: Some(start),
            end: Some(end),
            limits: RangeLimits::Closed(_),
            ..
        }) => {
            quote!(::tfplugin::model::Validator::Between(#start, #end))
        }
        Check::Between(range) => return Err(Error::new_spanned(range, "use `between = A..=B`")),
        Check::Function(function) => {
            let inner = field.inner()?;
            quote! {
                ::tfplugin::model::Validator::Custom(|value| {
                    let known = <#inner as ::tfplugin::model::AttributeValue>::read(value)?;
                    #function(&known).err()
                })
            }
        }
    })
}
