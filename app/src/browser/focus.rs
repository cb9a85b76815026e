//! Where the keyboard goes on when what it was on goes away, and menus that stand beside their button.
//!
//! Must not know what the elements mean.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, EventTarget, HtmlElement, Node};

/// Between an element and what it is placed beside, and to the window's edges.
const GAP_PX: f64 = 4.0;

/// Focuses the first of these elements that is there and can be seen, when what happens now is drawn.
pub fn focus_soon(ids: Vec<String>) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let focus = Closure::once_into_js(move || {
        let seen = ids.iter().find_map(|id| {
            let element: HtmlElement = super::document_element(id)?.dyn_into().ok()?;
            // What is not drawn has no width.
            (element.offset_width() > 0).then_some(element)
        });
        if let Some(element) = seen {
            drop(element.focus());
        }
    });
    drop(window.request_animation_frame(focus.unchecked_ref()));
}

/// Where in a menu the focus goes.
#[derive(Debug, Clone)]
pub enum MenuMove {
    First,
    Last,
    Next,
    Previous,
    /// To the next one that begins so.
    Letter(String),
}

/// What a key means in a menu; nothing where it means nothing there.
pub fn menu_move(key: &str) -> Option<MenuMove> {
    match key {
        "ArrowDown" => Some(MenuMove::Next),
        "ArrowUp" => Some(MenuMove::Previous),
        "Home" => Some(MenuMove::First),
        "End" => Some(MenuMove::Last),
        key if key.chars().count() == 1 && key != " " => Some(MenuMove::Letter(key.to_lowercase())),
        _ => None,
    }
}

pub fn move_in_menu(menu: &Element, to: &MenuMove) {
    let items = menu_items(menu);
    let focused = items.iter().position(is_focused);
    let count = items.len();
    let target = match (to, focused) {
        (MenuMove::First, _) | (MenuMove::Next, None) => 0,
        (MenuMove::Last, _) | (MenuMove::Previous, None) => count.saturating_sub(1),
        (MenuMove::Next, Some(at)) => (at + 1) % count.max(1),
        (MenuMove::Previous, Some(at)) => (at + count - 1) % count.max(1),
        (MenuMove::Letter(letter), at) => {
            let from = at.map_or(0, |at| at + 1);
            let begins = |index: &usize| {
                let text = items
                    .get(index % count.max(1))
                    .and_then(|it| it.text_content());
                text.is_some_and(|text| text.trim().to_lowercase().starts_with(letter))
            };
            match (from..from + count).find(begins) {
                Some(index) => index % count.max(1),
                None => return,
            }
        }
    };
    if let Some(item) = items.get(target) {
        drop(item.focus());
    }
}

fn menu_items(menu: &Element) -> Vec<HtmlElement> {
    let Ok(items) = menu.query_selector_all("[role=menuitem]") else {
        return Vec::new();
    };
    (0..items.length())
        .filter_map(|index| items.get(index)?.dyn_into().ok())
        .collect()
}

fn is_focused(element: &HtmlElement) -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document
        .and_then(|document| document.active_element())
        .is_some_and(|active| active.is_same_node(Some(element)))
}

/// Puts a fixed element below another, or above where there is more room, and inside the window.
pub fn place_beside(element: &HtmlElement, anchor_id: &str) {
    let size = |length: Result<JsValue, JsValue>| length.ok().and_then(|length| length.as_f64());
    let (Some(window), Some(anchor)) = (web_sys::window(), super::document_element(anchor_id))
    else {
        return;
    };
    let (Some(width), Some(height)) = (size(window.inner_width()), size(window.inner_height()))
    else {
        return;
    };
    let anchor = anchor.get_bounding_client_rect();
    let own = element.get_bounding_client_rect();
    let below = anchor.bottom() + GAP_PX;
    let top = if below + own.height() + GAP_PX <= height {
        below
    } else {
        (anchor.top() - own.height() - GAP_PX).max(GAP_PX)
    };
    let most_left = (width - own.width() - GAP_PX).max(GAP_PX);
    let left = (anchor.right() - own.width()).clamp(GAP_PX, most_left);
    let style = element.style();
    drop(style.set_property("left", &format!("{left}px")));
    drop(style.set_property("top", &format!("{top}px")));
}

/// Whether an event happened on `element` and on nothing inside it.
pub fn is_itself(element: &Element, target: Option<EventTarget>) -> bool {
    let target = target.and_then(|target| target.dyn_into::<Node>().ok());
    target.is_some_and(|target| target.is_same_node(Some(element)))
}

/// Whether an event's other element lies inside `container`.
pub fn contains(container: &Element, other: Option<EventTarget>) -> bool {
    let other = other.and_then(|other| other.dyn_into::<Node>().ok());
    other.is_some_and(|other| container.contains(Some(&other)))
}
