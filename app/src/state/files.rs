//! Which of the chosen or dropped files belong to a model.
//!
//! A folder brings along what is no part of it (readmes, pictures, version control). Decided by name alone;
//! what the bytes are is the worker's business.

/// Indices into `paths` (`folder/file` or `file`) to hand to the worker, or one sentence of what is missing.
pub fn model_files(paths: &[String]) -> Result<Vec<usize>, String> {
    if paths.is_empty() {
        return Err("There was no file in what you chose.".to_owned());
    }
    // One file chosen on purpose is taken as it is: its first bytes decide.
    if paths.len() == 1 {
        return Ok(vec![0]);
    }
    let ending = |path: &str, ending: &str| path.to_ascii_lowercase().ends_with(ending);
    let all = |test: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let hits = paths
            .iter()
            .enumerate()
            .filter(|(_, path)| is_top_level(path) && test(path));
        hits.map(|(index, _)| index).collect()
    };
    let ggufs = all(&|path| ending(path, ".gguf"));
    if !ggufs.is_empty() {
        return one_model_of(paths, ggufs);
    }
    let has_config = paths
        .iter()
        .any(|path| is_top_level(path) && name(path) == "config.json");
    let has_weights = paths
        .iter()
        .any(|path| is_top_level(path) && ending(path, ".safetensors"));
    match (has_config, has_weights) {
        (true, true) => Ok(all(&|path| {
            [".json", ".safetensors", ".jinja", ".txt"].iter().any(|kind| ending(path, kind))
        })),
        (true, false) => Err("There is a config.json but no .safetensors file beside it: choose the whole folder of the model.".to_owned()),
        (false, true) => Err("There is a .safetensors file but no config.json beside it: choose the whole folder of the model.".to_owned()),
        (false, false) => Err("None of these files is a model: choose a .gguf file, or a folder with config.json and .safetensors files.".to_owned()),
    }
}

/// Several GGUF files are one model only as its numbered parts (`name-00001-of-00003.gguf`).
fn one_model_of(paths: &[String], ggufs: Vec<usize>) -> Result<Vec<usize>, String> {
    let mut stems = ggufs
        .iter()
        .filter_map(|&index| paths.get(index))
        .map(|path| {
            let name = name(path);
            split_stem(name).unwrap_or(name)
        });
    let first = stems.next();
    if stems.all(|stem| Some(stem) == first) {
        Ok(ggufs)
    } else {
        Err("There are several .gguf files here: choose the one to load.".to_owned())
    }
}

fn split_stem(name: &str) -> Option<&str> {
    let (front, parts) = name.strip_suffix(".gguf")?.rsplit_once("-of-")?;
    let (stem, part) = front.rsplit_once('-')?;
    let number = |text: &str| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
    (number(part) && number(parts)).then_some(stem)
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Not in a folder of the folder, and not hidden.
fn is_top_level(path: &str) -> bool {
    path.matches('/').count() <= 1 && !name(path).starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(paths: &[&str]) -> Result<Vec<usize>, String> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        model_files(&paths)
    }

    #[test]
    fn a_folder_is_reduced_to_its_model() {
        let folder = [
            "m/README.md",
            "m/config.json",
            "m/model.safetensors",
            "m/tokenizer.json",
            "m/onnx/config.json",
            "m/.hidden.json",
            "m/merges.txt",
        ];
        assert_eq!(chosen(&folder), Ok(vec![1, 2, 3, 6]));
    }

    #[test]
    fn a_gguf_wins_and_must_be_one_model() {
        assert_eq!(chosen(&["a.txt", "x.gguf"]), Ok(vec![1]));
        assert_eq!(
            chosen(&[
                "d/x-00001-of-00002.gguf",
                "d/x-00002-of-00002.gguf",
                "d/readme.md"
            ]),
            Ok(vec![0, 1])
        );
        assert!(chosen(&["x-Q4_0.gguf", "x-Q8_0.gguf"]).is_err());
    }

    #[test]
    fn one_file_is_left_to_the_worker() {
        assert_eq!(chosen(&["blob"]), Ok(vec![0]));
    }

    #[test]
    fn what_is_missing_is_said() {
        assert!(chosen(&[]).is_err());
        assert!(
            chosen(&["config.json", "a.png"])
                .unwrap_err()
                .contains(".safetensors")
        );
        assert!(
            chosen(&["a.safetensors", "b.safetensors"])
                .unwrap_err()
                .contains("config.json")
        );
        assert!(chosen(&["a.png", "b.png"]).unwrap_err().contains(".gguf"));
    }
}
