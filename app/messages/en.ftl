# The page's own words. Each section belongs to one part of the page; ids begin with its name.

## Numbers and units

count-tokens = { $count ->
    [one] { $count } token
   *[other] { $count } tokens
  }

## Conversations

library-title = Conversations
library-handle = Menu
library-open = Show conversations
library-close = Hide conversations
library-new = New chat
library-search = Search conversations
library-found = { $count ->
    [one] { $count } conversation found
   *[other] { $count } conversations found
  }
library-found-title = Found
library-none-found = Nothing found for “{ $text }”.
library-empty = No conversations yet. They will be listed here, and stay in this browser.
library-more-chats = Show more
library-pinned = Pinned
library-today = Today
library-yesterday = Yesterday
library-seven-days = Previous 7 days
library-thirty-days = Previous 30 days
library-untitled = Untitled
library-menu = More for “{ $title }”
library-rename = Rename
library-rename-field = New title
library-pin = Pin
library-unpin = Unpin
library-export-json = Export as JSON
library-export-markdown = Export as Markdown
library-delete = Delete
library-import = Import
library-export-all = Export all
library-deleted = “{ $title }” was deleted.
library-imported = { $count ->
    [one] { $count } conversation was imported.
   *[other] { $count } conversations were imported.
  }
library-not-kept = Conversations are not being kept: { $reason }.
library-file = Inkling conversations
library-file-you = You
library-file-answer = Answer
library-file-attached = Attached
library-file-unreadable = The browser could not read this file. Choose it again.

## Notices

notice-undo = Undo
notice-dismiss = Dismiss
