//! What the catalogue offers: the models in it that are not in this browser yet.

use inkling_host::address::{Site, address_from_text};
use inkling_host::catalog::{Catalog, CatalogModel};
use inkling_host::wire::StoredModel;

/// Models to offer, in the catalogue's order.
pub fn offers(catalog: &Catalog, stored: &[StoredModel], site: &Site<'_>) -> Vec<CatalogModel> {
    let is_stored = |offer: &&CatalogModel| {
        address_from_text(&offer.address, site).is_ok_and(|address| {
            stored
                .iter()
                .any(|model| model.complete && model.key == address.key)
        })
    };
    let models = catalog.models.iter();
    models.filter(|offer| !is_stored(offer)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(address: &str) -> CatalogModel {
        CatalogModel {
            name: address.to_owned(),
            address: address.to_owned(),
            num_parameters: 1,
            size_bytes: 1,
            licence: String::new(),
            licence_url: String::new(),
            context_length: 1,
            template_family: String::new(),
            good_at: String::new(),
        }
    }

    #[test]
    fn what_is_stored_whole_is_not_offered() {
        let catalog = Catalog {
            version: 1,
            models: vec![offer("./a.gguf"), offer("https://h/b.gguf"), offer("o/n")],
        };
        let stored = |key: &str, complete: bool| StoredModel {
            key: key.to_owned(),
            name: String::new(),
            total_bytes: 2,
            stored_bytes: 1,
            complete,
            last_used_ms: 0.0,
            files: Vec::new(),
        };
        let shelf = [
            stored("https://example.org/a.gguf", true),
            stored("https://h/b.gguf", false),
        ];
        let names: Vec<String> = offers(&catalog, &shelf, &Site::new("https://example.org/"))
            .into_iter()
            .map(|offer| offer.name)
            .collect();
        assert_eq!(names, ["https://h/b.gguf", "o/n"]);
    }
}
