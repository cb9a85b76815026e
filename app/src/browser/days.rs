//! Days and months as the person's own calendar has them and the page's language says them.

use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::state::library_days::LocalTime;

pub fn local_time() -> LocalTime {
    let now = Date::new_0();
    LocalTime {
        now_ms: now.get_time(),
        // JavaScript counts the other way.
        minutes_east: -now.get_timezone_offset() as i32,
    }
}

/// `November 2026`.
pub fn month_name(year: i64, month: u32) -> String {
    let first = Date::new_with_year_month_day(year as u32, month as i32 - 1, 1);
    told(&first, &[("month", "long"), ("year", "numeric")])
}

/// `21 November 2026`.
pub fn day_name(moment_ms: f64) -> String {
    told(
        &Date::new(&JsValue::from_f64(moment_ms)),
        &[("dateStyle", "long")],
    )
}

fn told(date: &Date, how: &[(&str, &str)]) -> String {
    let options = Object::new();
    for (name, value) in how {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    let language = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element())
        .and_then(|root| root.get_attribute("lang"))
        .unwrap_or_else(|| "en".to_owned());
    date.to_locale_date_string(&language, &options).into()
}
