//! The list of conversations, under the days on which they were last added to.
//!
//! Of a long list only the first are in the page; more come as the end is neared.

use std::time::Duration;

use inkling_host::chats::{ChatId, ChatRecord};
use leptos::html::{Div, Input};
use leptos::prelude::*;

use super::library_menu::{OpenMenu, menu_button_id};
use super::{icons, store};
use crate::browser::{self, days, focus};
use crate::say;
use crate::state::library::title_of;
use crate::state::library_days::{Period, groups_by_day};
use crate::state::{Action, Library};

/// About two windows full.
const ROWS_AT_ONCE: usize = 60;
/// How often the page looks whether it is another day.
const DAY_CHECK: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, PartialEq)]
struct Section {
    /// Absent: what was found.
    period: Option<Period>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Row {
    id: ChatId,
    title: String,
    is_pinned: bool,
}

#[component]
pub fn Rows(menu: RwSignal<Option<OpenMenu>>) -> impl IntoView {
    let store = store();
    let limit = RwSignal::new(ROWS_AT_ONCE);
    let today = RwSignal::new(days::local_time().today());
    let clock = set_interval_with_handle(
        move || {
            let now = days::local_time().today();
            if today.try_get_untracked().is_some_and(|day| day != now) {
                today.set(now);
            }
        },
        DAY_CHECK,
    );
    on_cleanup(move || {
        if let Ok(clock) = clock {
            clock.clear();
        }
    });
    let sections = Memo::new(move |_| {
        today.track();
        store
            .library
            .with(|library| sections_of(library, limit.get()))
    });
    let num_shown = Memo::new(move |_| store.library.with(|library| library.shown().len()));
    let search = Memo::new(move |_| {
        store
            .library
            .with(|library| library.search.trim().to_owned())
    });
    let is_read = Memo::new(move |_| store.library.with(|library| library.chats.is_some()));
    // What is looked for is at the top.
    Effect::new(move |_| {
        search.track();
        limit.set(ROWS_AT_ONCE);
    });
    let has_more = Memo::new(move |_| num_shown.get() > limit.get());
    let list = NodeRef::<Div>::new();
    let show_more = move || limit.update(|limit| *limit += ROWS_AT_ONCE);
    view! {
        <div
            class="library-list"
            node_ref=list
            on:scroll=move |_| {
                menu.set(None);
                if let Some(list) = list.get_untracked()
                    && has_more.get_untracked()
                    && browser::is_near_end(&list)
                {
                    show_more();
                }
            }
        >
            <For each=move || sections.get() key=|section| section.period let:section>
                <SectionView period=section.period sections menu/>
            </For>
            <Show when=move || has_more.get()>
                <button type="button" class="button ghost library-more-chats" on:click=move |_| show_more()>
                    {move || say!("library-more-chats")}
                </button>
            </Show>
            {move || (is_read.get() && num_shown.get() == 0).then(|| {
                let text = search.get();
                let words = if text.is_empty() {
                    say!("library-empty")
                } else {
                    say!("library-none-found", text = text)
                };
                view! { <p class="library-empty" dir="auto">{words}</p> }
            })}
        </div>
        <p class="unseen" role="status">
            {move || (!search.with(String::is_empty)).then(|| say!("library-found", count = num_shown.get()))}
        </p>
    }
}

fn sections_of(library: &Library, limit: usize) -> Vec<Section> {
    let row = |chat: &&ChatRecord| Row {
        id: chat.id,
        title: title_of(chat),
        is_pinned: chat.is_pinned,
    };
    let shown = library.shown();
    if library.is_searching() {
        let rows: Vec<_> = shown.iter().take(limit).map(row).collect();
        let section = Section { period: None, rows };
        return (!section.rows.is_empty())
            .then_some(section)
            .into_iter()
            .collect();
    }
    let mut left = limit;
    let mut sections = Vec::new();
    for group in groups_by_day(shown, days::local_time()) {
        let rows: Vec<_> = group.chats.iter().take(left).map(row).collect();
        left -= rows.len();
        sections.push(Section {
            period: Some(group.period),
            rows,
        });
        if left == 0 {
            break;
        }
    }
    sections
}

#[component]
fn SectionView(
    period: Option<Period>,
    sections: Memo<Vec<Section>>,
    menu: RwSignal<Option<OpenMenu>>,
) -> impl IntoView {
    let rows = Memo::new(move |_| {
        sections.with(|sections| {
            let section = sections.iter().find(|section| section.period == period);
            section
                .map(|section| section.rows.clone())
                .unwrap_or_default()
        })
    });
    view! {
        <section class="library-section">
            <h2 class="library-period">{move || name_of(period)}</h2>
            <ul>
                <For each=move || rows.get() key=Row::clone let:row>
                    <RowView row menu/>
                </For>
            </ul>
        </section>
    }
}

fn name_of(period: Option<Period>) -> String {
    match period {
        None => say!("library-found-title"),
        Some(Period::Pinned) => say!("library-pinned"),
        Some(Period::Today) => say!("library-today"),
        Some(Period::Yesterday) => say!("library-yesterday"),
        Some(Period::SevenDays) => say!("library-seven-days"),
        Some(Period::ThirtyDays) => say!("library-thirty-days"),
        Some(Period::Month { year, month }) => days::month_name(year, month),
    }
}

#[component]
fn RowView(row: Row, menu: RwSignal<Option<OpenMenu>>) -> impl IntoView {
    let store = store();
    let id = row.id;
    let is_open = Memo::new(move |_| store.open_chat.get() == Some(id));
    let is_renaming =
        Memo::new(move |_| store.library.with(|library| library.renaming == Some(id)));
    let has_menu =
        Memo::new(move |_| menu.with(|menu| menu.as_ref().is_some_and(|menu| menu.id == id)));
    let row = StoredValue::new(row);
    let title = move || row.with_value(|row| row.title.clone());
    view! {
        <li class="library-row" class:current=move || is_open.get()>
            <Show
                when=move || !is_renaming.get()
                fallback=move || view! { <TitleField id title=title()/> }
            >
                <button
                    type="button"
                    id=format!("chat-{id}")
                    class="library-chat"
                    dir="auto"
                    title=title()
                    aria-current=move || is_open.get().then_some("true")
                    on:click=move |_| store.dispatch(Action::OpenChat { id })
                >
                    {title()}
                </button>
                <button
                    type="button"
                    id=menu_button_id(id)
                    class="button ghost icon-only library-more"
                    aria-label=move || say!("library-menu", title = title())
                    aria-haspopup="menu"
                    aria-expanded=move || has_menu.get().to_string()
                    on:mousedown=move |event| {
                        // A menu that loses the focus closes; this press is to close it, and not to open it again.
                        if has_menu.get_untracked() {
                            event.prevent_default();
                        }
                    }
                    on:click=move |_| {
                        let is_pinned = row.with_value(|row| row.is_pinned);
                        menu.set((!has_menu.get_untracked()).then(|| OpenMenu { id, title: title(), is_pinned }));
                    }
                    on:keydown=move |event| {
                        if matches!(event.key().as_str(), "ArrowDown" | "ArrowUp") {
                            event.prevent_default();
                            let is_pinned = row.with_value(|row| row.is_pinned);
                            menu.set(Some(OpenMenu { id, title: title(), is_pinned }));
                        }
                    }
                >
                    <icons::More/>
                </button>
            </Show>
        </li>
    }
}

/// In place of the title. Enter and leaving keep what is written, Escape does not.
#[component]
fn TitleField(id: ChatId, title: String) -> impl IntoView {
    let store = store();
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            drop(field.focus());
            field.select();
        }
    });
    let keep = move || {
        // The field loses the focus once more when it goes away.
        if let Some(field) = field.try_get_untracked().flatten() {
            let title = field.value();
            store.dispatch(Action::TitleChat { id, title });
        }
    };
    let back = move || focus::focus_soon(vec![format!("chat-{id}")]);
    view! {
        <input
            node_ref=field
            class="field library-title"
            type="text"
            dir="auto"
            maxlength="200"
            autocomplete="off"
            aria-label=move || say!("library-rename-field")
            value=title
            on:blur=move |_| keep()
            on:keydown=move |event| match event.key().as_str() {
                "Enter" if !event.is_composing() => {
                    event.prevent_default();
                    keep();
                    back();
                }
                "Escape" => {
                    // The drawer around it would close.
                    event.prevent_default();
                    event.stop_propagation();
                    store.dispatch(Action::KeepTitle);
                    back();
                }
                _ => {}
            }
        />
    }
}
