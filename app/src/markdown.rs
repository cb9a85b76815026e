//! An answer as what it means: what the model thought, and Markdown in blocks, each as a piece of HTML.
//!
//! Everything is made for text that is still growing: what has been said once is not looked at again, and a long answer
//! comes in pieces that take a few milliseconds each. An answer is text from anywhere. What leaves here as markup was
//! written here; a sanitizer looks at it all the same before a page gets it. Must not know how or where it is shown.

mod blocks;
mod html;
mod math;
mod thinking;

pub use blocks::{Block, Progressive, Step, blocks};
pub use html::{Outline, html};
pub use thinking::{Parts, parts};

use pulldown_cmark::Options;

/// The Markdown that models write: CommonMark with tables, struck text, check lists and formulas.
fn dialect() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
}
