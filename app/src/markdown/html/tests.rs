//! What may come out of an answer as HTML, and what never.

use super::*;
use proptest::prelude::*;

fn html(source: &str) -> String {
    super::html(source, &mut Outline::default())
}

#[test]
fn markdown_becomes_elements() {
    let cases = [
        (
            "a *b* **c** ~~d~~ `e`",
            "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e</code></p>\n",
        ),
        ("# One", "<h2>One</h2>\n"),
        ("###### Six", "<h2>Six</h2>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a", "<ol start=\"3\">\n<li>a</li>\n</ol>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("---", "<hr>\n"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        (
            "- [x] a",
            "<ul>\n<li><span class=\"task\">☑</span> a</li>\n</ul>\n",
        ),
        (
            "a $x^2$ b",
            "<p>a <span class=\"math inline\">x^2</span> b</p>\n",
        ),
        (
            r"\[ x < 1 \]",
            "<p><span class=\"math display\">x &lt; 1</span></p>\n",
        ),
        ("from $5-$10", "<p>from $5-$10</p>\n"),
        ("a<br>b", "<p>a<br>b</p>\n"),
    ];
    for (markdown, expected) in cases {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
}

#[test]
fn headings_leave_no_level_out() {
    let mut outline = Outline::default();
    let levels = ["### a", "#### b", "#### c", "###### d", "# e", "## f"];
    let tags = levels.map(|source| super::html(source, &mut outline)[..4].to_owned());
    assert_eq!(tags, ["<h2>", "<h3>", "<h4>", "<h5>", "<h2>", "<h3>"]);
}

#[test]
fn code_says_its_language_and_can_be_copied() {
    let fenced = html("```Rust,ignore\nlet a = \"<b>\";\n```");
    assert!(fenced.contains("<figcaption><span>rust</span><button type=\"button\""));
    assert!(
        fenced.contains("<code class=\"language-rust\">let a = &quot;&lt;b&gt;&quot;;\n</code>")
    );
    let open = html("```\nlet");
    assert!(open.contains("<code>let</code></pre>"), "{open}");
    assert!(!html("```\"><script>\na\n```").contains("<script"));
}

#[test]
fn tables_scroll_by_themselves() {
    let table = html("| a | b |\n|:-:|--:|\n| 1 | 2 |");
    assert!(table.starts_with("<div class=\"scroller\" role=\"group\""));
    assert!(table.contains("<th scope=\"col\" class=\"center\">a</th>"));
    assert!(table.contains("<td class=\"end\">2</td>"));
    assert!(table.ends_with("</tbody></table></div>\n"));
}

#[test]
fn links_lead_out_and_nowhere_else() {
    let link = "<p><a href=\"https://a.example/?b&amp;c\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">d</a></p>\n";
    assert_eq!(html("[d](https://a.example/?b&c)"), link);
    assert_eq!(html("![d](https://a.example/?b&c)"), link);
    assert!(html("<someone@a.example>").contains("href=\"mailto:someone@a.example\""));
    assert_eq!(
        html("[![d](https://b.example)](https://a.example/?b&c)"),
        link
    );
    for address in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java&#115;cript:alert(1)",
        "<java script:alert(1)>",
        "data:text/html,x",
        "vbscript:x",
        "/relative",
        "#here",
        "//a.example",
        "blob:https://a.example",
    ] {
        assert_eq!(html(&format!("[d]({address})")), "<p>d</p>\n", "{address}");
    }
}

#[test]
fn markup_is_text() {
    assert_eq!(
        html("<script>alert(1)</script>"),
        "<p class=\"markup\">&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"
    );
    assert_eq!(
        html("a <img src=x onerror=alert(1)> b"),
        "<p>a &lt;img src=x onerror=alert(1)&gt; b</p>\n"
    );
}

#[test]
fn deep_nesting_is_shown_flat() {
    let deep = html(&"> ".repeat(3000));
    assert!(depth(&deep) <= MOST_DEPTH);
    let emphasis = html(&format!("{}a{}", "*_".repeat(900), "_*".repeat(900)));
    assert!(depth(&emphasis) <= MOST_DEPTH);
    assert!(emphasis.contains('a'));
    let table = html(&format!(
        "{}| a |\n{}|---|\n",
        "> ".repeat(40),
        "> ".repeat(40)
    ));
    assert!(!table.contains("<td"));
}

/// How many elements are within each other.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        match tag.strip_prefix('/') {
            Some(_) => depth -= 1,
            None => depth += 1,
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The tags in a piece of HTML, each as its name and its attributes' names and values.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut tags = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "text is escaped: {text}");
        let mut quoted = tag.split('"');
        let words = quoted.next().unwrap_or_default();
        let (name, mut attribute) = words.split_once(' ').unwrap_or((words, ""));
        let mut attributes = Vec::new();
        while let Some(value) = quoted.next() {
            let attribute_name = attribute.trim().trim_end_matches('=');
            attributes.push((attribute_name.to_owned(), value.to_owned()));
            attribute = quoted.next().unwrap_or_default();
        }
        tags.push((name.trim_start_matches('/').to_owned(), attributes));
    }
    tags
}

const TAGS: [&str; 27] = [
    "a",
    "blockquote",
    "br",
    "button",
    "code",
    "del",
    "div",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
];

const ATTRIBUTES: [&str; 11] = [
    "aria-label",
    "class",
    "dir",
    "href",
    "rel",
    "role",
    "scope",
    "start",
    "tabindex",
    "target",
    "type",
];

proptest! {
    /// Whatever is written, only tags and attributes of ours come out, and addresses that lead out.
    #[test]
    fn nothing_hostile_comes_out(pieces in prop::collection::vec(
        prop::sample::select(vec![
            "<script>", "</script>", "<img src=x onerror=alert(1)>", "[a](javascript:x)", "![a](data:x)",
            "<a href='javascript:x'>", "[a](https://b \"t\\\" onclick=x\")", "[a](https://b?\"onclick=x)",
            "```", "\n", "\n\n", "`", "|a|\n|-|\n", "|", "- ", "1. ", "> ", "# ", "*", "**", "_", "~~", "[",
            "](", ")", "<", ">", "\"", "'", "&lt;script&gt;", "&quot;", "$", "$$", "\\(", "\\)", "\\[",
            "\\]", "    ", "<!--", "-->", "<svg onload=x>", "\\", "text", "[r]: javascript:x\n", "[r]",
            "<https://a.b>", "<j@a.b>", "\u{0}", "\r", "é", "<br>",
        ]), 0..40,
    )) {
        let html = html(&pieces.concat());
        for (name, attributes) in tags(&html) {
            prop_assert!(TAGS.contains(&name.as_str()) || ["tr", "ul"].contains(&name.as_str()), "{name} in {html}");
            for (attribute, value) in attributes {
                prop_assert!(ATTRIBUTES.contains(&attribute.as_str()), "{attribute} in {html}");
                prop_assert!(attribute != "href" || leads_out(&value), "{value} in {html}");
            }
        }
    }
}
