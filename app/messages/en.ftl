# The page's own words. Each section belongs to one part of the page; ids begin with its name.

## Numbers and units

count-tokens = { $count ->
    [one] { $count } token
   *[other] { $count } tokens
  }

## The conversation

chat-new = New chat
chat-new-announced = New chat.
chat-answer-begins = The answer is being written.
chat-branch-shown = Version { $number } of { $count }.
chat-deleted = { $count ->
    [one] The message was deleted.
   *[other] { $count } messages were deleted.
  }
chat-stays-here = Runs on this device. Nothing you write is sent.
chat-context = { $used } of { $length } tokens
chat-context-help = How much of the model’s memory this conversation takes
chat-context-label = Context used
chat-choose-another = Choose another model
chat-model = Model
chat-built-in = built in
chat-choose-model = Choose a model
chat-storage = Storage
chat-runs-in-software = Runs on { $adapter }, in software on the processor: expect it to be slow
chat-runs-on-adapter = Runs on { $adapter }
chat-runs-on = Runs on
chat-software = software,
chat-slow = slow
chat-conversation = Conversation
chat-to-end = Go to the end
chat-ask-something = Ask it something
chat-begin-text = Begin a text
chat-stays-on-device = What you write stays on this device.
chat-not-kept = The model works, but was not kept for the next visit: { $reason }
chat-ask-guide = Ask the guide
chat-guide-help = This is a tiny model that comes with Inkling. It knows this app and efficient language models, and nothing else. What you write stays on this device.
chat-starters = Questions to begin with
chat-you = You
chat-answer = Answer
chat-attached = Attached
chat-reading = Reading…
chat-writing = Writing…
chat-cut-off = Cut off before its end
chat-edited = Written by you
chat-go-on = Continue
chat-ask-again = Ask again
chat-copied = Copied.
chat-copy-failed = It could not be copied: the browser did not allow it.
chat-message-tools = Actions
chat-copy = Copy
chat-edit = Edit
chat-another-answer = Another answer
chat-delete = Delete
chat-delete-help = Delete it and what follows
chat-branches = Versions
chat-branch-before = Previous version
chat-branch-after = Next version
chat-branch-place = { $number } of { $count }
chat-edit-field = Message text
chat-edit-question-help = It is asked anew. The conversation as it was stays beside it.
chat-edit-answer-help = The model will take this for what it said. Its own answer stays beside it.
chat-edit-ask = Ask
chat-edit-save = Save
chat-edit-cancel = Cancel

## Where one writes

composer-message = Message
composer-write = Write a message
composer-begin = Begin a text
composer-stop = Stop
composer-send = Send

## How a conversation is answered

manner-open = Instructions and style
manner-title = This conversation
manner-system = Instructions
manner-system-placeholder = For example: answer briefly, in plain words.
manner-system-help = The model reads them before everything else. Models that know no instructions get them with your first question.
manner-words = Choice of words
manner-preset-published = As published
manner-preset-precise = Precise
manner-preset-balanced = Balanced
manner-preset-lively = Lively
manner-numbers = Numbers
manner-numbers-help = What is left empty is as the settings say, or else as the model’s publisher recommends.
manner-not-set = not set
manner-apply = Apply

## What an answer took

performance-title = Performance
performance-none = Nothing was answered yet.
performance-answer = Last answer
performance-decode = Writing
performance-prefill = Reading
performance-first-token = Until the first word
performance-prompt-tokens = Tokens read
performance-answer-tokens = Tokens written
performance-heap = Memory of the page’s engine
performance-memory = Memory of the model
performance-weights = Weights
performance-kv = Context
performance-gpu = On the graphics card, in all
performance-fetched = Fetched
performance-stored = From storage

## Keys

shortcuts-title = Keys
shortcuts-search = Search the conversations
shortcuts-write = Write a message
shortcuts-models = Choose a model
shortcuts-list = This list
shortcuts-stop = Stop the answer
shortcuts-send = Send the message
shortcuts-line = Begin a new line

## Windows

dialog-close = Close
