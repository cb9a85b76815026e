//! Where each named pre-tokenizer cuts a text that has something for all of them.
//!
//! The expected pieces were made by Python's `regex` module from the expressions in llama.cpp's `llama-vocab.cpp`
//! (for tekken and gpt-4o from the original ones it quotes): other definitions, and another engine.

use super::*;
use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer as _};

const TEXT: &str = "I'LL we're  a1234567.89 \u{905}\u{93f} $x+=_y;\tfoo/\n\n  OpenAIGpt's A.B, no\u{301} \u{65e5}\u{672c}\u{30ab}\u{d55c}½\u{2167} !Word \u{ff01}\u{3a9}\u{414} ok|`  \r\n  end   ";

/// Names, and the pieces with a middle dot between them.
const PIECES: &[(&[&str], &str)] = &[
    (
        &["default"],
        "I·'·LL· we·'·re· · a·123·456·7·.·89· \u{905}·\u{93f}· ·$·x·+=_·y·;·\t·foo·/·\n\n · OpenAIGpt·'·s· A·.·B·,· no·\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½\u{2167}· ·!·Word· ·\u{ff01}·\u{3a9}\u{414}· ok·|·`·  \r\n · end·   ",
    ),
    (
        &[
            "chatglm-bpe",
            "dbrx",
            "falcon3",
            "glm4",
            "llama-bpe",
            "llama-v3",
            "llama3",
            "midm-2.0",
            "minicpm5",
            "pixtral",
            "smaug-bpe",
        ],
        "I·'LL· we·'re· · a·123·456·7·.·89· \u{905}·\u{93f}· $·x·+=_·y·;·\tfoo·/\n\n· · OpenAIGpt·'s· A·.B·,· no·\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`·  \r\n· · end·   ",
    ),
    (
        &["deepseek-llm"],
        "I·'·LL· we·'·re· · a·1234567·.·89· ·\u{905}\u{93f}· $·x·+=_·y·;·\tfoo·/·\n·\n· · OpenAIGpt·'·s· A·.·B·,· no·\u{301} ·\u{65e5}\u{672c}\u{30ab}\u{d55c}·½·\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`·  ·\r·\n· · end·   ",
    ),
    (
        &["deepseek-coder"],
        "I·'·LL· we·'·re· · a·1·2·3·4·5·6·7·.·8·9· ·\u{905}·\u{93f}· $·x·+=·_·y·;·\tfoo·/·\n·\n· · OpenAIGpt·'·s· A·.·B·,· no·\u{301}· ·\u{65e5}\u{672c}\u{30ab}\u{d55c}·½·\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`  ·\r·\n· · end·   ",
    ),
    (
        &["deepseek-v3", "hunyuan-dense"],
        "I·'LL· we·'re· · a·123·456·7·.·89· \u{905}\u{93f}· $·x·+=_·y·;·\tfoo·/\n\n· · OpenAIGpt·'s· A·.B·,· no\u{301}· ·\u{65e5}\u{672c}\u{30ab}·\u{d55c}·½\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`·  \r\n· · end·   ",
    ),
    (
        &["falcon"],
        "I·'·LL· we·'·re· · a·123·456·7·.·89· \u{905}·\u{93f}· ·$·x·+=_·y·;·\t·foo·/·\n\n · OpenAIGpt·'·s· A·.·B·,· no·\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½\u{2167}· ·!·Word· ·\u{ff01}·\u{3a9}\u{414}· ok·|`·  \r\n · end·   ",
    ),
    (
        &[
            "a.x-4.0",
            "exaone4",
            "gigachat",
            "gpt-2",
            "granite-docling",
            "mellum",
            "mpt",
            "olmo",
            "phi-2",
            "trillion",
        ],
        "I·'·LL· we·'re· · a·1234567·.·89· \u{905}·\u{93f}· $·x·+=_·y·;·\t·foo·/·\n\n · OpenAIGpt·'s· A·.·B·,· no·\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`·  \r\n · end·   ",
    ),
    (
        &[
            "codeshell",
            "command-r",
            "exaone",
            "minerva-7b",
            "refact",
            "smollm",
            "starcoder",
        ],
        "I·'·LL· we·'re· · a·1·2·3·4·5·6·7·.·8·9· \u{905}·\u{93f}· $·x·+=_·y·;·\t·foo·/·\n\n · OpenAIGpt·'s· A·.·B·,· no·\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½·\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`·  \r\n · end·   ",
    ),
    (
        &[
            "deepseek-r1-qwen",
            "hunyuan",
            "megrez",
            "qwen2",
            "stablelm2",
        ],
        "I·'LL· we·'re· · a·1·2·3·4·5·6·7·.·8·9· \u{905}·\u{93f}· $·x·+=_·y·;·\tfoo·/\n\n· · OpenAIGpt·'s· A·.B·,· no·\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½·\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`·  \r\n· · end·   ",
    ),
    (
        &["qwen35"],
        "I·'LL· we·'re· · a·1·2·3·4·5·6·7·.·8·9· \u{905}\u{93f}· $·x·+=_·y·;·\tfoo·/\n\n· · OpenAIGpt·'s· A·.B·,· no\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½·\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`·  \r\n· · end·   ",
    ),
    (
        &["bloom", "gpt3-finnish", "poro-chat"],
        "I'LL· we're· · a1234567·.·89· \u{905}\u{93f}· $x+=_y;·\t·foo/·\n\n · OpenAIGpt's· A·.·B·,· no\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}½\u{2167}· !·Word· \u{ff01}\u{3a9}\u{414}· ok·|·`·  \r\n · end·   ",
    ),
    (
        &["viking"],
        "I'LL· we're· · a·1·2·3·4·5·6·7·.·8·9· \u{905}\u{93f}· $x+=_y;·\t·foo/·\n\n · OpenAIGpt's· A·.·B·,· no\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½·\u{2167}· !·Word· \u{ff01}\u{3a9}\u{414}· ok·|·`·  \r\n · end·   ",
    ),
    (
        &["tekken"],
        "I·'LL· we·'re· · a·1·2·3·4·5·6·7·.·8·9· \u{905}\u{93f}· $·x·+=_·y·;·\tfoo·/\n\n· · Open·AIGpt·'s· A·.B·,· no\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½·\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`·  \r\n· · end·   ",
    ),
    (
        &["gpt-4o", "kanana2", "llama4"],
        "I'LL· we're· · a·123·456·7·.·89· \u{905}\u{93f}· $·x·+=_·y·;·\tfoo·/\n\n· · Open·AIGpt's· A·.B·,· no\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`·  \r\n· · end·   ",
    ),
    (
        &["superbpe"],
        "I'LL we're  a·1·234·567·.·89· \u{905}\u{93f} $x+=_y;\tfoo/\n\n  OpenAIGpt's A.B, no\u{301} \u{65e5}\u{672c}\u{30ab}\u{d55c}·½\u{2167}· !Word \u{ff01}\u{3a9}\u{414} ok|`  \r\n  end   ",
    ),
    (
        &["seed-coder"],
        "I·'LL· we·'re· · a·1·2·3·4·5·6·7·.·8·9· \u{905}·\u{93f}· $·x·+=_·y·;·\tfoo·/·\n\n· · OpenAIGpt·'s· A·.B·,· no·\u{301}· \u{65e5}\u{672c}\u{30ab}\u{d55c}·½·\u{2167}· !·Word· \u{ff01}·\u{3a9}\u{414}· ok·|`·  \r\n· · end·   ",
    ),
];

fn pieces(name: &str, text: &str) -> String {
    let pre_tokenizer = PreTokenizer::from_name(name).unwrap().build().unwrap();
    let mut cut = PreTokenizedString::from(text);
    pre_tokenizer.pre_tokenize(&mut cut).unwrap();
    cut.get_splits(OffsetReferential::Original, OffsetType::Byte)
        .iter()
        .map(|(_, (start, end), _)| &text[*start..*end])
        .collect::<Vec<_>>()
        .join("·")
}

#[test]
fn every_named_pre_tokenizer_cuts_where_its_definition_says() {
    for (names, expected) in PIECES {
        for name in *names {
            assert_eq!(pieces(name, TEXT), *expected, "{name}");
        }
    }
}

/// The table tells pre-tokenizers apart: no two rows expect the same.
#[test]
fn the_expected_pieces_differ() {
    for (index, (names, pieces)) in PIECES.iter().enumerate() {
        assert_eq!(pieces.replace('·', ""), TEXT, "{names:?}");
        assert!(
            PIECES[..index].iter().all(|(_, other)| other != pieces),
            "{names:?}"
        );
    }
}

#[test]
fn an_unknown_name_is_refused_by_name() {
    let error = PreTokenizer::from_name("unheard-of")
        .unwrap_err()
        .to_string();
    assert!(error.contains("unheard-of"), "{error}");
}
