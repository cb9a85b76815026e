//! The JavaScript libraries that the page brings along, from npm into the site's `vendor/`.
//!
//! Which versions is written in tests/browser/package-lock.json. What is copied is what their publishers built, as one
//! module each; nothing is bundled. What pdf.js wants in Node (a canvas of many megabytes, for every platform) is overridden
//! there by a package without content. Must not know what the page does with them.

use std::fs;
use std::path::Path;

use crate::process::{Failure, Result, browser_tests_dir};

/// Below the site. Nobody's page asks for them; whoever copies the site hands them on.
pub const LICENCES: &str = "vendor/licences/";

/// Fetched when an answer or a file first needs them; the names below begin like this.
const ON_DEMAND: [&str; 3] = ["vendor/highlight", "vendor/temml", "vendor/pdf"];

struct Library {
    /// Its name in the site.
    name: &'static str,
    /// The licence's place among npm's packages.
    licence: &'static str,
    /// Places among npm's packages, names in `vendor/`, and what makes a module of a script that is none.
    files: &'static [(&'static str, &'static str, &'static str)],
}

const LIBRARIES: [Library; 4] = [
    Library {
        name: "purify",
        licence: "dompurify/LICENSE",
        files: &[(
            "dompurify/dist/purify.min.js",
            "purify.js",
            "export default globalThis.DOMPurify;\n",
        )],
    },
    Library {
        name: "highlight",
        licence: "@highlightjs/cdn-assets/LICENSE",
        files: &[(
            "@highlightjs/cdn-assets/es/highlight.min.js",
            "highlight.js",
            "",
        )],
    },
    Library {
        name: "temml",
        licence: "temml/LICENSE",
        files: &[(
            "temml/dist/temml.min.js",
            "temml.js",
            "export default temml;\n",
        )],
    },
    Library {
        name: "pdf",
        licence: "pdfjs-dist/LICENSE",
        files: &[
            ("pdfjs-dist/build/pdf.min.mjs", "pdf.js", ""),
            ("pdfjs-dist/build/pdf.worker.min.mjs", "pdf.worker.js", ""),
        ],
    },
];

/// Whether a file of the site, relative to it, is fetched only by those who need it.
pub fn is_on_demand(name: &str) -> bool {
    ON_DEMAND
        .iter()
        .any(|beginning| name.starts_with(beginning))
}

/// Writes all of them into a built site.
pub fn copy_into(site: &Path) -> Result<()> {
    let packages = browser_tests_dir().join("node_modules");
    let read = |place: &str| {
        let path = packages.join(place);
        fs::read_to_string(&path).map_err(|error| Failure::io(&path, &error))
    };
    let write = |name: &str, text: &str| {
        let path = site.join(name);
        let folder = path.parent().unwrap_or(site);
        fs::create_dir_all(folder).map_err(|error| Failure::io(folder, &error))?;
        fs::write(&path, text).map_err(|error| Failure::io(&path, &error))
    };
    for library in &LIBRARIES {
        let licence = read(library.licence)?;
        write(&format!("{LICENCES}{}.txt", library.name), &licence)?;
        for (place, name, ending) in library.files {
            let module = module(&read(place)?, ending);
            write(&format!("vendor/{name}"), &module)?;
        }
    }
    Ok(())
}

/// Without the address of a source map, which does not come along.
fn module(script: &str, ending: &str) -> String {
    let lines = script
        .lines()
        .filter(|line| !line.starts_with("//# sourceMappingURL="));
    let mut module = lines.collect::<Vec<_>>().join("\n");
    module.push('\n');
    module.push_str(ending);
    module
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_becomes_a_module() {
        let script = "var a = 1;\n//# sourceMappingURL=a.js.map";
        assert_eq!(
            module(script, "export default a;\n"),
            "var a = 1;\nexport default a;\n"
        );
    }

    #[test]
    fn only_what_every_chat_needs_is_not_on_demand() {
        let names = LIBRARIES.iter().flat_map(|library| library.files);
        let (later, at_once): (Vec<&str>, Vec<&str>) = names
            .map(|(_, name, _)| *name)
            .partition(|name| is_on_demand(&format!("vendor/{name}")));
        assert_eq!(at_once, ["purify.js"]);
        assert_eq!(
            later,
            ["highlight.js", "temml.js", "pdf.js", "pdf.worker.js"]
        );
        assert!(!is_on_demand("prose.js"));
    }

    #[test]
    fn a_library_that_is_not_installed_is_a_failure() {
        let site = std::env::temp_dir().join(format!("inkling-vendor-{}", std::process::id()));
        let copied = copy_into(&site);
        let is_installed = browser_tests_dir().join("node_modules/temml").is_dir();
        assert_eq!(copied.is_ok(), is_installed);
        if is_installed {
            let temml = fs::read_to_string(site.join("vendor/temml.js"));
            assert!(temml.is_ok_and(|text| text.ends_with("export default temml;\n")));
        }
        drop(fs::remove_dir_all(&site));
    }
}
