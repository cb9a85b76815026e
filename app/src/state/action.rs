//! Everything that can happen to the page, and everything that it wants done outside: plain data.
//!
//! Must not decide anything; [`super::reduce`] does.

use inkling_host::catalog::Catalog;
use inkling_host::chats::{Attachment, ChatId, ChatRecord, Manner, MessageId, MessageRecord};
use inkling_host::remote::Server;
use inkling_host::settings::Settings;
use inkling_host::wire::{FromWorker, RequestId, ToWorker, WireError};

use super::embed::FromEmbedder;
use super::remote::KnownServer;
use super::{ChatForm, Language, Launch, Preference, Preferences, Purpose};

/// Everything that can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Launched(Launch),
    /// What the host of the page has set, or what holds without.
    SettingsRead(Settings),
    FromEngine(FromWorker),
    /// The worker could not be started or reached.
    EngineFailed(WireError),
    TypeAddress(String),
    LoadAddress,
    CatalogRead(Catalog),
    LoadOffer {
        address: String,
    },
    GuideFound,
    LoadGuide,
    LoadStored {
        key: String,
    },
    LoadFiles {
        names: Vec<String>,
    },
    PauseLoad,
    ResumeLoad,
    LoadUnkept,
    CancelLoad,
    DismissLoad,
    LoadAgain,
    ConfirmDelete {
        key: String,
    },
    KeepModel,
    DeleteModel {
        key: String,
    },
    CheckStored {
        key: String,
    },
    SaveFile {
        key: String,
        file: String,
    },
    CancelJob,
    /// Has the browser asked to promise that it will not clear the models by itself.
    AskToKeep,
    KeepingAnswered {
        promised: bool,
    },
    CheckAddress,
    CheckOffer {
        address: String,
    },
    DismissCheck,
    LoadChecked(Purpose),
    /// This adapter was measured on an earlier visit.
    SpeedRecalled {
        weight_bytes_per_second: f64,
    },
    KeepToken {
        token: String,
    },
    ForgetToken,
    /// Shows the private models' field, wherever the person is, or hides it.
    OpenPrivate,
    ClosePrivate,
    /// Opens the window in which another machine is chosen to answer.
    OpenServer,
    CloseServer,
    ConnectServer {
        address: String,
        key: String,
    },
    ServerAnswered {
        server: Server,
        models: Result<Vec<String>, WireError>,
    },
    UseServer {
        model: String,
    },
    /// Answers are made on this device again.
    StayHere,
    ForgetServer,
    /// What was said in the open conversation so far may be sent.
    AgreeToSend,
    InstallOffered,
    Install,
    Installed,
    UpdateReady,
    UpdateLater,
    UpdateNow,
    ShowStart,
    ShowChat,
    ShowStorage,
    OpenSettings,
    CloseSettings,
    Prefer(Preference),
    /// Asks whether all preferences are to be taken back.
    ConfirmReset,
    KeepPreferences,
    ResetPreferences,
    /// The language's file has arrived, and texts come in it.
    LanguageSpoken(&'static Language),
    LanguageMissing,
    Ask {
        text: String,
        attachments: Vec<Attachment>,
    },
    /// Has the loaded model count the tokens of an attachment; [`App::counted`] tells.
    CountTokens {
        name: String,
        text: String,
    },
    /// Another answer to the question that this message is or answers.
    AnswerAgain {
        message: MessageId,
    },
    /// Goes on with an answer that ended before its end.
    GoOn {
        answer: MessageId,
    },
    /// Another wording of a message, on a branch of its own.
    Reword {
        message: MessageId,
        text: String,
    },
    /// Shows the branch that many places further.
    StepBranch {
        message: MessageId,
        by: isize,
    },
    DeleteMessage {
        message: MessageId,
    },
    SetManner(Manner),
    /// The page that embeds this one has said something.
    EmbedderSaid(FromEmbedder),
    /// Something is to be said to people who cannot see the page.
    Announce(String),
    Stop,
    NewChat,
    /// Text of a growing answer has waited long enough.
    SaveNow,
    /// The list of conversations is on the page.
    LibraryMounted {
        is_collapsed: bool,
    },
    ChatsRead {
        chats: Vec<ChatRecord>,
    },
    /// Conversations could not be read or written.
    ChatsFailed(WireError),
    /// They can be again.
    ChatsKept,
    OpenLibrary,
    CloseLibrary,
    CollapseLibrary {
        is_collapsed: bool,
    },
    OpenChat {
        id: ChatId,
    },
    ChatRead {
        chat: ChatRecord,
        messages: Vec<MessageRecord>,
    },
    SearchChats {
        text: String,
    },
    ChatsFound {
        text: String,
        found: Vec<ChatId>,
    },
    /// Opens the field for a title.
    RenameChat {
        id: ChatId,
    },
    /// Closes it without a change.
    KeepTitle,
    TitleChat {
        id: ChatId,
        title: String,
    },
    PinChat {
        id: ChatId,
        is_pinned: bool,
    },
    DeleteChat {
        id: ChatId,
    },
    /// Another tab wrote to a conversation or removed it.
    ChatChanged {
        id: ChatId,
    },
    /// What is stored of it now; nothing where it is gone.
    ChatHeard {
        id: ChatId,
        chat: Option<ChatRecord>,
    },
    ExportChat {
        id: ChatId,
        form: ChatForm,
    },
    ExportAll,
    ImportChats {
        text: String,
    },
    ChatsImported {
        chats: Vec<ChatRecord>,
    },
    /// A file could not be read or made.
    ChatFileFailed(WireError),
    Undo,
    DismissNotice,
}

/// What has to be done outside the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Starts a worker, ending the one before.
    StartWorker,
    /// Sends a message; the files chosen last ride beside it where its source is `Files`.
    Send(ToWorker),
    /// Hands the file that came last from the worker to the person.
    SaveFile {
        name: String,
    },
    /// Answered by [`Action::KeepingAnswered`]; later visits know that it was asked for.
    AskToKeep,
    /// Absent: forgets it.
    RememberToken(Option<String>),
    /// Answered by [`Action::SpeedRecalled`] where something is known under the name.
    RecallSpeed {
        name: String,
    },
    RememberSpeed {
        name: String,
        weight_bytes_per_second: f64,
    },
    RememberAnswer,
    /// Absent: forgets it.
    RememberServer(Option<KnownServer>),
    /// Answered by [`Action::ServerAnswered`].
    ListServerModels {
        server: Server,
    },
    /// Answered as the engine answers a question: by pieces, then an end.
    AskServer {
        id: RequestId,
        server: Server,
        /// Word for word what is sent.
        body: String,
    },
    /// The answer ends where it is.
    StopServer,
    /// Answered by [`Action::SaveNow`] within a second.
    SaveSoon,
    /// Keeps them, and shows what of them is to be seen.
    RememberPreferences(Preferences),
    /// Answered by [`Action::LanguageSpoken`] or [`Action::LanguageMissing`].
    Speak(&'static Language),
    /// Shows the browser's own question whether to install.
    AskToInstall,
    /// Hands the page over to its new version, which reloads it.
    Update,
    /// Answered by [`Action::ChatsRead`], or as all of what follows by [`Action::ChatsFailed`].
    ListChats,
    /// Answered by [`Action::ChatRead`], or [`Action::ChatHeard`] where it is gone.
    ReadChat {
        id: ChatId,
    },
    /// Answered by [`Action::ChatHeard`].
    HearChat {
        id: ChatId,
    },
    SaveChat {
        chat: ChatRecord,
        /// Those that are new or changed.
        messages: Vec<MessageRecord>,
        removed: Vec<MessageId>,
    },
    /// Saves what a conversation is called, and whether it is pinned or deleted.
    LabelChat {
        chat: ChatRecord,
    },
    RemoveChat {
        id: ChatId,
    },
    /// Ends the search before. Answered by [`Action::ChatsFound`]; not at all for an empty text.
    SearchChats {
        text: String,
    },
    ExportChat {
        chat: ChatRecord,
        form: ChatForm,
    },
    ExportChats {
        chats: Vec<ChatRecord>,
    },
    /// Answered by [`Action::ChatsImported`] or [`Action::ChatFileFailed`].
    ImportChats {
        text: String,
    },
    RememberLibrary {
        is_collapsed: bool,
    },
}
