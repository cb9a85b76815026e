//! Blocks cover their text, settle, and do not depend on how it arrived.

use super::*;
use proptest::prelude::*;

fn sources(text: &str) -> Vec<String> {
    let sources = blocks(text);
    sources
        .iter()
        .map(|block| block.source(text).into_owned())
        .collect()
}

fn all(progressive: &mut Progressive, text: &str) {
    while progressive.step(text) == Step::More {}
}

#[test]
fn blocks_are_those_at_the_top() {
    let text = "One\ntwo\n\n- a\n\n  b\n- c\n\n```rust\nlet a;\n\nlet b;\n```\n> d\n\n    e\n";
    assert_eq!(
        sources(text),
        [
            "One\ntwo\n\n",
            "- a\n\n  b\n- c\n\n",
            "```rust\nlet a;\n\nlet b;\n```\n",
            "> d\n\n",
            "    e\n"
        ]
    );
    assert!(blocks("").is_empty());
    assert_eq!(sources("\n\n"), ["\n\n"]);
}

#[test]
fn an_open_fence_is_one_growing_block() {
    let mut progressive = Progressive::default();
    let text = "Text\n\n```\nlet a;\n\n# no heading\n\n- no list\n";
    all(&mut progressive, text);
    assert_eq!(progressive.blocks().len(), 2);
}

#[test]
fn two_lists_may_become_one() {
    let mut progressive = Progressive::default();
    all(&mut progressive, "a\n\n1. b\n\n2");
    assert_eq!(progressive.blocks().len(), 3);
    all(&mut progressive, "a\n\n1. b\n\n2. c");
    assert_eq!(progressive.blocks().len(), 2);
}

#[test]
fn a_long_table_goes_on_below_its_head() {
    let head = "| a | b |\n|---|---|\n";
    let text = format!("{head}{}\nafter", "| 1 | 2 |\n".repeat(2000));
    let blocks = blocks(&text);
    assert!(blocks.len() > 2);
    let (last, pieces) = blocks.split_last().unwrap();
    for piece in pieces {
        assert!(piece.end - piece.begin <= PIECE_BYTES);
        assert!(piece.source(&text).starts_with(head));
    }
    assert_eq!(last.source(&text), "after");
    assert_eq!(last.head, None);
}

#[test]
fn long_code_goes_on_within_its_fence() {
    let code = "let a = 1;\n".repeat(3000);
    let text = format!("```rust\n{code}```\n\n# after");
    let blocks = blocks(&text);
    let (last, pieces) = blocks.split_last().unwrap();
    assert_eq!(last.source(&text), "# after");
    assert!(pieces.len() > 3);
    for piece in pieces {
        assert!(piece.source(&text).starts_with("```rust\nlet a"));
    }
}

#[test]
fn long_lists_are_cut_between_items() {
    let items: String = (1..2000)
        .map(|number| format!("{number}. item\n"))
        .collect();
    for source in sources(&items) {
        assert!(source.starts_with(|first: char| first.is_ascii_digit()));
        assert!(source.ends_with("item\n"));
    }
}

/// What each of the steps parses is bounded, so that the sum is about a window a step.
#[test]
fn a_megabyte_takes_a_step_for_each_piece() {
    for unit in [
        "word ",
        "word\n\n",
        "|a|\n|-|\n",
        "- a\n",
        "```\ncode\n",
        "> ",
        "*",
        "[",
        "<b",
        "é",
        "\n",
        " ",
    ] {
        let text = unit.repeat((1 << 20) / unit.len());
        let mut progressive = Progressive::default();
        let mut num_steps = 0;
        while progressive.step(&text) == Step::More {
            num_steps += 1;
            assert!(num_steps <= text.len() / PIECE_BYTES * 3, "{unit}");
        }
        let longest = progressive
            .blocks()
            .iter()
            .map(|block| block.end - block.begin)
            .max();
        assert!(longest <= Some(PIECE_BYTES), "{unit}");
    }
}

fn markdown() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b c",
        "\n",
        "\n\n",
        "\n",
        "- ",
        "1. ",
        "2. ",
        "2",
        ") ",
        "> ",
        "# ",
        "```",
        "~~~",
        "|",
        "|a|b|\n|-|-|\n",
        "---",
        "===",
        "    ",
        "\t",
        " ",
        "*",
        "**",
        "_",
        "`",
        "$",
        "$$",
        "<div>",
        "</div>",
        "<!--",
        "-->",
        "<b>",
        "[a]: b",
        "[a]",
        "](c)",
        "![",
        "é",
        "\\",
        "+ ",
        "* ",
        "[ ] ",
        "\r\n",
        "<script>",
        "</script>",
        ":",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn blocks_cover_the_text(text in markdown(), piece_bytes in 8_usize..64) {
        for piece_bytes in [piece_bytes, PIECE_BYTES] {
            let mut progressive = Progressive::with_pieces_of(piece_bytes);
            all(&mut progressive, &text);
            let mut end = 0;
            for block in progressive.blocks() {
                prop_assert_eq!(block.begin, end);
                prop_assert!(block.end > block.begin && block.end - block.begin <= piece_bytes);
                end = block.end;
            }
            prop_assert_eq!(end, text.len());
        }
    }

    #[test]
    fn only_the_last_two_blocks_change(text in markdown(), cut in 0_usize..120) {
        let before = blocks(text.get(..text.floor_char_boundary(cut)).unwrap_or_default());
        let after = blocks(&text);
        let settled = before.len().saturating_sub(2);
        prop_assert_eq!(before.get(..settled), after.get(..settled));
    }

    #[test]
    fn it_does_not_matter_how_the_text_arrived(
        text in markdown(),
        cuts in prop::collection::vec(0_usize..120, 0..8),
        piece_bytes in 8_usize..64,
    ) {
        let mut cuts = cuts;
        cuts.sort_unstable();
        let mut whole = Progressive::default();
        let mut pieces = Progressive::with_pieces_of(piece_bytes);
        for cut in cuts {
            let so_far = text.get(..text.floor_char_boundary(cut)).unwrap_or_default();
            all(&mut whole, so_far);
            let settled = pieces.blocks()[..pieces.num_settled()].to_vec();
            all(&mut pieces, so_far);
            prop_assert_eq!(&pieces.blocks()[..settled.len()], &settled[..]);
        }
        all(&mut whole, &text);
        prop_assert_eq!(whole.blocks(), blocks(&text));
    }
}
