//! A block of Markdown as HTML text.
//!
//! Markup in an answer is shown as the text it is, never obeyed. Addresses lead only to where a person can go, and nothing
//! is fetched to show an answer: a picture is a link to it. Must not know what comes before or after the block.

use pulldown_cmark::{
    Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Parser, Tag, TagEnd,
};

use super::dialect;
use super::math::with_dollars;
use crate::say;

/// Deeper nesting is shown flat: nobody writes it, and browsers take long over it.
const MOST_DEPTH: usize = 32;

const CLOSE_CODE: &str = "</code></pre></figure>";

/// How deep the headings of a text have gone so far. Those who hear a page move by its headings: none may be left out
/// between two, whatever levels a model chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline(u8);

impl Default for Outline {
    /// Below the page's own heading.
    fn default() -> Self {
        Self(1)
    }
}

/// One block, or a few; but for the levels of headings, what it means does not depend on the rest of the text.
pub fn html(source: &str, outline: &mut Outline) -> String {
    let source = with_dollars(source);
    let mut writer = Writer {
        outline: *outline,
        ..Writer::default()
    };
    for (event, range) in Parser::new_ext(&source, dialect()).into_offset_iter() {
        let follows = source.as_bytes().get(range.end);
        writer.write(event, follows.is_some_and(u8::is_ascii_digit));
    }
    *outline = writer.outline;
    writer.out
}

#[derive(Default)]
struct Writer {
    outline: Outline,
    out: String,
    /// What closes each element that is open; empty where it was not written.
    open: Vec<&'static str>,
    num_links: usize,
    alignments: Vec<Alignment>,
    column: usize,
    is_table_head: bool,
}

impl Writer {
    fn write(&mut self, event: Event, is_before_digit: bool) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.within("<code>", &code, "</code>"),
            // Two prices in a sentence are no formula.
            Event::InlineMath(tex) if is_before_digit => self.text(&format!("${tex}$")),
            Event::InlineMath(tex) => self.within("<span class=\"math inline\">", &tex, "</span>"),
            Event::DisplayMath(tex) => {
                self.within("<span class=\"math display\">", &tex, "</span>");
            }
            // The one tag that tables of Markdown need for what they cannot say.
            Event::InlineHtml(tag) if is_line_break(&tag) => self.out.push_str("<br>"),
            Event::Html(markup) | Event::InlineHtml(markup) => self.text(&markup),
            Event::FootnoteReference(name) => self.text(&format!("[^{name}]")),
            // Models mean the lines that they write.
            Event::SoftBreak | Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            Event::TaskListMarker(done) => {
                let mark = if done { "☑" } else { "☐" };
                self.within("<span class=\"task\">", mark, "</span> ");
            }
        }
    }

    fn start(&mut self, tag: Tag) {
        let is_flat = self.open.len() >= MOST_DEPTH;
        match tag {
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => return self.link(link_type, &dest_url),
            Tag::Image { dest_url, .. } => return self.link(LinkType::Inline, &dest_url),
            Tag::Table(ref alignments) => self.alignments.clone_from(alignments),
            Tag::TableHead | Tag::TableRow => {
                self.column = 0;
                self.is_table_head = matches!(tag, Tag::TableHead);
            }
            _ => {}
        }
        if is_flat {
            self.open.push("");
            return;
        }
        let close = match tag {
            Tag::Paragraph => self.element("<p>", "</p>\n"),
            Tag::Heading { level, .. } => self.heading(level),
            Tag::BlockQuote(_) => self.element("<blockquote>\n", "</blockquote>\n"),
            Tag::CodeBlock(kind) => self.code(&kind),
            Tag::HtmlBlock => self.element("<p class=\"markup\">", "</p>\n"),
            Tag::List(None) => self.element("<ul>\n", "</ul>\n"),
            Tag::List(Some(1)) => self.element("<ol>\n", "</ol>\n"),
            Tag::List(Some(start)) => self.element(&format!("<ol start=\"{start}\">\n"), "</ol>\n"),
            Tag::Item => self.element("<li>", "</li>\n"),
            Tag::Table(_) => {
                let name = escaped(&say!("prose-table"));
                self.element(
                    &format!(
                        "<div class=\"scroller\" role=\"group\" aria-label=\"{name}\" tabindex=\"0\"><table>"
                    ),
                    "</tbody></table></div>\n",
                )
            }
            Tag::TableHead => self.element("<thead><tr>", "</tr></thead><tbody>\n"),
            Tag::TableRow => self.element("<tr>", "</tr>\n"),
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.element("<em>", "</em>"),
            Tag::Strong => self.element("<strong>", "</strong>"),
            Tag::Strikethrough => self.element("<del>", "</del>"),
            Tag::Link { .. }
            | Tag::Image { .. }
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => "",
        };
        self.open.push(close);
    }

    fn end(&mut self, tag: TagEnd) {
        let close = self.open.pop().unwrap_or_default();
        if matches!(tag, TagEnd::Link | TagEnd::Image) && !close.is_empty() {
            self.num_links -= 1;
        }
        self.out.push_str(close);
    }

    fn element(&mut self, open: &str, close: &'static str) -> &'static str {
        self.out.push_str(open);
        close
    }

    fn heading(&mut self, level: HeadingLevel) -> &'static str {
        let wanted = level as u8 + 1;
        self.outline = Outline(wanted.min(self.outline.0 + 1).min(6));
        match self.outline.0 {
            ..=2 => self.element("<h2>", "</h2>\n"),
            3 => self.element("<h3>", "</h3>\n"),
            4 => self.element("<h4>", "</h4>\n"),
            5 => self.element("<h5>", "</h5>\n"),
            6.. => self.element("<h6>", "</h6>\n"),
        }
    }

    fn code(&mut self, kind: &CodeBlockKind) -> &'static str {
        let language = match kind {
            CodeBlockKind::Fenced(info) => language(info),
            CodeBlockKind::Indented => String::new(),
        };
        let class = if language.is_empty() {
            String::new()
        } else {
            format!(" class=\"language-{language}\"")
        };
        let copy = escaped(&say!("prose-copy"));
        self.element(
            &format!(
                "<figure class=\"code\"><figcaption><span>{language}</span><button type=\"button\" class=\"copy\">{copy}</button></figcaption><pre tabindex=\"0\" dir=\"ltr\"><code{class}>"
            ),
            CLOSE_CODE,
        )
    }

    fn cell(&mut self) -> &'static str {
        let class = match self.alignments.get(self.column) {
            Some(Alignment::Center) => " class=\"center\"",
            Some(Alignment::Right) => " class=\"end\"",
            Some(Alignment::Left | Alignment::None) | None => "",
        };
        self.column += 1;
        if self.is_table_head {
            self.element(&format!("<th scope=\"col\"{class}>"), "</th>")
        } else {
            self.element(&format!("<td{class}>"), "</td>")
        }
    }

    /// A link to where a link may lead; else only its words.
    fn link(&mut self, kind: LinkType, address: &CowStr) {
        let address = match kind {
            LinkType::Email => format!("mailto:{address}"),
            LinkType::Inline
            | LinkType::Reference
            | LinkType::ReferenceUnknown
            | LinkType::Collapsed
            | LinkType::CollapsedUnknown
            | LinkType::Shortcut
            | LinkType::ShortcutUnknown
            | LinkType::Autolink
            | LinkType::WikiLink { .. } => address.to_string(),
        };
        if self.num_links > 0 || self.open.len() >= MOST_DEPTH || !leads_out(&address) {
            self.open.push("");
            return;
        }
        self.num_links += 1;
        self.out.push_str(&format!(
            "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">",
            escaped(&address)
        ));
        self.open.push("</a>");
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(&escaped(text));
    }

    fn within(&mut self, open: &str, text: &str, close: &str) {
        self.out.push_str(open);
        self.text(text);
        self.out.push_str(close);
    }
}

/// Absolute, and of a kind that opens a page or a letter.
fn leads_out(address: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| {
        let beginning = address.get(..scheme.len());
        beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme))
    })
}

/// The first word of a fence's line, in the letters of which names of languages consist.
fn language(info: &str) -> String {
    let word = info.split([' ', ',', '{', '\t']).next().unwrap_or_default();
    let is_letter = |letter: &char| letter.is_ascii_alphanumeric() || "+#-_.".contains(*letter);
    word.chars()
        .filter(is_letter)
        .take(24)
        .collect::<String>()
        .to_ascii_lowercase()
}

fn is_line_break(tag: &str) -> bool {
    ["<br>", "<br/>", "<br />"]
        .iter()
        .any(|form| tag.eq_ignore_ascii_case(form))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests;
