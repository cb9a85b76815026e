//! A static file server: one folder, GET and HEAD, byte ranges, nothing else.
//!
//! It serves a development build to the same machine. Must not serve a byte from outside its folder.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::TcpStream;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

const MAX_LINE_BYTES: u64 = 16 * 1024;
const MAX_HEADERS: usize = 128;
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// What a request asks for, as far as a static server cares.
#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    is_head: bool,
    path: String,
    range: Option<String>,
}

/// Answers requests until the client closes the connection or stops speaking HTTP.
pub fn answer_connection(stream: TcpStream, root: &Path) {
    let timeouts = stream
        .set_read_timeout(Some(IDLE_TIMEOUT))
        .and_then(|()| stream.set_write_timeout(Some(IDLE_TIMEOUT)));
    let Ok(reading) = timeouts.and_then(|()| stream.try_clone()) else {
        return;
    };
    let mut reader = BufReader::new(reading);
    let mut writer = stream;
    // A client that went away is not worth a word: the next connection starts afresh.
    while let Ok(Some(request)) = read_request(&mut reader) {
        let sent = match request {
            Ok(request) => answer(&mut writer, root, &request),
            Err(status) => {
                send_text(&mut writer, status, false).ok();
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

type Status = &'static str;
const BAD_REQUEST: Status = "400 Bad Request";
const NOT_FOUND: Status = "404 Not Found";
const NOT_ALLOWED: Status = "405 Method Not Allowed";

/// `None` at the end of the connection; the inner error is the status to answer with.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Result<Request, Status>>> {
    let Some(first) = read_line(reader)? else {
        return Ok(None);
    };
    let mut range = None;
    let mut ended = false;
    for _ in 0..MAX_HEADERS {
        let Some(line) = read_line(reader)? else {
            return Ok(None);
        };
        if line.is_empty() {
            ended = true;
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("range")
        {
            range = Some(value.trim().to_owned());
        }
    }
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(Some(Err(BAD_REQUEST)));
    };
    if !ended {
        return Ok(Some(Err(BAD_REQUEST)));
    }
    let is_head = match method {
        "GET" => false,
        "HEAD" => true,
        _ => return Ok(Some(Err(NOT_ALLOWED))),
    };
    let path = target.split(['?', '#']).next().unwrap_or("/");
    Ok(Some(Ok(Request {
        is_head,
        path: path.to_owned(),
        range,
    })))
}

/// A line without its end; `None` where the connection ended or the line is too long to be meant.
fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    reader.take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Ok(None);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

fn answer(writer: &mut impl Write, root: &Path, request: &Request) -> io::Result<()> {
    let Some(path) = file_from_url_path(root, &request.path) else {
        return send_text(writer, NOT_FOUND, request.is_head);
    };
    let Ok(mut file) = File::open(&path) else {
        return send_text(writer, NOT_FOUND, request.is_head);
    };
    let len_bytes = file.metadata()?.len();
    let wanted = match request.range.as_deref() {
        Some(header) => range_from_header(header, len_bytes),
        None => Wanted::Whole,
    };
    let (status, start, count) = match wanted {
        Wanted::Whole => ("200 OK", 0, len_bytes),
        Wanted::Part { start, end } => ("206 Partial Content", start, end - start),
        Wanted::Impossible => {
            return write!(
                writer,
                "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{len_bytes}\r\nContent-Length: 0\r\n\r\n"
            );
        }
    };
    write!(
        writer,
        "HTTP/1.1 {status}\r\nContent-Type: {}\r\nContent-Length: {count}\r\nAccept-Ranges: bytes\r\nCache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n",
        media_type(&path)
    )?;
    if status.starts_with("206") {
        let last = start + count - 1;
        write!(
            writer,
            "Content-Range: bytes {start}-{last}/{len_bytes}\r\n"
        )?;
    }
    writer.write_all(b"\r\n")?;
    if !request.is_head {
        file.seek(SeekFrom::Start(start))?;
        io::copy(&mut file.take(count), writer)?;
    }
    writer.flush()
}

fn send_text(writer: &mut impl Write, status: Status, is_head: bool) -> io::Result<()> {
    let body = if is_head { "" } else { status };
    write!(
        writer,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        status.len()
    )?;
    writer.flush()
}

/// The file that a URL's path names, if it lies in the folder. A folder stands for its index page.
fn file_from_url_path(root: &Path, url_path: &str) -> Option<PathBuf> {
    let decoded = percent_decoded(url_path)?;
    if decoded.contains(['\\', '\0']) {
        return None;
    }
    let relative = Path::new(decoded.trim_start_matches('/'));
    if !relative
        .components()
        .all(|component| matches!(component, Component::Normal(_) | Component::CurDir))
    {
        return None;
    }
    let mut path = root.join(relative);
    if path.is_dir() {
        path.push("index.html");
    }
    // A link inside the folder may still point outside.
    let real = path.canonicalize().ok()?;
    (real.is_file() && real.starts_with(root.canonicalize().ok()?)).then_some(real)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    /// `end` is exclusive.
    Part {
        start: u64,
        end: u64,
    },
    Impossible,
}

/// RFC 9110 section 14: a header that is not understood is ignored, several ranges are answered by the whole.
fn range_from_header(header: &str, len_bytes: u64) -> Wanted {
    let Some((first, last)) = header
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Wanted::Whole;
    };
    let bounds = match (first.trim(), last.trim()) {
        ("", last) => last
            .parse::<u64>()
            .ok()
            .map(|count| (len_bytes.saturating_sub(count), len_bytes)),
        (first, "") => first.parse().ok().map(|start| (start, len_bytes)),
        (first, last) => first
            .parse::<u64>()
            .ok()
            .zip(last.parse::<u64>().ok())
            .filter(|(start, last)| start <= last)
            .map(|(start, last)| (start, last.saturating_add(1).min(len_bytes))),
    };
    match bounds {
        None => Wanted::Whole,
        Some((start, end)) if start < end => Wanted::Part { start, end },
        Some(_) => Wanted::Impossible,
    }
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("inkling-http-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("site").join("sub")).unwrap();
        fs::write(folder.join("site").join("index.html"), "<p>hello</p>").unwrap();
        fs::write(folder.join("site").join("a b.wasm"), "0123456789").unwrap();
        fs::write(folder.join("secret.txt"), "secret").unwrap();
        folder
    }

    fn ask(root: &Path, request: &str) -> String {
        let mut written = Vec::new();
        let mut reader = io::Cursor::new(request.as_bytes());
        match read_request(&mut reader).unwrap().unwrap() {
            Ok(request) => answer(&mut written, root, &request).unwrap(),
            Err(status) => send_text(&mut written, status, false).unwrap(),
        }
        String::from_utf8(written).unwrap()
    }

    #[test]
    fn serves_whole_files_and_index_pages() {
        let root = folder("whole").join("site");
        let page = ask(&root, "GET /?model=x HTTP/1.1\r\n\r\n");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
        assert!(page.contains("text/html") && page.ends_with("<p>hello</p>"));
        let wasm = ask(&root, "GET /a%20b.wasm HTTP/1.1\r\n\r\n");
        assert!(wasm.contains("application/wasm") && wasm.ends_with("0123456789"));
        let head = ask(&root, "HEAD /a%20b.wasm HTTP/1.1\r\n\r\n");
        assert!(head.contains("Content-Length: 10") && head.ends_with("\r\n\r\n"));
        assert!(ask(&root, "GET /sub HTTP/1.1\r\n\r\n").contains("404"));
        assert!(ask(&root, "POST / HTTP/1.1\r\n\r\n").contains("405"));
    }

    #[test]
    fn serves_ranges() {
        let root = folder("range").join("site");
        let part = ask(
            &root,
            "GET /a%20b.wasm HTTP/1.1\r\nrange: bytes=2-4\r\n\r\n",
        );
        assert!(part.contains("206 Partial") && part.contains("bytes 2-4/10"));
        assert!(part.ends_with("\r\n\r\n234"));
        let past = ask(
            &root,
            "GET /a%20b.wasm HTTP/1.1\r\nRange: bytes=10-\r\n\r\n",
        );
        assert!(past.contains("416") && past.contains("bytes */10"));
    }

    #[test]
    fn range_headers() {
        assert_eq!(
            range_from_header("bytes=0-", 10),
            Wanted::Part { start: 0, end: 10 }
        );
        assert_eq!(
            range_from_header("bytes=-3", 10),
            Wanted::Part { start: 7, end: 10 }
        );
        assert_eq!(
            range_from_header("bytes=8-99", 10),
            Wanted::Part { start: 8, end: 10 }
        );
        assert_eq!(
            range_from_header("bytes=0-18446744073709551615", 10),
            Wanted::Part { start: 0, end: 10 }
        );
        assert_eq!(range_from_header("bytes=-0", 10), Wanted::Impossible);
        assert_eq!(range_from_header("bytes=0-0", 0), Wanted::Impossible);
        assert_eq!(range_from_header("bytes=4-2", 10), Wanted::Whole);
        assert_eq!(range_from_header("bytes=0-1,3-4", 10), Wanted::Whole);
        assert_eq!(range_from_header("pages=1-2", 10), Wanted::Whole);
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let outer = folder("outside");
        let root = outer.join("site");
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/sub/../../secret.txt",
            "/..%2fsecret.txt",
            "/..%5csecret.txt",
            "/%00",
            "/%",
            "/%zz",
        ] {
            let answer = ask(&root, &format!("GET {path} HTTP/1.1\r\n\r\n"));
            assert!(answer.contains("404"), "{path}: {answer}");
        }
        assert!(file_from_url_path(&outer, "/secret.txt").is_some());
    }

    #[test]
    fn nonsense_ends_the_connection() {
        let mut endless = io::Cursor::new(vec![b'x'; 100_000]);
        assert!(read_request(&mut endless).unwrap().is_none());
        assert!(ask(Path::new("/"), "GET\r\n\r\n").contains("400"));
    }
}
