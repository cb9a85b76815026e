//! What the person is about to send: words, and files that come along.
//!
//! Pure. Files are read elsewhere; here it is known how many are being read, and what could not be. Must not know how any of
//! it is shown.

use inkling_host::chats::Attachment;

use super::attachment::{self, Refusal};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    pub text: String,
    pub attachments: Vec<Attachment>,
    /// Files that are on their way.
    pub num_reading: usize,
    /// The last file that could not come along.
    pub refused: Option<Refused>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub name: String,
    pub reason: Refusal,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Written(String),
    /// A text too long for the field, and what to call it.
    Pasted {
        name: String,
        text: String,
    },
    /// So many files are being read.
    Reading(usize),
    Read(Attachment),
    Refused(Refused),
    /// The tokens of an attachment, by its place.
    Counted {
        index: usize,
        num_tokens: u32,
    },
    Removed(usize),
    /// It is on its way to the model, or was given up.
    Cleared,
}

impl Draft {
    pub fn change(&mut self, change: Change) {
        match change {
            Change::Written(text) => self.text = text,
            Change::Pasted { name, text } => self.attach(attachment::attachment(&name, text)),
            Change::Reading(num_files) => {
                self.num_reading += num_files;
                self.refused = None;
            }
            Change::Read(attachment) => {
                self.num_reading = self.num_reading.saturating_sub(1);
                self.attach(attachment);
            }
            Change::Refused(refused) => {
                self.num_reading = self.num_reading.saturating_sub(1);
                self.refused = Some(refused);
            }
            Change::Counted { index, num_tokens } => {
                if let Some(attachment) = self.attachments.get_mut(index) {
                    attachment.num_tokens = Some(num_tokens);
                }
            }
            Change::Removed(index) => {
                if index < self.attachments.len() {
                    self.attachments.remove(index);
                }
            }
            Change::Cleared => *self = Self::default(),
        }
    }

    /// There is something to send, and nothing that is still on its way.
    pub fn is_ready(&self) -> bool {
        self.num_reading == 0 && (!self.text.trim().is_empty() || !self.attachments.is_empty())
    }

    fn attach(&mut self, attachment: Attachment) {
        // The same file again is the file as it is now.
        let same = |other: &&mut Attachment| other.name == attachment.name;
        match self.attachments.iter_mut().find(same) {
            Some(other) => *other = attachment,
            None => self.attachments.push(attachment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> Attachment {
        attachment::attachment(name, "text".to_owned())
    }

    fn draft(changes: Vec<Change>) -> Draft {
        let mut draft = Draft::default();
        for change in changes {
            draft.change(change);
        }
        draft
    }

    #[test]
    fn a_draft_waits_for_its_files() {
        let written = Change::Written("Why?".to_owned());
        let mut draft = draft(vec![written, Change::Reading(2), Change::Read(file("a"))]);
        assert!(!draft.is_ready());
        draft.change(Change::Refused(Refused {
            name: "b".to_owned(),
            reason: Refusal::Picture,
        }));
        assert!(draft.is_ready());
        assert_eq!(draft.attachments.len(), 1);
        assert!(draft.refused.is_some());
        draft.change(Change::Reading(1));
        assert_eq!(draft.refused, None);
        draft.change(Change::Cleared);
        assert_eq!(draft, Draft::default());
        assert!(!draft.is_ready());
    }

    #[test]
    fn a_file_given_again_replaces_the_first() {
        let mut again = file("a");
        again.text = "newer".to_owned();
        let draft = draft(vec![Change::Read(file("a")), Change::Read(again.clone())]);
        assert_eq!(draft.attachments, [again]);
        assert_eq!(draft.num_reading, 0);
    }

    #[test]
    fn tokens_are_those_of_the_attachment_at_their_place() {
        let mut draft = draft(vec![Change::Read(file("a")), Change::Read(file("b"))]);
        let counted = |index, num_tokens| Change::Counted { index, num_tokens };
        draft.change(counted(1, 7));
        draft.change(counted(2, 9));
        draft.change(Change::Removed(0));
        draft.change(Change::Removed(5));
        let tokens: Vec<_> = draft.attachments.iter().map(|it| it.num_tokens).collect();
        assert_eq!(tokens, [Some(7)]);
    }
}
