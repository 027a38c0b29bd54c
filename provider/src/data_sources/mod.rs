//! Data sources. Each file is named after its type, without `sfn_`.

mod activity;
mod alias;
mod definition;
mod execution;
mod lambda_function;
mod state_machine;
mod state_machine_versions;
mod state_machines;

use tfplugin::model::{Attr, AttributeValue, Model};
use tfplugin::{AttributePath, DataSource, Diagnostic, Type, Value};

use crate::session::ProviderContext;
use crate::shared::data_source::LookupDataSource;

/// All data sources.
pub fn all(provider: &ProviderContext) -> Vec<Box<dyn DataSource>> {
    vec![
        Box::new(LookupDataSource::<activity::Activity>::new(provider)),
        Box::new(LookupDataSource::<alias::Alias>::new(provider)),
        Box::new(definition::DefinitionDataSource::new(provider)),
        Box::new(LookupDataSource::<execution::Execution>::new(provider)),
        Box::new(LookupDataSource::<lambda_function::Function>::new(provider)),
        Box::new(LookupDataSource::<state_machine::StateMachine>::new(
            provider,
        )),
        Box::new(LookupDataSource::<state_machine_versions::Versions>::new(
            provider,
        )),
        Box::new(LookupDataSource::<state_machines::StateMachines>::new(
            provider,
        )),
    ]
}

/// Value of an object-typed attribute. Its attributes are those of a model without blocks.
#[derive(Debug, Clone)]
struct Object<M>(M);

impl<M: Model> AttributeValue for Object<M> {
    fn ty() -> Type {
        M::block().value_type()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_map().map(|_| Self(M::from_value(value)))
    }

    fn write(&self) -> Value {
        self.0.to_value()
    }
}

/// Checks that the name or the ARN is set. The schema declares their conflict.
fn require_name_or_arn(name: &Attr<String>, arn: &Attr<String>) -> Option<Diagnostic> {
    let missing = || {
        let error = Diagnostic::error(
            "one of `name` and `arn` is required",
            "Set `name` or `arn`.",
        );
        error.at(AttributePath::root("name"))
    };
    (name.is_null() && arn.is_null()).then(missing)
}

#[cfg(test)]
mod tests {
    use tfplugin::model::AttributeField;

    use super::*;

    /// A model.
    #[derive(Debug, Clone, Model)]
    struct Route {
        /// A text.
        #[tf(computed)]
        version: Attr<String>,
        /// A number.
        #[tf(computed)]
        weight: Attr<i32>,
    }

    #[test]
    fn objects_are_typed_read_and_written_as_their_models() {
        type Routes = Attr<Vec<Object<Route>>>;
        let object = [
            ("version".to_owned(), Type::String),
            ("weight".to_owned(), Type::Number),
        ];
        assert_eq!(Routes::ty(), Type::list(Type::Object(object.into())));
        let routes = Value::List(vec![Value::object([
            ("version", "v".into()),
            ("weight", Value::Null),
        ])]);
        assert_eq!(Routes::read(&routes).write(), routes);
        assert!(Routes::read(&Value::Unknown).is_unknown() && Routes::read(&Value::Null).is_null());
    }

    #[test]
    fn a_name_or_an_arn_is_required_once_both_are_known() {
        let known = || -> Attr<String> { "a".into() };
        for (name, arn, is_missing) in [
            (Attr::Null, Attr::Null, true),
            (Attr::Null, Attr::Unknown, false),
            (Attr::Unknown, Attr::Null, false),
            (known(), Attr::Null, false),
            (Attr::Null, known(), false),
        ] {
            assert_eq!(
                require_name_or_arn(&name, &arn).is_some(),
                is_missing,
                "{name:?} {arn:?}"
            );
        }
    }
}
