# The page's own words. Each section belongs to one part of the page; ids begin with its name.
#
# Numbers that are passed as numbers are written as the language writes them; `number`, `size`, `speed` and the like come
# written already. Names of models, files and browsers come as they are.

## Numbers and units

count-tokens = { $count ->
    [one] { $count } token
   *[other] { $count } tokens
  }
count-files = { $count ->
    [one] { $count } file
   *[other] { $count } files
  }
# Files that have arrived, of a model that has several.
count-files-of = { $done } of { $total } files
# How much has arrived: 412 MB of 1.23 GB.
count-amount = { $done } of { $total }
unit-bytes = { $number } B
unit-kilobytes = { $number } kB
unit-megabytes = { $number } MB
unit-gigabytes = { $number } GB
unit-terabytes = { $number } TB
unit-per-second = { $size }/s
unit-tokens-per-second = { $number } tok/s
# Parameters of a model: 1.2 B, 135 M, 260 k.
unit-billions = { $number } B
unit-millions = { $number } M
unit-thousands = { $number } k
# How fast a model is expected to write.
speed-below = less than { $number } tokens/s
speed-about = about { $number } tokens/s

## Times

time-seconds = { $seconds } s
time-minutes = { $minutes } min { $seconds } s
time-hours = { $hours } h { $minutes } min
ago-now = just now
ago-minutes = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
  }
ago-hours = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
  }
ago-days = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
  }
ago-months = { $count ->
    [one] { $count } month ago
   *[other] { $count } months ago
  }
ago-years = { $count ->
    [one] { $count } year ago
   *[other] { $count } years ago
  }

## The page around all screens

page-title = Inkling: a language model in your browser
page-stopped = Inkling stopped because of an error in the page. Reload it to go on; stored models are kept.
page-engine-not-running = The engine is not running.
page-closing = The page is being closed.
page-old-version = The page and its engine are of different versions.

## Start screen

start-lede = Chat with a language model that runs right here, in this tab, on your own graphics card.
start-private = Nothing you write leaves this device
start-free = No account, no server, no cost
start-storage = Storage
start-back = Back to the chat with { $name }
start-guide-title = Start right away
start-guide = The guide is a tiny model that comes with this page. It answers questions about Inkling and efficient language models, and helps you load a larger one.
start-guide-chat = Chat with the guide
start-add-title = Add a model
start-address = Model address
start-address-placeholder = https://… or org/name
start-address-help = A GGUF file or a Hugging Face model, on any server that lets other sites read it.
start-load = Load
start-check = Check first

## The guide, the tiny model that comes with the page

# In place of a model's name, within sentences such as load-failed.
guide-name = the guide
# Questions to begin with. They are buttons; what is asked is the English question, because the guide knows only English.
guide-starter-abilities = What can you do?
guide-starter-choice = Which model should I choose?
guide-starter-private = Is my chat private?
guide-starter-quantisation = What is quantisation?

## Files from this computer

files-drop = Drop a file or a folder anywhere on this page, or choose it:
files-device = Or from this device:
files-choose = Choose files
files-choose-folder = Choose a folder
files-drop-here = Drop it to load the model
# In place of a model's name, within sentences such as load-failed.
files-chosen = What you chose
# In place of a model's name that is not known.
files-unnamed = the model

## Models to try

offers-title = Models to try
offers-more = { $count } more
offers-facts = { $parameters } parameters · { $context } tokens of context
offers-download = Download { $name }
offers-check = Will it run here?
offers-check-name = Will it run here? { $name }

## Will it run here?

fit-title = Will it run here?
fit-reading = Reading the beginning of { $name }…
fit-cancel = Cancel
fit-close = Close
fit-searching = Looking for the nearest model that fits…
fit-too-large = It does not fit here
fit-runs = It runs here
fit-no-room = It runs here, but there is no room to keep it
fit-no-room-advice = Delete a stored model first, or chat with it without keeping it: then it is fetched again next time.
fit-download = Download
fit-all-here = all of it is here
fit-partly-here = { $missing } ({ $here } are here)
fit-not-told = not told
fit-free = Free space
fit-memory = Memory needed
fit-context = Context
fit-speed = Expected speed
fit-measuring = Measuring…
fit-chat = Chat
fit-download-and-chat = Download and chat
fit-only-download = Only download
fit-chat-unkept = Chat without keeping it
fit-alternative = The nearest model that fits is { $name }, with { $size }.
fit-alternative-load = Download { $name } and chat
fit-exceeds = larger than this browser’s free space

## Loading

load-engine-stopped = The engine stopped
load-again = Load again
load-failed = { $name } could not be loaded
load-try-again = Try again
load-dismiss = Dismiss
load-cancelling = Cancelling
load-pausing = Pausing
load-starting = Starting
load-other-tab = Downloading in another tab
load-header = Reading the header
load-weights = Loading the weights
load-warming = Warming up the GPU
load-downloading-model = Downloading model
load-loading-model = Loading model
load-arrived = Arrived
load-files = Files
load-speed = Speed
load-time-left = Time left
load-from-browser = From this browser
load-elsewhere = Another tab of this browser fetches this model. This one goes on as soon as it is there, and takes over if that tab is closed.
tabs-loading = Another tab of this browser loads this model. All tabs share one model, so it will answer here too.
tabs-model-changed = Another tab chose { $name }. It answers here too from now on.
tabs-model-gone = { $name } is no longer loaded, because of another tab. Choose a model to go on.
tabs-moved = The tab that ran the model was closed. This one goes on.
load-pause = Pause
load-cancel = Cancel
load-paused = Paused
load-paused-help = The parts that arrived whole are kept in this browser until you go on.
load-resume = Resume
load-free = { $size } are free now.
load-full = Paused: this browser has no more room
load-continue = Continue
load-unkept = Load without keeping it
load-kept = { $size } have arrived and are kept: trying again fetches only the rest.
load-enter-token = Enter an access token
load-part-of-local = Only a part of { $name } was kept, and this page cannot open your file again by itself: choose it once more.
load-repaired = { $count ->
    [one] { $count } stored part was damaged and was fetched again.
   *[other] { $count } stored parts were damaged and were fetched again.
  }
load-base-model = This is a base model: it does not answer, it continues the text.

## Private models

private-title = Private models
private-token = Access token
private-kept = A token is kept
private-placeholder = hf_…
private-keep = Keep
private-forget = Forget
private-help = For models that ask who you are. It is kept in this browser only, and sent to { $hub } only.

## Installing and updating

program-install = Install Inkling
program-update = Update
program-update-ready = A new version is ready.
program-update-help = Updating reloads the page and ends this chat.
program-update-now = Update now
program-update-later = Later

## Stored models

shelf-unreadable = The stored models could not be read
shelf-title = In this browser
shelf-last = Used last
shelf-part = { $here } of { $size } here
shelf-chat = Chat with { $name }
shelf-continue = Continue loading { $name }
shelf-no-other = No other model is stored: the room is taken by something else, or this browser allows too little.
shelf-stored = Stored models
shelf-delete = Delete { $name }
shelf-delete-question = Delete { $name } from this browser?
shelf-delete-yes = Yes, delete
shelf-delete-no = Keep

## Storage page

storage-title = Storage
storage-back-to-chat = Back to the chat
storage-back = Back
storage-models = Models
storage-none = No model is stored in this browser yet.
storage-choose = Choose a model
storage-room = Room in this browser
storage-not-told = not told
storage-used = Used
storage-free = Free
storage-allowed = Allowed
storage-may-clear = The browser may clear models by itself when the disk gets full.
storage-keep = Keep my models
storage-promised = The browser has promised to keep your models.
storage-keeps = The browser keeps your models.
storage-no-promise = The browser did not promise it: it may clear models when the disk gets full. Installing Inkling as an app, or setting a bookmark, often changes its mind.
storage-part = { $here } of { $size } have arrived
# How large a model is, when it was used (3 days ago) and of how many files it consists (5 files).
storage-facts = { $size } · used { $ago } · { $files }
storage-chat = Chat
storage-chat-name = Chat with { $name }
storage-continue = Continue loading
storage-continue-name = Continue loading { $name }
storage-check = Check
storage-check-name = Check { $name }
storage-save = Save to a file
storage-save-name = Save to a file: { $name }
storage-save-one = Save
storage-save-one-name = Save { $name }
storage-saved = { $name } is handed to your browser, which saves it.
storage-reading = Reading { $name }
storage-checking = Checking every part
# One of the two above, and how far it is.
storage-progress = { $work }: { $amount }
storage-cancel = Cancel
storage-verdict-nothing = Nothing of it is stored yet.
storage-verdict-whole = { $parts ->
    [1] Its only part is whole.
   *[other] All { $parts } parts are whole.
  }
storage-verdict-damaged = { $damaged ->
    [one] { $damaged } of { $parts } parts was damaged and will be fetched again.
   *[other] { $damaged } of { $parts } parts were damaged and will be fetched again.
  }

## Where it cannot run

unsupported-chromium = Chrome, Edge and other Chromium browsers
unsupported-everywhere = Everywhere
unsupported-webgpu-title = This browser has no WebGPU yet
unsupported-webgpu = Inkling runs language models on your graphics card, and WebGPU is how a page reaches it. This browser does not offer it, or not on this system.
unsupported-webgpu-chromium = Update to version 113 or later (121 on Android). On Linux, open chrome://flags, enable “Unsafe WebGPU Support” and “Vulkan”, and restart the browser. The page must be opened over https or from localhost.
unsupported-webgpu-firefox = Update to version 141 or later on Windows, 145 or later on a Mac with Apple silicon. Elsewhere use Firefox Nightly, or set dom.webgpu.enabled to true in about:config.
unsupported-webgpu-safari = Update to macOS 26, iOS 26 or iPadOS 26. In Safari 18, turn on WebGPU under Settings, Feature Flags.
unsupported-adapter-title = No graphics card was found
unsupported-adapter = This browser has WebGPU but gave the page no graphics card to work on.
unsupported-adapter-chromium = Turn on graphics acceleration under Settings, System, and restart the browser. chrome://gpu says what is in the way.
unsupported-adapter-firefox = Turn on hardware acceleration under Settings, General, Performance. about:support says what is in the way.
unsupported-adapter-safari = Install the latest system update, and switch off Lockdown Mode for this site.
unsupported-adapter-everywhere = Install the latest driver of the graphics card. In a virtual machine or a remote desktop there is often no graphics card to use.
unsupported-storage-title = This browser does not let the page store anything
unsupported-storage = Models are large and are kept in the browser's storage, which is closed to this page.
unsupported-storage-chromium = Open a normal window instead of an incognito one, and allow this site to save data under Settings, Privacy, Third-party cookies.
unsupported-storage-firefox = Leave private browsing, and do not delete cookies and site data for this site under Settings, Privacy.
unsupported-storage-safari = Leave private browsing, and turn off “Block all cookies” under Settings, Privacy.
unsupported-storage-everywhere = Make sure that the disk is not full.
unsupported-updated-title = Inkling was updated
unsupported-updated = This tab still shows the version before. Reload it; if that does not help, close all tabs of this site first.
unsupported-details = Details
unsupported-reload = Reload the page

## What to do about a failure; the failure itself is told by the engine, in English

advice-network = Check the address and your connection. The server must also allow other sites to read its files (CORS).
advice-forbidden = If the model is private, or its licence has to be accepted, do that on its page and give Inkling an access token.
advice-not-found = Check the address for a typing mistake, and that the model is public.
advice-bad-file = Download the file again or try another copy. What is stored already was left alone.
advice-unsupported = Try another model, or another file of the same model.
advice-out-of-memory = Close other tabs that use the graphics card, or choose a smaller model.
advice-storage-full = Delete a stored model or free space on the disk, then try again.
advice-storage = Allow this site to store data and leave private browsing, then try again.
advice-device-lost = This happens when the driver restarts or the computer slept. Load the model again: your conversation is still here.
advice-context-full = Start a new chat, or ask something shorter.
advice-internal = Load the model again. If it happens twice, please report it.

## Said to people who cannot see the page

announce-token-kept = The access token is kept in this browser.
announce-token-forgotten = The access token is forgotten.
announce-installed = Inkling is installed.
announce-update-ready = A new version of Inkling is ready.
announce-answered = The answer is finished: { $tokens }.
announce-forgetting = The conversation is longer than the model’s memory: what stands above the line is no longer wholly known to it.
announce-checking = Looking at { $name }.
announce-runs = { $name } runs here.
announce-no-room = There is not enough room to keep { $name }.
announce-loading = Loading { $name }.
announce-downloading = Downloading { $name }.
announce-ready = { $name } is ready.
announce-downloaded = { $name } is in this browser now, ready to chat.
announce-cancelled = Loading was cancelled.
announce-paused = Loading { $name } is paused.
announce-deleted = { $name } is deleted.

## Settings

settings-title = Settings
settings-close = Close
settings-appearance = Appearance
settings-theme = Colours
settings-theme-system = As the system has them
settings-theme-light = Light
settings-theme-dark = Dark
settings-text-size = Text size
settings-text-small = Small
settings-text-medium = Medium
settings-text-large = Large
settings-text-larger = Larger
settings-language = Language
# The first choice; the others are the languages by their own names.
settings-language-browser = As the browser prefers
settings-language-missing = This language could not be fetched. Try again when the network is there.
settings-language-help = Only the page speaks it. What a model understands depends on the model, and reports of the engine stay English.
settings-answers = Answers
settings-answers-help = These hold in every chat that has no values of its own. An empty field leaves the choice to the model’s publisher.
settings-own-value = The model’s own
settings-between = A number from { $least } to { $most }, or nothing.
settings-whole-between = A whole number from { $least } to { $most }, or nothing.
settings-temperature = Temperature
settings-temperature-help = Low values keep to the likeliest words, high ones wander; 0 always takes the likeliest.
settings-top-p = Top-p
settings-top-p-help = Only the likeliest words that together reach this probability are considered.
settings-top-k = Top-k
settings-top-k-help = Only so many of the likeliest words are considered; 0 is all of them.
settings-min-p = Min-p
settings-min-p-help = Words less likely than this part of the likeliest are left out.
settings-repetition-penalty = Repetition penalty
settings-repetition-penalty-help = Above 1, words that stand there already become less likely.
settings-max-tokens = Longest answer
settings-max-tokens-help = In tokens. An answer that reaches it ends there.
settings-seed = Seed
settings-seed-help = The same seed gives the same answer to the same conversation. Without one every answer is another.
settings-model = Model
settings-kv = Precision of the model’s memory
settings-kv-half = Half (16 bits)
settings-kv-half-help = Answers can hardly be told from those of full precision, and the memory takes half the room.
settings-kv-eight = Eight bits
settings-kv-eight-help = Answers differ a little more, and the memory takes about half the room of half precision.
settings-kv-four = Four bits
settings-kv-four-help = For the longest conversations: about two fifths of the room of half precision, and answers may get worse.
settings-kv-full = Full (32 bits)
settings-kv-full-help = Takes twice the graphics memory for the same context.
settings-context = Context
settings-context-help = How many tokens of a conversation the model keeps in view. Empty: as many as fit well. Beyond the length that a model was made for, its answers get worse.
settings-context-placeholder = What fits well
settings-load-again-help = This holds from the next time a model is loaded.
settings-load-again = Load the model again
settings-device = Device
settings-power = Graphics adapter
settings-power-help = Where a computer has two. Changing it starts the engine again and loads the model again.
settings-power-high = Fast
settings-power-low = Frugal
settings-performance = Performance
settings-performance-show = Show speed and memory while chatting
settings-reset = Reset to defaults
settings-reset-question = Take back every choice made here?
settings-reset-yes = Yes, reset
settings-reset-no = Keep them
settings-reset-done = All settings are as they were at first.

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
# In place of the name of a graphics card that is not known.
chat-adapter-unnamed = GPU
chat-model = Model { $name }
chat-built-in = built in
chat-choose-model = Choose a model
chat-storage = Storage
chat-runs-in-software = Runs on { $name }, in software on the processor: expect it to be slow
chat-runs-on = Runs on { $name }
# Behind the adapter's name; the second is for narrow screens.
chat-software-slow = software, slow
chat-slow = slow
chat-conversation = Conversation
# Above the first message that is shown: a press shows some of them.
chat-earlier = { $count ->
    [one] { $count } earlier message
   *[other] { $count } earlier messages
  }
chat-to-end = Go to the end
chat-ask-something = Ask it something
chat-begin-text = Begin a text
chat-stays-on-device = What you write stays on this device.
chat-not-kept = The model works, but was not kept for the next visit: { $reason }
chat-ask-guide = Ask the guide
# In other languages, add that the guide understands and writes English only.
chat-guide-help = This is a tiny model that comes with Inkling. It knows this app and efficient language models, and nothing else. What you write stays on this device.
chat-starters = Questions to begin with
chat-you = You
chat-answer = Answer
chat-attached = Attached
# Stands below the last message that the model no longer knows whole.
chat-memory-begins = The model’s memory begins here
chat-ended-at-limit = Ended at the length limit
chat-context-full = The context is full: start a new chat
chat-stopped = Stopped
chat-reading = Reading…
chat-writing = Writing…
chat-cut-off = Cut off before its end
chat-edited = Written by you
chat-go-on = Continue
chat-ask-again = Ask again
chat-copied = Copied.
chat-copy-failed = It could not be copied: the browser did not allow it.
chat-message-tools = Actions
chat-copy = Copy message
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

## Another machine

server-open = Use a server…
server-card-title = A bigger machine
server-card = Have a server of your own, or an account with one? Any that speaks OpenAI’s API can answer in the same chat: vLLM, llama.cpp, Ollama and others.
server-title = Answers from a server
server-warning = What you write will be sent to that server, and leaves this device.
server-address = Address of the server
server-address-help = The address of its API, which usually ends in /v1.
server-key = Key, if it needs one
server-key-kept = A key is kept
server-key-help = Kept in this browser only, and sent to this server only.
server-connect = Connect
server-forget = Forget this server
server-asking = Asking the server which models it has…
server-model = Model
server-use = Chat with it
server-connected = { $host } is connected. Choose a model.
server-answers = From now on { $host } answers. What you write is sent there.
server-left = Answers are made on this device again.
server-forgotten = The server was forgotten.
# Behind the name of a model on another machine.
server-badge = leaves this device
server-leaves = What you write is sent to { $host }.
server-stay = Answer on this device
server-agree-title = Send this conversation to { $host }?
server-agree = { $count ->
    [one] It was held on this device. To go on with it there, { $count } message has to be sent to { $host }.
   *[other] It was held on this device. To go on with it there, { $count } messages have to be sent to { $host }.
  }
server-agree-what = What will be sent
server-agree-send = Send it and go on
server-agree-new = New chat there
server-role-instructions = Instructions
server-role-question = You
server-role-answer = Answer
server-blocked = This page came over https, so the browser lets it ask { $host } only over https. Give the server a certificate, or open Inkling from your own machine.
server-unreachable = The server { $host } does not answer, or does not let this page ask it. Check that it runs. Some servers have to allow other sites’ pages (CORS): Ollama with OLLAMA_ORIGINS, vLLM with --allowed-origins.
server-broke-off = { $host } ended its answer early: { $reason }
unsupported-server = Or chat here with a model that runs on another machine.
