# ページの文言（日本語）。です・ます調。

## Numbers and units

count-tokens = { $count }トークン
count-files = { $count }個のファイル
count-files-of = { $done } / { $total }個のファイル
count-amount = { $done } / { $total }
unit-bytes = { $number } B
unit-kilobytes = { $number } kB
unit-megabytes = { $number } MB
unit-gigabytes = { $number } GB
unit-terabytes = { $number } TB
unit-per-second = { $size }/秒
unit-tokens-per-second = { $number }トークン/秒
unit-billions = { $number }B
unit-millions = { $number }M
unit-thousands = { $number }K
speed-below = { $number }トークン/秒未満
speed-about = 約{ $number }トークン/秒

## Times

time-seconds = { $seconds }秒
time-minutes = { $minutes }分{ $seconds }秒
time-hours = { $hours }時間{ $minutes }分
ago-now = たった今
ago-minutes = { $count }分前
ago-hours = { $count }時間前
ago-days = { $count }日前
ago-months = { $count }か月前
ago-years = { $count }年前

## The page around all screens

page-title = Inkling：ブラウザーで動く言語モデル
page-stopped = ページのエラーによりInklingが停止しました。続けるには再読み込みしてください。保存済みのモデルはそのまま残ります。
page-engine-not-running = エンジンが動作していません。
page-closing = ページを閉じています。
page-old-version = ページとエンジンのバージョンが異なります。

## Start screen

start-lede = このタブの中で、あなた自身のグラフィックカードを使って動く言語モデルとチャットできます。
start-private = 書いた内容がこのデバイスの外に出ることはありません
start-free = アカウント不要、サーバー不要、無料
start-storage = ストレージ
start-back = { $name }とのチャットに戻る
start-guide-title = すぐに始める
start-guide = ガイドは、このページに付属するごく小さなモデルです。Inklingや効率のよい言語モデルについての質問に英語で答え、より大きなモデルを読み込むお手伝いをします。
start-guide-chat = ガイドとチャット
start-add-title = モデルを追加
start-address = モデルのアドレス
start-address-placeholder = https://… または org/name
start-address-help = GGUFファイル、またはHugging Faceのモデル。ほかのサイトからの読み取りを許可しているサーバーなら、どこにあってもかまいません。
start-load = 読み込む
start-check = 先に確認

## The guide, the tiny model that comes with the page

guide-name = ガイド
guide-starter-abilities = 何ができますか？
guide-starter-choice = どのモデルを選べばいいですか？
guide-starter-private = チャットの内容は外部に漏れませんか？
guide-starter-quantisation = 量子化とは何ですか？

## Files from this computer

files-drop = ファイルまたはフォルダーをこのページにドロップするか、選択してください：
files-device = または、このデバイスから：
files-choose = ファイルを選択
files-choose-folder = フォルダーを選択
files-drop-here = ドロップしてモデルを読み込む
files-chosen = 選択したファイル
files-unnamed = モデル

## Models to try

offers-title = おすすめのモデル
offers-more = 他{ $count }件
offers-facts = パラメーター数{ $parameters } · コンテキスト{ $context }トークン
offers-download = { $name }をダウンロード
offers-check = ここで動く？
offers-check-name = ここで動く？ { $name }

## Will it run here?

fit-title = ここで動く？
fit-reading = { $name }の先頭部分を読み取っています…
fit-cancel = キャンセル
fit-close = 閉じる
fit-searching = ここで動く、いちばん近いモデルを探しています…
fit-too-large = このデバイスには大きすぎます
fit-runs = ここで動きます
fit-no-room = ここで動きますが、保存する空き容量がありません
fit-no-room-advice = 先に保存済みのモデルを削除するか、保存せずにチャットしてください。保存しない場合は、次回もう一度ダウンロードします。
fit-download = ダウンロード
fit-all-here = すべて取得済み
fit-partly-here = { $missing }（{ $here }は取得済み）
fit-not-told = 不明
fit-free = 空き容量
fit-memory = 必要なメモリ
fit-context = コンテキスト
fit-speed = 予想速度
fit-measuring = 測定中…
fit-chat = チャット
fit-download-and-chat = ダウンロードしてチャット
fit-only-download = ダウンロードのみ
fit-chat-unkept = 保存せずにチャット
fit-alternative = ここで動く、いちばん近いモデルは{ $name }（{ $size }）です。
fit-alternative-load = { $name }をダウンロードしてチャット
fit-exceeds = このブラウザーの空き容量を超えています

## Loading

load-engine-stopped = エンジンが停止しました
load-again = もう一度読み込む
load-failed = { $name }を読み込めませんでした
load-try-again = 再試行
load-dismiss = 閉じる
load-cancelling = キャンセル中
load-pausing = 一時停止中
load-starting = 開始中
load-other-tab = 別のタブでダウンロード中
load-header = ヘッダーを読み取り中
load-weights = 重みを読み込み中
load-warming = GPUを準備中
load-downloading-model = モデルをダウンロード中
load-loading-model = モデルを読み込み中
load-arrived = 受信済み
load-files = ファイル
load-speed = 速度
load-time-left = 残り時間
load-from-browser = このブラウザーから
load-elsewhere = このブラウザーの別のタブが、このモデルをダウンロードしています。完了すると、このタブで続きを行います。そのタブが閉じられた場合は、このタブがダウンロードを引き継ぎます。
tabs-loading = このブラウザーの別のタブが、このモデルを読み込んでいます。すべてのタブが一つのモデルを共有するので、ここでもこのモデルが答えます。
tabs-model-changed = 別のタブで { $name } が選ばれました。これからはここでもこのモデルが答えます。
tabs-model-gone = 別のタブの操作により、{ $name } は読み込まれていません。続けるにはモデルを選んでください。
tabs-moved = モデルを動かしていたタブが閉じられました。このタブが続けます。
load-pause = 一時停止
load-cancel = キャンセル
load-paused = 一時停止しました
load-paused-help = 完全に受信した部分は、再開するまでこのブラウザーに保存されます。
load-resume = 再開
load-free = 現在の空き容量は{ $size }です。
load-full = 一時停止：このブラウザーの空き容量がなくなりました
load-continue = 続ける
load-unkept = 保存せずに読み込む
load-kept = { $size }を受信し、保存してあります。再試行すると残りだけを取得します。
load-enter-token = アクセストークンを入力
load-part-of-local = { $name }は一部しか保存されておらず、このページからはファイルを自動で開き直せません。もう一度ファイルを選択してください。
load-repaired = 保存されていた部分のうち、破損していた{ $count }個を取得し直しました。
load-base-model = これはベースモデルです。質問に答えるのではなく、文章の続きを書きます。

## Private models

private-title = 非公開モデル
private-token = アクセストークン
private-kept = トークンを保存済み
private-placeholder = hf_…
private-keep = 保存
private-forget = 消去
private-help = 利用者の確認が必要なモデルに使います。このブラウザーにのみ保存され、{ $hub }にのみ送信されます。

## Installing and updating

program-install = Inklingをインストール
program-update = 更新
program-update-ready = 新しいバージョンを利用できます。
program-update-help = 更新するとページが再読み込みされ、このチャットは終了します。
program-update-now = 今すぐ更新
program-update-later = あとで

## Stored models

shelf-unreadable = 保存済みのモデルを読み取れませんでした
shelf-title = このブラウザーに保存済み
shelf-last = 前回使用
shelf-part = { $here } / { $size }を取得済み
shelf-chat = { $name }とチャット
shelf-continue = { $name }の読み込みを続ける
shelf-no-other = ほかに保存済みのモデルはありません。別のデータが容量を使っているか、このブラウザーで使える容量が足りません。
shelf-stored = 保存済みのモデル
shelf-delete = { $name }を削除
shelf-delete-question = { $name }をこのブラウザーから削除しますか？
shelf-delete-yes = 削除する
shelf-delete-no = 残す

## Storage page

storage-title = ストレージ
storage-back-to-chat = チャットに戻る
storage-back = 戻る
storage-models = モデル
storage-none = このブラウザーに保存されているモデルはまだありません。
storage-choose = モデルを選ぶ
storage-room = このブラウザーの容量
storage-not-told = 不明
storage-used = 使用中
storage-free = 空き
storage-allowed = 上限
storage-may-clear = ディスクの空きが少なくなると、ブラウザーがモデルを自動的に消去することがあります。
storage-keep = モデルを保持する
storage-promised = ブラウザーがモデルの保持を約束しました。
storage-keeps = ブラウザーはモデルを保持します。
storage-no-promise = ブラウザーは保持を約束しませんでした。ディスクの空きが少なくなると、モデルが消去されることがあります。Inklingをアプリとしてインストールするか、ブックマークに追加すると、許可されることがよくあります。
storage-part = { $here } / { $size }を取得済み
storage-facts = { $size } · 最終使用：{ $ago } · { $files }
storage-chat = チャット
storage-chat-name = チャット：{ $name }
storage-continue = 読み込みを続ける
storage-continue-name = 読み込みを続ける：{ $name }
storage-check = 検査
storage-check-name = 検査：{ $name }
storage-save = ファイルに保存
storage-save-name = ファイルに保存：{ $name }
storage-save-one = 保存
storage-save-one-name = 保存：{ $name }
storage-saved = { $name }をブラウザーに渡しました。ブラウザーがファイルを保存します。
storage-reading = { $name }を読み取り中
storage-checking = すべての部分を検査中
storage-progress = { $work }：{ $amount }
storage-cancel = キャンセル
storage-verdict-nothing = まだ何も保存されていません。
storage-verdict-whole = { $parts ->
    [1] 唯一の部分に問題はありません。
   *[other] { $parts }個の部分すべてに問題はありません。
  }
storage-verdict-damaged = { $parts }個の部分のうち{ $damaged }個が破損していました。取得し直します。

## Where it cannot run

unsupported-chromium = Chrome、Edge、その他のChromium系ブラウザー
unsupported-everywhere = すべての環境
unsupported-webgpu-title = このブラウザーはまだWebGPUに対応していません
unsupported-webgpu = Inklingはグラフィックカードで言語モデルを動かします。ページからグラフィックカードを使うための仕組みがWebGPUですが、このブラウザーまたはこのシステムでは利用できません。
unsupported-webgpu-chromium = バージョン113以降（Androidでは121以降）に更新してください。Linuxではchrome://flagsを開き、「Unsafe WebGPU Support」と「Vulkan」を有効にしてブラウザーを再起動してください。ページはhttpsまたはlocalhostで開く必要があります。
unsupported-webgpu-firefox = Windowsではバージョン141以降、Appleシリコン搭載のMacでは145以降に更新してください。それ以外の環境ではFirefox Nightlyを使うか、about:configでdom.webgpu.enabledをtrueに設定してください。
unsupported-webgpu-safari = macOS 26、iOS 26、またはiPadOS 26に更新してください。Safari 18では、設定の「機能フラグ」でWebGPUをオンにしてください。
unsupported-adapter-title = グラフィックカードが見つかりません
unsupported-adapter = このブラウザーはWebGPUに対応していますが、ページで使えるグラフィックカードがありませんでした。
unsupported-adapter-chromium = 設定の「システム」でグラフィックアクセラレーションをオンにして、ブラウザーを再起動してください。原因はchrome://gpuで確認できます。
unsupported-adapter-firefox = 設定の「一般」の「パフォーマンス」でハードウェアアクセラレーションをオンにしてください。原因はabout:supportで確認できます。
unsupported-adapter-safari = 最新のシステムアップデートをインストールし、このサイトのロックダウンモードをオフにしてください。
unsupported-adapter-everywhere = グラフィックカードの最新ドライバーをインストールしてください。仮想マシンやリモートデスクトップでは、グラフィックカードを使えないことがよくあります。
unsupported-storage-title = このブラウザーでは、ページがデータを保存できません
unsupported-storage = モデルはサイズが大きいため、ブラウザーのストレージに保存します。しかし、このページからはストレージを使えません。
unsupported-storage-chromium = シークレットウィンドウではなく通常のウィンドウで開き、設定の「プライバシー」の「サードパーティCookie」で、このサイトのデータ保存を許可してください。
unsupported-storage-firefox = プライベートブラウジングを終了し、設定の「プライバシー」で、このサイトのCookieとサイトデータを削除しないようにしてください。
unsupported-storage-safari = プライベートブラウズを終了し、設定の「プライバシー」で「すべてのCookieをブロック」をオフにしてください。
unsupported-storage-everywhere = ディスクに空きがあることを確認してください。
unsupported-updated-title = Inklingが更新されました
unsupported-updated = このタブには以前のバージョンが表示されています。再読み込みしてください。それでも変わらない場合は、先にこのサイトのタブをすべて閉じてください。
unsupported-details = 詳細
unsupported-reload = ページを再読み込み

## What to do about a failure; the failure itself is told by the engine, in English

advice-network = アドレスと接続を確認してください。サーバーが、ほかのサイトからのファイルの読み取り（CORS）を許可している必要もあります。
advice-forbidden = モデルが非公開の場合や、ライセンスへの同意が必要な場合は、モデルのページで手続きを済ませ、Inklingにアクセストークンを設定してください。
advice-not-found = アドレスに入力ミスがないか、モデルが公開されているかを確認してください。
advice-bad-file = ファイルをもう一度ダウンロードするか、別のコピーを試してください。すでに保存されているデータは変更していません。
advice-unsupported = 別のモデル、または同じモデルの別のファイルを試してください。
advice-out-of-memory = グラフィックカードを使っているほかのタブを閉じるか、より小さいモデルを選んでください。
advice-storage-full = 保存済みのモデルを削除するか、ディスクの空きを増やしてから、もう一度お試しください。
advice-storage = このサイトのデータ保存を許可し、プライベートブラウジングを終了してから、もう一度お試しください。
advice-device-lost = ドライバーが再起動したときや、コンピューターがスリープしたときに起こります。モデルをもう一度読み込んでください。会話は残っています。
advice-context-full = 新しいチャットを始めるか、もっと短い質問にしてください。
advice-internal = モデルをもう一度読み込んでください。繰り返し起こる場合は、ご報告ください。

## Said to people who cannot see the page

announce-token-kept = アクセストークンをこのブラウザーに保存しました。
announce-token-forgotten = アクセストークンを消去しました。
announce-installed = Inklingをインストールしました。
announce-update-ready = Inklingの新しいバージョンを利用できます。
announce-answered = 回答が完了しました：{ $tokens }。
announce-forgetting = 会話がモデルの記憶できる長さを超えました。線より上の内容は、モデルには一部しか見えていません。
announce-checking = { $name }を調べています。
announce-runs = { $name }はここで動きます。
announce-no-room = { $name }を保存する空き容量が足りません。
announce-loading = { $name }を読み込んでいます。
announce-downloading = { $name }をダウンロードしています。
announce-ready = { $name }の準備ができました。
announce-downloaded = { $name }をこのブラウザーに保存しました。チャットを始められます。
announce-cancelled = 読み込みをキャンセルしました。
announce-paused = { $name }の読み込みを一時停止しました。
announce-deleted = { $name }を削除しました。

## Settings

settings-title = 設定
settings-close = 閉じる
settings-appearance = 外観
settings-theme = 配色
settings-theme-system = システムに合わせる
settings-theme-light = ライト
settings-theme-dark = ダーク
settings-text-size = 文字サイズ
settings-text-small = 小
settings-text-medium = 中
settings-text-large = 大
settings-text-larger = 特大
settings-language = 言語
settings-language-browser = ブラウザーの設定に合わせる
settings-language-missing = この言語を取得できませんでした。ネットワークに接続してから、もう一度お試しください。
settings-language-help = 変わるのはページの表示だけです。どの言語を理解できるかはモデルによって異なり、エンジンからの報告は英語のままです。
settings-answers = 回答
settings-answers-help = 個別の値を設定していないすべてのチャットに適用されます。空欄にすると、モデルの公開元の推奨に従います。
settings-own-value = モデルの推奨値
settings-between = { $least }から{ $most }までの数値、または空欄。
settings-whole-between = { $least }から{ $most }までの整数、または空欄。
settings-temperature = 温度
settings-temperature-help = 低い値では確率の高い語を選び、高い値では自由に広がります。0では常に最も確率の高い語を選びます。
settings-top-p = Top-p
settings-top-p-help = 確率の高い順に、合計がこの確率に達するまでの語だけを候補にします。
settings-top-k = Top-k
settings-top-k-help = 確率の高い順に、この数の語だけを候補にします。0はすべての語です。
settings-min-p = Min-p
settings-min-p-help = 最も確率の高い語に対して、この割合より確率の低い語を除外します。
settings-repetition-penalty = 繰り返しペナルティ
settings-repetition-penalty-help = 1より大きくすると、すでに出てきた語が選ばれにくくなります。
settings-max-tokens = 回答の最大長
settings-max-tokens-help = トークン数で指定します。回答がこの長さに達すると、そこで終わります。
settings-seed = シード
settings-seed-help = 同じ会話に同じシードを使うと、同じ回答になります。指定しないと、回答は毎回変わります。
settings-model = モデル
settings-kv = モデルの記憶の精度
settings-kv-half = 半精度（16ビット）
settings-kv-half-help = 回答は単精度の場合とほとんど見分けがつかず、記憶に使うメモリは半分で済みます。
settings-kv-eight = 8ビット
settings-kv-eight-help = 回答の違いは少し大きくなりますが、記憶に使うメモリは半精度の約半分で済みます。
settings-kv-four = 4ビット
settings-kv-four-help = とても長い会話のための設定です。メモリは半精度の約5分の2で済みますが、回答の質が下がることがあります。
settings-kv-full = 単精度（32ビット）
settings-kv-full-help = 同じコンテキストに、2倍のグラフィックメモリを使います。
settings-context = コンテキスト
settings-context-help = モデルが会話のうち何トークンまで参照するかを指定します。空欄にすると、無理なく収まる長さになります。モデル本来の長さを超えると、回答の質が下がります。
settings-context-placeholder = 無理なく収まる長さ
settings-load-again-help = 次にモデルを読み込んだときから適用されます。
settings-load-again = モデルを読み込み直す
settings-device = デバイス
settings-power = グラフィックアダプター
settings-power-help = アダプターが2つあるコンピューター向けの設定です。変更すると、エンジンが再起動し、モデルを読み込み直します。
settings-power-high = 高速
settings-power-low = 省電力
settings-performance = パフォーマンス
settings-performance-show = チャット中に速度とメモリを表示
settings-reset = 初期設定に戻す
settings-reset-question = ここで変更した設定をすべて元に戻しますか？
settings-reset-yes = 元に戻す
settings-reset-no = このままにする
settings-reset-done = すべての設定を初期状態に戻しました。

## The conversation

chat-new = 新しいチャット
chat-new-announced = 新しいチャットです。
chat-answer-begins = 回答を書いています。
chat-branch-shown = { $count }個中{ $number }個目のバージョン。
chat-deleted = { $count }件のメッセージを削除しました。
chat-stays-here = このデバイス上で動作します。書いた内容は送信されません。
chat-context = { $used } / { $length }トークン
chat-context-help = この会話が使っているモデルの記憶の量
chat-context-label = コンテキストの使用量
chat-choose-another = 別のモデルを選ぶ
chat-adapter-unnamed = GPU
chat-model = モデル：{ $name }
chat-built-in = 内蔵
chat-choose-model = モデルを選ぶ
chat-storage = ストレージ
chat-runs-in-software = { $name }で動作中。プロセッサー上のソフトウェア処理のため、時間がかかります
chat-runs-on = { $name }で動作中
chat-software-slow = ソフトウェア処理、低速
chat-slow = 低速
chat-conversation = 会話
chat-earlier = 以前のメッセージ（{ $count }件）
chat-to-end = 最後へ移動
chat-ask-something = 何でも聞いてみましょう
chat-begin-text = 文章を書き始めましょう
chat-stays-on-device = 書いた内容は、このデバイスの外に出ません。
chat-not-kept = モデルは動作していますが、次回のために保存できませんでした：{ $reason }
chat-ask-guide = ガイドに聞く
chat-guide-help = Inklingに付属する、ごく小さなモデルです。このアプリと効率のよい言語モデルのこと以外は何も知らず、英語だけを理解し、英語で答えます。書いた内容は、このデバイスの外に出ません。
chat-starters = 最初の質問の例
chat-you = あなた
chat-answer = 回答
chat-attached = 添付ファイル
chat-memory-begins = モデルの記憶はここから始まります
chat-ended-at-limit = 最大長に達したため終了しました
chat-context-full = コンテキストがいっぱいです。新しいチャットを始めてください
chat-stopped = 停止しました
chat-reading = 読んでいます…
chat-writing = 書いています…
chat-cut-off = 途中で途切れました
chat-edited = あなたが編集
chat-go-on = 続ける
chat-ask-again = もう一度質問
chat-copied = コピーしました。
chat-copy-failed = コピーできませんでした。ブラウザーが許可していません。
chat-message-tools = 操作
chat-copy = メッセージをコピー
chat-edit = 編集
chat-another-answer = 別の回答
chat-delete = 削除
chat-delete-help = これ以降のメッセージもまとめて削除
chat-branches = バージョン
chat-branch-before = 前のバージョン
chat-branch-after = 次のバージョン
chat-branch-place = { $number } / { $count }
chat-edit-field = メッセージの本文
chat-edit-question-help = 新しく質問し直します。元の会話も別のバージョンとして残ります。
chat-edit-answer-help = モデルはこれを自分の発言として扱います。元の回答も別のバージョンとして残ります。
chat-edit-ask = 質問する
chat-edit-save = 保存
chat-edit-cancel = キャンセル

## Where one writes

composer-message = メッセージ
composer-write = メッセージを入力
composer-begin = 文章の書き出しを入力
composer-stop = 停止
composer-send = 送信

## How a conversation is answered

manner-open = 指示とスタイル
manner-title = この会話
manner-system = 指示
manner-system-placeholder = 例：やさしい言葉で短く答えてください。
manner-system-help = モデルは、ほかの何よりも先にこれを読みます。指示に対応していないモデルには、最初の質問と一緒に渡します。
manner-words = 言葉の選び方
manner-preset-published = 公開元の推奨
manner-preset-precise = 正確
manner-preset-balanced = バランス
manner-preset-lively = いきいき
manner-numbers = 数値
manner-numbers-help = 空欄の項目には設定の値を使い、設定もなければモデルの公開元の推奨値を使います。
manner-not-set = 未設定
manner-apply = 適用

## What an answer took

performance-title = パフォーマンス
performance-none = まだ回答はありません。
performance-answer = 前回の回答
performance-decode = 書く速度
performance-prefill = 読む速度
performance-first-token = 最初の語が出るまで
performance-prompt-tokens = 読んだトークン数
performance-answer-tokens = 書いたトークン数
performance-heap = ページのエンジンのメモリ
performance-memory = モデルのメモリ
performance-weights = 重み
performance-kv = コンテキスト
performance-gpu = グラフィックカード上の合計
performance-fetched = ダウンロード
performance-stored = ストレージから

## Keys

shortcuts-title = キーボードショートカット
shortcuts-search = 会話を検索
shortcuts-write = メッセージを入力
shortcuts-models = モデルを選ぶ
shortcuts-list = この一覧
shortcuts-stop = 回答を停止
shortcuts-send = メッセージを送信
shortcuts-line = 改行

## Windows

dialog-close = 閉じる

## Conversations

library-title = 会話
library-handle = メニュー
library-open = 会話を表示
library-close = 会話を隠す
library-new = 新しいチャット
library-search = 会話を検索
library-found = { $count }件の会話が見つかりました
library-found-title = 検索結果
library-none-found = 「{ $text }」に一致する会話はありません。
library-empty = まだ会話はありません。会話はここに表示され、このブラウザーに保存されます。
library-more-chats = もっと見る
library-pinned = ピン留め
library-today = 今日
library-yesterday = 昨日
library-seven-days = 過去7日間
library-thirty-days = 過去30日間
library-untitled = 無題
library-menu = 「{ $title }」のその他の操作
library-rename = 名前を変更
library-rename-field = 新しいタイトル
library-pin = ピン留め
library-unpin = ピン留めを外す
library-export-json = JSONでエクスポート
library-export-markdown = Markdownでエクスポート
library-delete = 削除
library-import = インポート
library-export-all = すべてエクスポート
library-deleted = 「{ $title }」を削除しました。
library-imported = { $count }件の会話をインポートしました。
library-not-kept = 会話は保存されていません：{ $reason }。
library-file = Inklingの会話
library-file-you = あなた
library-file-answer = 回答
library-file-attached = 添付ファイル
library-file-unreadable = ブラウザーがこのファイルを読み取れませんでした。もう一度選択してください。

## Notices

notice-undo = 元に戻す
notice-dismiss = 閉じる

## Answers

prose-table = 表
prose-copy = コピー
prose-copied = コピーしました
prose-copied-code = コードをコピーしました。
prose-not-copied = ブラウザーがコピーを許可しませんでした。
prose-thinking = 考えています…
prose-thought = 少し考えました

## Attachments

attach-choose = ファイルを添付
attach-list = 添付ファイル
attach-remove = { $name }を取り除く
attach-reading = { $count }個のファイルを読み取っています…
attach-pasted = 貼り付けたテキスト{ $number }.txt
attach-picture = { $name }は画像です。ここで使うモデルが読めるのはテキストです。テキストファイルまたはPDFファイルを添付してください。
attach-no-text = { $name }はテキストではありません。テキスト、Markdown、コード、またはPDFのファイルを添付してください。
attach-too-large = { $name }は大きすぎます。添付できるのは{ $megabytes } MBまでです。
attach-empty = { $name }には何も含まれていません。
attach-scanned = { $name }は画像だけで、文字のデータがありません。文字を選択できるPDFを添付してください。
attach-broken = { $name }を開けませんでした。破損しているか、パスワードが必要な可能性があります。
attach-unreadable = ブラウザーが{ $name }を読み取れませんでした。もう一度選択してください。

server-open = サーバーを使う…
server-card-title = もっと大きなマシン
server-card = 自分のサーバー、またはどこかのアカウントをお持ちですか？ OpenAI の API を話すサーバー（vLLM、llama.cpp、Ollama など）なら、同じチャットで答えられます。
server-title = サーバーからの回答
server-warning = 書いた内容はそのサーバーに送られ、このデバイスの外に出ます。
server-address = サーバーのアドレス
server-address-help = API のアドレスです。たいてい /v1 で終わります。
server-key = キー（必要な場合）
server-key-kept = キーが保存されています
server-key-help = このブラウザだけに保存され、このサーバーだけに送られます。
server-connect = 接続
server-forget = このサーバーを忘れる
server-asking = サーバーにモデルを問い合わせています…
server-model = モデル
server-use = これとチャットする
server-connected = { $host } に接続しました。モデルを選んでください。
server-answers = これからは { $host } が答えます。書いた内容はそこへ送られます。
server-left = 回答は再びこのデバイスで作られます。
server-forgotten = サーバーの情報を消しました。
server-badge = デバイスの外に出ます
server-leaves = 書いた内容は { $host } に送られます。
server-stay = このデバイスで答える
server-agree-title = この会話を { $host } に送りますか？
server-agree = この会話はこのデバイスで行われました。続けるには { $count } 件のメッセージを { $host } に送る必要があります。
server-agree-what = 送られる内容
server-agree-send = 送って続ける
server-agree-new = そこで新しいチャット
server-role-instructions = 指示
server-role-question = あなた
server-role-answer = 回答
server-blocked = このページは https で届いたため、ブラウザは { $host } への問い合わせも https でしか許しません。サーバーに証明書を用意するか、自分のマシンから Inkling を開いてください。
server-unreachable = サーバー { $host } が応答しないか、このページからの問い合わせを許していません。動いているか確かめてください。他のサイトのページ（CORS）の許可が必要なサーバーもあります：Ollama は OLLAMA_ORIGINS、vLLM は --allowed-origins。
server-broke-off = { $host } が回答を途中で終えました：{ $reason }
unsupported-server = または、別のマシンで動くモデルとここでチャットできます。
