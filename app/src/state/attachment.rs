//! stand-in
use inkling_host::chats::Attachment;
pub fn prompt_with_attachments(text: &str, _attachments: &[Attachment]) -> String {
    text.to_owned()
}
