//! Formatted text in the page, put there block by block and a few milliseconds at a time.
//!
//! A block that is settled is written once. Of a text that is long when it comes, the newest part is there at once as
//! plain text, and the blocks follow from the beginning. Every piece of HTML goes through the sanitizer of `prose.js`;
//! until that is there, text is shown as text. Must not know what the text is: `markdown` makes the HTML.

use std::cell::Cell;

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element};

use super::{frame_ms, now_ms};
use crate::markdown::{self, Block, Outline, Progressive, Step};

/// Plain text that waits for its form: what fits on a screen.
const WAITING_BYTES: usize = 4 * 1024;

/// Work within one frame, for all texts together; the rest of it is the browser's.
const SLICE_MS: f64 = 8.0;

/// From here on, blocks off the screen are not laid out.
const MANY_BLOCKS: usize = 12;

const CLASS: &str = "prose";
const LONG_CLASS: &str = "prose long";

#[wasm_bindgen(raw_module = "./prose.js")]
extern "C" {
    #[wasm_bindgen(js_name = load)]
    fn load_sanitizer() -> Promise;
    fn put(block: &Element, html: &str);
    fn embellish(block: &Element) -> Promise;
    #[wasm_bindgen(js_name = copy)]
    fn copy_code(button: &Element) -> Promise;
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sanitizer {
    Loading,
    Ready,
    /// Text stays plain.
    Missing,
}

thread_local! {
    static SANITIZER: Cell<Sanitizer> = const { Cell::new(Sanitizer::Loading) };
    /// A frame, and when the work within it has to end.
    static SLICE: Cell<(f64, f64)> = const { Cell::new((0.0, 0.0)) };
}

fn deadline_ms() -> f64 {
    let (frame, deadline) = SLICE.get();
    if frame == frame_ms() {
        return deadline;
    }
    let deadline = now_ms() + SLICE_MS;
    SLICE.set((frame_ms(), deadline));
    deadline
}

/// Waits for the sanitizer, which is loaded once; [`Sheet::show`] is to be asked again afterwards.
pub async fn load() {
    if SANITIZER.get() != Sanitizer::Ready {
        let loaded = JsFuture::from(load_sanitizer()).await;
        SANITIZER.set(match loaded {
            Ok(_) => Sanitizer::Ready,
            Err(_) => Sanitizer::Missing,
        });
    }
}

/// Copies the code that a button stands above. False where the browser does not allow it.
pub async fn copy(button: &Element) -> bool {
    JsFuture::from(copy_code(button)).await.is_ok()
}

/// Whether `show` has to be called again in the next frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Unfinished,
    Shown,
}

/// What will be appended to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    Growing,
    Final,
}

/// One text in one element.
pub struct Sheet {
    root: Element,
    document: Document,
    blocks: Progressive,
    is_parsed: bool,
    shown: Vec<Shown>,
    /// Where the text begins in the one it is part of; elsewhere is another text.
    begin: usize,
    len_bytes: usize,
    waiting: Option<Element>,
}

struct Shown {
    element: Element,
    block: Block,
    /// Of the headings up to its end.
    outline: Outline,
    /// It holds code or formulas that are still plain.
    is_plain: bool,
}

impl Sheet {
    /// `None` where the element belongs to no document.
    pub fn new(root: Element) -> Option<Self> {
        Some(Self {
            document: root.owner_document()?,
            root,
            blocks: Progressive::default(),
            is_parsed: false,
            shown: Vec::new(),
            begin: 0,
            len_bytes: 0,
            waiting: None,
        })
    }

    /// Shows as much as a frame allows. `text` begins with what was shown before, unless it begins elsewhere.
    pub fn show(&mut self, text: &str, begin: usize, growth: Growth) -> Progress {
        if begin != self.begin || text.len() < self.len_bytes {
            self.clear();
            self.begin = begin;
        }
        if text.len() > self.len_bytes {
            self.len_bytes = text.len();
            self.is_parsed = false;
        }
        if text.trim().is_empty() {
            return Progress::Shown;
        }
        // Others have used this frame up; what is there already can wait for the next.
        if !self.shown.is_empty() && now_ms() >= deadline_ms() {
            return Progress::Unfinished;
        }
        match SANITIZER.get() {
            Sanitizer::Ready => self.format(text, growth),
            Sanitizer::Loading => {
                self.wait(text.get(newest(text)..).unwrap_or_default());
                Progress::Shown
            }
            Sanitizer::Missing => {
                self.wait(text);
                Progress::Shown
            }
        }
    }

    fn format(&mut self, text: &str, growth: Growth) -> Progress {
        let deadline_ms = deadline_ms();
        let mut is_in_time = now_ms() < deadline_ms;
        while is_in_time {
            let unshown = self.first_unshown();
            if let Some(index) = unshown {
                self.show_block(index, text);
            } else if !self.is_parsed {
                self.is_parsed = self.blocks.step(text) == Step::Done;
            } else {
                break;
            }
            is_in_time = now_ms() < deadline_ms;
        }
        if !is_in_time {
            let end = self.shown.last().map_or(0, |shown| shown.block.end);
            let end = end.max(newest(text));
            self.wait(text.get(end..).unwrap_or_default());
            return Progress::Unfinished;
        }
        while self.shown.len() > self.blocks.blocks().len() {
            if let Some(extra) = self.shown.pop() {
                extra.element.remove();
            }
        }
        if let Some(waiting) = self.waiting.take() {
            waiting.remove();
        }
        self.embellish(growth);
        Progress::Shown
    }

    /// The first block that is not shown, or not as it is now.
    fn first_unshown(&self) -> Option<usize> {
        let blocks = self.blocks.blocks();
        // Settled blocks stay as they are, and were shown in order: only the last ones can differ.
        let begin = self.shown.len().saturating_sub(4);
        (begin..blocks.len())
            .find(|index| self.shown.get(*index).map(|shown| &shown.block) != blocks.get(*index))
    }

    fn show_block(&mut self, index: usize, text: &str) {
        let Some(block) = self.blocks.blocks().get(index).cloned() else {
            return;
        };
        if index == self.shown.len() {
            let Ok(element) = self.document.create_element("div") else {
                return;
            };
            // Each block runs in the direction of its own words.
            drop(element.set_attribute("dir", "auto"));
            drop(self.root.insert_before(&element, self.waiting.as_deref()));
            // Before there is much to lay out, not when all of it is there.
            if index == MANY_BLOCKS {
                self.root.set_class_name(LONG_CLASS);
            }
            self.shown.push(Shown {
                element,
                block: block.clone(),
                outline: Outline::default(),
                is_plain: false,
            });
        }
        let before = index
            .checked_sub(1)
            .and_then(|before| self.shown.get(before));
        let mut outline = before.map_or_else(Outline::default, |before| before.outline);
        let Some(shown) = self.shown.get_mut(index) else {
            return;
        };
        let html = markdown::html(&block.source(text), &mut outline);
        shown.outline = outline;
        shown.element.set_class_name(if block.head.is_some() {
            "block continued"
        } else {
            "block"
        });
        put(&shown.element, &html);
        shown.is_plain = html.contains("class=\"language-") || html.contains("class=\"math ");
        shown.block = block;
    }

    /// Colours code and sets formulas in the blocks that are through.
    fn embellish(&mut self, growth: Growth) {
        let num_through = match growth {
            Growth::Growing => self.shown.len().saturating_sub(1),
            Growth::Final => self.shown.len(),
        };
        for shown in self.shown.iter_mut().take(num_through) {
            if shown.is_plain {
                shown.is_plain = false;
                drop(embellish(&shown.element));
            }
        }
    }

    /// Shows text as it is, at the end.
    fn wait(&mut self, text: &str) {
        if self.waiting.is_none()
            && let Ok(element) = self.document.create_element("p")
        {
            element.set_class_name("waiting-text");
            drop(self.root.append_child(&element));
            self.waiting = Some(element);
        }
        if let Some(waiting) = &self.waiting {
            waiting.set_text_content(Some(text));
        }
    }

    fn clear(&mut self) {
        self.root.set_text_content(None);
        self.root.set_class_name(CLASS);
        self.blocks = Progressive::default();
        self.is_parsed = false;
        self.shown.clear();
        self.len_bytes = 0;
        self.waiting = None;
    }
}

/// Where the last screenful begins.
fn newest(text: &str) -> usize {
    text.floor_char_boundary(text.len().saturating_sub(WAITING_BYTES))
}
