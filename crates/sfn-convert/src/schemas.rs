//! Schemas of the resources and data sources of the provider.

use std::collections::HashMap;
use std::sync::LazyLock;

use terraform_provider_sfn::SfnProvider;
use tfplugin::Provider as _;
use tfplugin::schema::Block;

/// Schema of a data source; empty for an unknown type.
pub fn data_source(type_name: &str) -> &'static Block {
    static NONE: LazyLock<Block> = LazyLock::new(Block::default);
    static SCHEMAS: LazyLock<HashMap<&'static str, Block>> = LazyLock::new(|| {
        let sources = SfnProvider::default().data_sources();
        sources
            .iter()
            .map(|source| (source.type_name(), source.schema().block))
            .collect()
    });
    SCHEMAS.get(type_name).unwrap_or(&NONE)
}

/// Schema of a resource; empty for an unknown type.
pub fn resource(type_name: &str) -> &'static Block {
    static NONE: LazyLock<Block> = LazyLock::new(Block::default);
    static SCHEMAS: LazyLock<HashMap<&'static str, Block>> = LazyLock::new(|| {
        let resources = SfnProvider::default().resources();
        resources
            .iter()
            .map(|resource| (resource.type_name(), resource.schema().block))
            .collect()
    });
    SCHEMAS.get(type_name).unwrap_or(&NONE)
}
