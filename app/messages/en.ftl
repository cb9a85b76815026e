# The page's own words. Each section belongs to one part of the page; ids begin with its name.

## Numbers and units

count-tokens = { $count ->
    [one] { $count } token
   *[other] { $count } tokens
  }

## Answers

prose-table = Table
prose-copy = Copy
prose-copied = Copied
prose-copied-code = The code was copied.
prose-not-copied = The browser did not let the page copy.
prose-thinking = Thinking…
prose-thought = Thought for a moment

## Attachments

attach-choose = Attach files
attach-list = Attached files
attach-remove = Remove { $name }
attach-reading = { $count ->
    [one] Reading { $count } file…
   *[other] Reading { $count } files…
  }
attach-pasted = Pasted text { $number }.txt
attach-picture = { $name } is a picture. Models here read text; attach a text or PDF file.
attach-no-text = { $name } is no text. Attach a text, Markdown, code or PDF file.
attach-too-large = { $name } is too large: up to { $megabytes } MB can be attached.
attach-empty = There is nothing in { $name }.
attach-scanned = { $name } has no text, only pictures of it. Attach a PDF whose words can be selected.
attach-broken = { $name } could not be opened: it may be damaged, or need a password.
attach-unreadable = The browser could not read { $name }. Choose it again.
