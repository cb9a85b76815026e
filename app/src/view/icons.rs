//! The drawings, inline so that they take the colour of the text around them.
//!
//! All are decoration: the element around them carries the name.

use leptos::prelude::*;

/// The mark: a drop of ink with the slit of a nib in it.
#[component]
pub fn Drop() -> impl IntoView {
    view! {
        <svg class="icon drop" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <path class="drop-body" d="M16 2.5c4.9 6.2 9.5 11.3 9.5 17.2a9.5 9.5 0 0 1-19 0C6.5 13.8 11.1 8.7 16 2.500z"/>
            <path class="drop-slit" d="M16 9.500v9.3"/>
            <circle class="drop-slit drop-eye" cx="16" cy="20.6" r="1.9"/>
        </svg>
    }
}

/// A nib at the start of a line, drawn large and faint behind the first screen.
#[component]
pub fn Quill() -> impl IntoView {
    view! {
        <svg class="quill" viewBox="0 0 400 400" aria-hidden="true" focusable="false">
            <path class="quill-line" d="M14 350c52-34 86 20 134 4s60-66 108-44 62 40 130 2"/>
            <path class="quill-vane" d="M154 330C150 214 226 92 372 30c2 44-8 86-28 124l-34-4 20 28c-14 22-32 42-52 58l-38-8 20 22c-22 14-46 24-74 30-16 8-26 24-32 50z"/>
            <path class="quill-shaft" d="M147 354C172 250 244 142 340 62"/>
            <circle class="quill-drop" cx="148" cy="354" r="7"/>
        </svg>
    }
}

#[component]
fn Stroke(path: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=path/>
        </svg>
    }
}

#[component]
pub fn Send() -> impl IntoView {
    view! { <Stroke path="M12 19.500V5M5.8 11.2 12 5l6.2 6.2"/> }
}

#[component]
pub fn Copy() -> impl IntoView {
    view! { <Stroke path="M9 9h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM5 15V5a1 1 0 0 1 1-1h9"/> }
}

#[component]
pub fn Before() -> impl IntoView {
    view! { <Stroke path="M14.500 6.500 9 12l5.500 5.500"/> }
}

#[component]
pub fn After() -> impl IntoView {
    view! { <Stroke path="M9.500 6.500 15 12l-5.500 5.500"/> }
}

#[component]
pub fn Sliders() -> impl IntoView {
    view! { <Stroke path="M4 7h9M17 7h3M4 17h3M11 17h9M15 4.800v4.400M9 14.800v4.400"/> }
}

#[component]
pub fn Stop() -> impl IntoView {
    view! { <Stroke path="M8 7h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z"/> }
}

#[component]
pub fn Pause() -> impl IntoView {
    view! { <Stroke path="M9 6.500v11M15 6.500v11"/> }
}

#[component]
pub fn Play() -> impl IntoView {
    view! { <Stroke path="M8.5 5.800v12.400l9.5-6.200z"/> }
}

/// Shelves.
#[component]
pub fn Shelves() -> impl IntoView {
    view! { <Stroke path="M4.5 4v16M19.5 4v16M4.5 11h15M4.5 18.500h15M8 11V6.500M11 11V6.500M14 18.500l2-5M8 18.500v-4.500"/> }
}

#[component]
pub fn New() -> impl IntoView {
    view! { <Stroke path="M12 5.500v13M5.5 12h13"/> }
}

#[component]
pub fn Back() -> impl IntoView {
    view! {
        <svg class="icon directed" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d="M14.5 6 8.5 12l6 6"/>
        </svg>
    }
}

#[component]
pub fn Down() -> impl IntoView {
    view! { <Stroke path="M12 5v14M6 13l6 6 6-6"/> }
}

/// Sliders.
#[component]
pub fn Settings() -> impl IntoView {
    view! { <Stroke path="M4 7h9M18.500 7H20M4 12h1.500M11 12h9M4 17h7M16.500 17H20M13 7a2.700 2.700 0 1 0 5.400 0a2.700 2.700 0 1 0-5.400 0M5.500 12a2.700 2.700 0 1 0 5.400 0a2.700 2.700 0 1 0-5.400 0M11.100 17a2.700 2.700 0 1 0 5.400 0a2.700 2.700 0 1 0-5.400 0"/> }
}

#[component]
pub fn Bin() -> impl IntoView {
    view! { <Stroke path="M4.5 7h15M9.5 7V4.500h5V7M6.5 7l.9 12.500h9.200L17.5 7M10.3 10.500v5.500M13.7 10.500v5.5"/> }
}

#[component]
pub fn Folder() -> impl IntoView {
    view! { <Stroke path="M3.5 18.500v-13h6l2 2.500h9v10.500z"/> }
}

#[component]
pub fn File() -> impl IntoView {
    view! { <Stroke path="M6.5 3.500h7.200l3.8 3.800v13.200h-11zM13.5 3.800v3.700h3.7"/> }
}

#[component]
pub fn Warning() -> impl IntoView {
    view! { <Stroke path="M12 4 2.8 19.500h18.400zM12 10v4.500M12 17v.2"/> }
}

#[component]
pub fn Chip() -> impl IntoView {
    view! { <Stroke path="M7.5 7.500h9v9h-9zM5 5h14v14H5zM9 2.500V5M15 2.500V5M9 19v2.500M15 19v2.500M2.5 9H5M2.5 15H5M19 9h2.500M19 15h2.5"/> }
}

#[component]
pub fn Retry() -> impl IntoView {
    view! { <Stroke path="M19 12a7 7 0 1 1-2.1-5M19.2 3.800V7.500h-3.7"/> }
}

#[component]
pub fn Lock() -> impl IntoView {
    view! { <Stroke path="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"/> }
}

/// A cloud, struck out.
#[component]
pub fn NoCloud() -> impl IntoView {
    view! { <Stroke path="M9.5 6.4A5.2 5.2 0 0 1 17 10.2a4 4 0 0 1 2.6 6.6M16.5 18H7a4 4 0 0 1-.6-7.95A5.4 5.4 0 0 1 7 8.3M4 4l16 16"/> }
}

/// A window with a column at its side.
#[component]
pub fn Sidebar() -> impl IntoView {
    view! { <Stroke path="M5.5 5h13a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM9.5 5v14"/> }
}

#[component]
pub fn Search() -> impl IntoView {
    view! { <Stroke path="M10.8 4.500a6.300 6.300 0 1 1 0 12.600 6.300 6.300 0 0 1 0-12.600zM15.4 15.400l4.600 4.6"/> }
}

#[component]
pub fn More() -> impl IntoView {
    view! { <Stroke path="M5.5 12h.01M12 12h.01M18.5 12h.01"/> }
}

#[component]
pub fn Pin() -> impl IntoView {
    view! { <Stroke path="M9 4h6l-.8 6 3.300 3.500h-11L9.8 10zM12 13.500V20"/> }
}

#[component]
pub fn Pen() -> impl IntoView {
    view! { <Stroke path="M4.5 19.500l1-4.200L16 4.800l3.200 3.200L8.7 18.500zM13.5 7.300l3.200 3.2"/> }
}

/// Out of the page: into a file.
#[component]
pub fn Export() -> impl IntoView {
    view! { <Stroke path="M12 14.500V4M7.8 8 12 3.800 16.2 8M5 13.500v6h14v-6"/> }
}

/// From a file into the page.
#[component]
pub fn Import() -> impl IntoView {
    view! { <Stroke path="M12 4v10.500M7.8 10.500 12 14.700l4.2-4.200M5 13.500v6h14v-6"/> }
}

#[component]
pub fn Close() -> impl IntoView {
    view! { <Stroke path="M6.5 6.500l11 11M17.5 6.500l-11 11"/> }
}

/// A paperclip.
#[component]
pub fn Clip() -> impl IntoView {
    view! { <Stroke path="M19 11.500l-7.300 7.300a4.600 4.600 0 0 1-6.500-6.500l7.600-7.600a3 3 0 0 1 4.300 4.300l-7.500 7.500a1.500 1.500 0 0 1-2.100-2.100l6.700-6.700"/> }
}
