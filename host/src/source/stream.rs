//! Files from a server without ranges: one stream from the first byte, cut into chunks as it passes.
//!
//! A connection that drops costs the whole way again, but what is stored already is only passed by.

use js_sys::Uint8Array;

use super::{FileId, Source, SourceFile};
use crate::fetch::Body;
use crate::retry::MOST_RETRIES;
use crate::wire::{ErrorKind, WireError};

/// A body that is being read, and how far.
pub(super) struct OpenStream {
    file: FileId,
    body: Body,
    position: u64,
    /// The rest of a piece that reached into the next chunk.
    rest: Option<Uint8Array>,
}

impl OpenStream {
    fn new(file: FileId, body: Body) -> Self {
        Self {
            file,
            body,
            position: 0,
            rest: None,
        }
    }

    /// Whether there is more: at the end of a file that would mean that it is longer than its server said.
    async fn goes_on(&mut self) -> Result<bool, WireError> {
        while self.rest.is_none() {
            match self.body.next().await? {
                Some(piece) if piece.length() == 0 => {}
                Some(piece) => self.rest = Some(piece),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    fn leads_to(&self, file: FileId, start: u64) -> bool {
        self.file == file && self.position <= start
    }
}

impl Source<'_> {
    /// One chunk: reads on in the open stream, or starts again and passes by what comes before. `body` is an answer
    /// that turned out to be the whole file.
    pub(super) async fn streamed_chunk(
        &self,
        file: FileId,
        url: &str,
        (start, len): (u64, u64),
        body: Option<Body>,
    ) -> Result<Option<Uint8Array>, WireError> {
        let entry = self.entry(file)?;
        let mut open = self.open_stream.lock().await;
        if !open.as_ref().is_some_and(|open| open.leads_to(file, start)) {
            *open = body.map(|body| OpenStream::new(file, body));
        }
        let mut retry = 0;
        loop {
            let stream = match open.take().filter(|open| open.leads_to(file, start)) {
                Some(stream) => stream,
                None => {
                    let (body, facts) = self.network.open_stream(url).await?;
                    self.learn(entry, facts).await?;
                    OpenStream::new(file, body)
                }
            };
            // The answer may have told the length only now.
            let known_bytes = entry.facts.borrow().len_bytes;
            let to_the_end = known_bytes.map_or(len, |known| known.saturating_sub(start));
            match self
                .read_on(entry, stream, start, len.min(to_the_end))
                .await
            {
                Ok((bytes, rest_of_stream)) => {
                    *open = rest_of_stream;
                    return Ok(bytes);
                }
                Err(error) if error.kind == ErrorKind::Network && retry < MOST_RETRIES => {
                    self.network.wait_before_retry(url, retry, None).await?;
                    retry += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads a chunk from a stream that has not passed it; the stream comes back unless it has ended.
    async fn read_on(
        &self,
        entry: &SourceFile,
        mut open: OpenStream,
        start: u64,
        len: u64,
    ) -> Result<(Option<Uint8Array>, Option<OpenStream>), WireError> {
        let all = Uint8Array::new_with_length(len as u32);
        let mut filled: u32 = 0;
        while u64::from(filled) < len {
            let piece = match open.rest.take() {
                Some(rest) => Ok(Some(rest)),
                None => open.body.next().await,
            };
            let piece = match piece {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(error) => {
                    self.count(entry, -i64::from(filled));
                    return Err(error);
                }
            };
            let skipped = start
                .saturating_sub(open.position)
                .min(u64::from(piece.length())) as u32;
            let taken = (piece.length() - skipped).min(len as u32 - filled);
            all.set(&piece.subarray(skipped, skipped + taken), filled);
            filled += taken;
            open.position += u64::from(skipped + taken);
            if skipped + taken < piece.length() {
                open.rest = Some(piece.subarray(skipped + taken, piece.length()));
            }
            self.count(entry, i64::from(taken));
        }
        if u64::from(filled) == len {
            let known_bytes = entry.facts.borrow().len_bytes;
            if known_bytes == Some(start + len) && open.goes_on().await? {
                return Err(self.changed(entry).await?);
            }
            return Ok(((filled > 0).then_some(all), Some(open)));
        }
        let known_bytes = entry.facts.borrow().len_bytes;
        if known_bytes.is_some() {
            self.count(entry, -i64::from(filled));
            return Err(WireError::new(
                ErrorKind::Network,
                format!(
                    "the connection ended before all of {} had arrived; try again",
                    entry.name
                ),
            ));
        }
        entry.facts.borrow_mut().len_bytes = Some(start + u64::from(filled));
        Ok(((filled > 0).then(|| all.slice(0, filled)), None))
    }
}
