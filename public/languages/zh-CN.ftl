# 页面文字（简体中文）。称呼：你。

## Numbers and units

count-tokens = { $count } 个 token
count-files = { $count } 个文件
count-files-of = { $done } / { $total } 个文件
count-amount = { $done } / { $total }
unit-bytes = { $number } B
unit-kilobytes = { $number } kB
unit-megabytes = { $number } MB
unit-gigabytes = { $number } GB
unit-terabytes = { $number } TB
unit-per-second = { $size }/秒
unit-tokens-per-second = { $number } token/秒
unit-billions = { $number }B
unit-millions = { $number }M
unit-thousands = { $number }K
speed-below = 低于 { $number } token/秒
speed-about = 约 { $number } token/秒

## Times

time-seconds = { $seconds } 秒
time-minutes = { $minutes } 分 { $seconds } 秒
time-hours = { $hours } 小时 { $minutes } 分
ago-now = 刚刚
ago-minutes = { $count } 分钟前
ago-hours = { $count } 小时前
ago-days = { $count } 天前
ago-months = { $count } 个月前
ago-years = { $count } 年前

## The page around all screens

page-title = Inkling：浏览器里的语言模型
page-stopped = 页面出错，Inkling 已停止运行。请重新加载页面以继续；已保存的模型不受影响。
page-engine-not-running = 引擎未在运行。
page-closing = 页面正在关闭。
page-old-version = 页面与引擎的版本不一致。

## Start screen

start-lede = 与语言模型对话：它就在这个标签页里，用你自己的显卡运行。
start-private = 你写的内容不会离开这台设备
start-free = 无需账号，无需服务器，完全免费
start-storage = 存储
start-back = 返回与 { $name } 的对话
start-guide-title = 立即开始
start-guide = 向导是随页面附带的微型模型。它用英文回答关于 Inkling 和高效语言模型的问题，并帮助你加载更大的模型。
start-guide-chat = 与向导对话
start-add-title = 添加模型
start-address = 模型地址
start-address-placeholder = https://… 或 org/name
start-address-help = GGUF 文件或 Hugging Face 模型，可位于任何允许其他网站读取的服务器上。
start-load = 加载
start-check = 先检查

## The guide, the tiny model that comes with the page

guide-name = 向导
guide-starter-abilities = 你能做什么？
guide-starter-choice = 我该选哪个模型？
guide-starter-private = 我的对话是私密的吗？
guide-starter-quantisation = 什么是量化？

## Files from this computer

files-drop = 将文件或文件夹拖放到本页任意位置，或者选择：
files-device = 或从这台设备选择：
files-choose = 选择文件
files-choose-folder = 选择文件夹
files-drop-here = 松开即可加载模型
files-chosen = 所选内容
files-unnamed = 模型

## Models to try

offers-title = 推荐试用的模型
offers-more = 另外 { $count } 个
offers-facts = { $parameters } 参数 · { $context } token 上下文
offers-download = 下载 { $name }
offers-check = 这里能运行吗？
offers-check-name = 这里能运行吗？{ $name }

## Will it run here?

fit-title = 这里能运行吗？
fit-reading = 正在读取“{ $name }”的开头…
fit-cancel = 取消
fit-close = 关闭
fit-searching = 正在寻找最接近且能运行的模型…
fit-too-large = 模型太大，无法在这里运行
fit-runs = 可以在这里运行
fit-no-room = 可以在这里运行，但没有空间保存
fit-no-room-advice = 请先删除一个已保存的模型，或者不保存直接对话：这样下次需要重新下载。
fit-download = 下载
fit-all-here = 已全部下载
fit-partly-here = { $missing }（已有 { $here }）
fit-not-told = 未知
fit-free = 可用空间
fit-memory = 所需内存
fit-context = 上下文
fit-speed = 预计速度
fit-measuring = 正在测量…
fit-chat = 对话
fit-download-and-chat = 下载并对话
fit-only-download = 仅下载
fit-chat-unkept = 不保存，直接对话
fit-alternative = 最接近且能运行的模型是“{ $name }”，大小为 { $size }。
fit-alternative-load = 下载 { $name } 并对话
fit-exceeds = 超过此浏览器的可用空间

## Loading

load-engine-stopped = 引擎已停止
load-again = 重新加载
load-failed = 无法加载“{ $name }”
load-try-again = 重试
load-dismiss = 关闭
load-cancelling = 正在取消
load-pausing = 正在暂停
load-starting = 正在启动
load-other-tab = 正在另一个标签页中下载
load-header = 正在读取文件头
load-weights = 正在加载权重
load-warming = 正在预热 GPU
load-downloading-model = 正在下载模型
load-loading-model = 正在加载模型
load-arrived = 已接收
load-files = 文件
load-speed = 速度
load-time-left = 剩余时间
load-from-browser = 来自此浏览器
load-elsewhere = 此浏览器的另一个标签页正在下载这个模型。下载完成后，这里会继续；如果那个标签页被关闭，这里会接着下载。
tabs-loading = 此浏览器的另一个标签页正在加载这个模型。所有标签页共用一个模型，因此这里也将由它回答。
tabs-model-changed = 另一个标签页选择了 { $name }。从现在起，这里也由它回答。
tabs-model-gone = 由于另一个标签页的操作，{ $name } 已不再加载。请选择一个模型以继续。
tabs-moved = 运行模型的标签页已关闭。这里会继续。
load-pause = 暂停
load-cancel = 取消
load-paused = 已暂停
load-paused-help = 已完整接收的部分会保留在此浏览器中，直到你继续。
load-resume = 继续
load-free = 现在有 { $size } 可用空间。
load-full = 已暂停：此浏览器没有可用空间了
load-continue = 继续
load-unkept = 不保存，直接加载
load-kept = 已接收并保留 { $size }：重试时只需下载其余部分。
load-enter-token = 输入访问令牌
load-part-of-local = “{ $name }”只保存了一部分，而本页无法自行再次打开你的文件：请重新选择一次。
load-repaired = 有 { $count } 个已保存的部分损坏，已重新获取。
load-base-model = 这是基础模型：它不回答问题，而是续写文本。

## Private models

private-title = 私有模型
private-token = 访问令牌
private-kept = 已保存令牌
private-placeholder = hf_…
private-keep = 保存
private-forget = 清除
private-help = 用于需要验证身份的模型。令牌只保存在此浏览器中，并且只发送给 { $hub }。

## Installing and updating

program-install = 安装 Inkling
program-update = 更新
program-update-ready = 新版本已就绪。
program-update-help = 更新会重新加载页面，并结束当前对话。
program-update-now = 立即更新
program-update-later = 稍后

## Stored models

shelf-unreadable = 无法读取已保存的模型
shelf-title = 此浏览器中的模型
shelf-last = 上次使用
shelf-part = 已有 { $here } / { $size }
shelf-chat = 与 { $name } 对话
shelf-continue = 继续加载 { $name }
shelf-no-other = 没有其他已保存的模型：空间被别的内容占用，或者此浏览器允许使用的空间太少。
shelf-stored = 已保存的模型
shelf-delete = 删除 { $name }
shelf-delete-question = 要从此浏览器中删除“{ $name }”吗？
shelf-delete-yes = 删除
shelf-delete-no = 保留

## Storage page

storage-title = 存储
storage-back-to-chat = 返回对话
storage-back = 返回
storage-models = 模型
storage-none = 此浏览器中还没有保存任何模型。
storage-choose = 选择模型
storage-room = 此浏览器的空间
storage-not-told = 未知
storage-used = 已用
storage-free = 可用
storage-allowed = 上限
storage-may-clear = 磁盘空间不足时，浏览器可能会自动清除模型。
storage-keep = 保留我的模型
storage-promised = 浏览器已承诺保留你的模型。
storage-keeps = 浏览器会保留你的模型。
storage-no-promise = 浏览器没有承诺保留：磁盘空间不足时，它可能会清除模型。将 Inkling 安装为应用或添加书签，往往能让它同意。
storage-part = 已接收 { $here } / { $size }
storage-facts = { $size } · 上次使用：{ $ago } · { $files }
storage-chat = 对话
storage-chat-name = 对话：{ $name }
storage-continue = 继续加载
storage-continue-name = 继续加载：{ $name }
storage-check = 检查
storage-check-name = 检查：{ $name }
storage-save = 保存为文件
storage-save-name = 保存为文件：{ $name }
storage-save-one = 保存
storage-save-one-name = 保存：{ $name }
storage-saved = 已将“{ $name }”交给浏览器保存。
storage-reading = 正在读取“{ $name }”
storage-checking = 正在检查每个部分
storage-progress = { $work }：{ $amount }
storage-cancel = 取消
storage-verdict-nothing = 尚未保存任何内容。
storage-verdict-whole = { $parts ->
    [1] 唯一的部分完好无损。
   *[other] 全部 { $parts } 个部分完好无损。
  }
storage-verdict-damaged = { $parts } 个部分中有 { $damaged } 个损坏，将重新获取。

## Where it cannot run

unsupported-chromium = Chrome、Edge 及其他 Chromium 浏览器
unsupported-everywhere = 所有环境
unsupported-webgpu-title = 此浏览器尚不支持 WebGPU
unsupported-webgpu = Inkling 在你的显卡上运行语言模型，而网页要通过 WebGPU 使用显卡。此浏览器不提供 WebGPU，或者在当前系统上不提供。
unsupported-webgpu-chromium = 请更新到 113 或更高版本（Android 上为 121）。在 Linux 上，请打开 chrome://flags，启用“Unsafe WebGPU Support”和“Vulkan”，然后重启浏览器。本页必须通过 https 或从 localhost 打开。
unsupported-webgpu-firefox = 在 Windows 上请更新到 141 或更高版本，在搭载 Apple 芯片的 Mac 上请更新到 145 或更高版本。在其他系统上，请使用 Firefox Nightly，或在 about:config 中将 dom.webgpu.enabled 设为 true。
unsupported-webgpu-safari = 请更新到 macOS 26、iOS 26 或 iPadOS 26。在 Safari 18 中，请在“设置”的“功能标志”中打开 WebGPU。
unsupported-adapter-title = 未找到显卡
unsupported-adapter = 此浏览器支持 WebGPU，但没有为页面提供可用的显卡。
unsupported-adapter-chromium = 请在“设置”的“系统”中打开图形加速，然后重启浏览器。可在 chrome://gpu 查看原因。
unsupported-adapter-firefox = 请在“设置”的“常规”下的“性能”中打开硬件加速。可在 about:support 查看原因。
unsupported-adapter-safari = 请安装最新的系统更新，并为本网站关闭锁定模式。
unsupported-adapter-everywhere = 请安装最新的显卡驱动程序。虚拟机或远程桌面中往往没有可用的显卡。
unsupported-storage-title = 此浏览器不允许页面存储数据
unsupported-storage = 模型体积较大，需要保存在浏览器的存储空间中，但本页无法使用该空间。
unsupported-storage-chromium = 请改用普通窗口而非无痕窗口，并在“设置”的“隐私”下的“第三方 Cookie”中允许本网站保存数据。
unsupported-storage-firefox = 请退出隐私浏览，并在“设置”的“隐私”中不要删除本网站的 Cookie 和网站数据。
unsupported-storage-safari = 请退出无痕浏览，并在“设置”的“隐私”中关闭“阻止所有 Cookie”。
unsupported-storage-everywhere = 请确认磁盘没有满。
unsupported-updated-title = Inkling 已更新
unsupported-updated = 此标签页显示的仍是旧版本。请重新加载；如果没有效果，请先关闭本网站的所有标签页。
unsupported-details = 详细信息
unsupported-reload = 重新加载页面

## What to do about a failure; the failure itself is told by the engine, in English

advice-network = 请检查地址和网络连接。服务器还必须允许其他网站读取其文件（CORS）。
advice-forbidden = 如果模型是私有的，或者需要先接受许可协议，请在模型页面上完成操作，并为 Inkling 提供访问令牌。
advice-not-found = 请检查地址是否有误，以及模型是否公开。
advice-bad-file = 请重新下载文件，或换一个副本。已保存的内容没有改动。
advice-unsupported = 请尝试其他模型，或同一模型的其他文件。
advice-out-of-memory = 请关闭其他正在使用显卡的标签页，或选择更小的模型。
advice-storage-full = 请删除一个已保存的模型或释放磁盘空间，然后重试。
advice-storage = 请允许本网站存储数据并退出隐私浏览，然后重试。
advice-device-lost = 驱动程序重启或电脑休眠后会出现这种情况。请重新加载模型：你的对话还在。
advice-context-full = 请开始新对话，或提一个更短的问题。
advice-internal = 请重新加载模型。如果再次出现，请反馈给我们。

## Said to people who cannot see the page

announce-token-kept = 访问令牌已保存在此浏览器中。
announce-token-forgotten = 访问令牌已清除。
announce-installed = Inkling 已安装。
announce-update-ready = Inkling 新版本已就绪。
announce-answered = 回答完成：{ $tokens }。
announce-forgetting = 对话已超出模型的记忆长度：分隔线以上的内容，模型已不再完整记得。
announce-checking = 正在检查“{ $name }”。
announce-runs = “{ $name }”可以在这里运行。
announce-no-room = 空间不足，无法保存“{ $name }”。
announce-loading = 正在加载“{ $name }”。
announce-downloading = 正在下载“{ $name }”。
announce-ready = “{ $name }”已就绪。
announce-downloaded = “{ $name }”已保存在此浏览器中，可以开始对话。
announce-cancelled = 加载已取消。
announce-paused = 已暂停加载“{ $name }”。
announce-deleted = 已删除“{ $name }”。

## Settings

settings-title = 设置
settings-close = 关闭
settings-appearance = 外观
settings-theme = 颜色
settings-theme-system = 跟随系统
settings-theme-light = 浅色
settings-theme-dark = 深色
settings-text-size = 文字大小
settings-text-small = 小
settings-text-medium = 中
settings-text-large = 大
settings-text-larger = 特大
settings-language = 语言
settings-language-browser = 跟随浏览器
settings-language-missing = 无法获取此语言。请在联网后重试。
settings-language-help = 只影响页面文字。模型能理解哪些语言取决于模型本身，引擎的报告仍为英文。
settings-answers = 回答
settings-answers-help = 适用于所有没有单独设置的对话。留空则采用模型发布者的设置。
settings-own-value = 模型自带的值
settings-between = { $least } 到 { $most } 之间的数字，或留空。
settings-whole-between = { $least } 到 { $most } 之间的整数，或留空。
settings-temperature = 温度
settings-temperature-help = 值越低，越倾向于最可能的词；值越高，越发散；0 表示始终选择最可能的词。
settings-top-p = Top-p
settings-top-p-help = 只考虑概率最高、且合计达到此概率的那些词。
settings-top-k = Top-k
settings-top-k-help = 只考虑概率最高的这么多个词；0 表示全部。
settings-min-p = Min-p
settings-min-p-help = 概率低于最可能的词的这一比例的词会被排除。
settings-repetition-penalty = 重复惩罚
settings-repetition-penalty-help = 大于 1 时，已经出现过的词会更不容易再次出现。
settings-max-tokens = 最大回答长度
settings-max-tokens-help = 以 token 计。回答达到此长度即结束。
settings-seed = 随机种子
settings-seed-help = 对同一段对话，相同的种子会得到相同的回答。不设置则每次回答都不同。
settings-model = 模型
settings-kv = 模型记忆的精度
settings-kv-half = 半精度（16 位）
settings-kv-half-help = 回答与全精度几乎没有差别，而记忆只占一半空间。
settings-kv-eight = 8 位
settings-kv-eight-help = 回答的差别略大一些，记忆约占半精度的一半空间。
settings-kv-four = 4 位
settings-kv-four-help = 适合最长的对话：记忆约占半精度的五分之二空间，但回答质量可能下降。
settings-kv-full = 全精度（32 位）
settings-kv-full-help = 同样的上下文需要两倍的显存。
settings-context = 上下文
settings-context-help = 模型能看到对话中的多少个 token。留空：在这台设备能轻松容纳的范围内取最大值。超出模型的设计长度后，回答质量会下降。
settings-context-placeholder = 自动取合适的长度
settings-load-again-help = 下次加载模型时生效。
settings-load-again = 重新加载模型
settings-device = 设备
settings-power = 图形适配器
settings-power-help = 适用于有两个图形适配器的电脑。更改后会重启引擎并重新加载模型。
settings-power-high = 高性能
settings-power-low = 节能
settings-performance = 性能
settings-performance-show = 对话时显示速度和内存
settings-reset = 恢复默认设置
settings-reset-question = 要撤销在这里做出的所有更改吗？
settings-reset-yes = 恢复默认
settings-reset-no = 保留
settings-reset-done = 所有设置已恢复为初始状态。

## The conversation

chat-new = 新对话
chat-new-announced = 新对话。
chat-answer-begins = 正在撰写回答。
chat-branch-shown = 第 { $number } 个版本，共 { $count } 个。
chat-deleted = 已删除 { $count } 条消息。
chat-stays-here = 在这台设备上运行。你写的内容不会被发送出去。
chat-context = { $used } / { $length } token
chat-context-help = 此对话占用了多少模型记忆
chat-context-label = 上下文用量
chat-choose-another = 选择其他模型
chat-adapter-unnamed = GPU
chat-model = 模型：{ $name }
chat-built-in = 内置
chat-choose-model = 选择模型
chat-storage = 存储
chat-runs-in-software = 在 { $name } 上运行，由处理器以软件方式计算：速度会比较慢
chat-runs-on = 在 { $name } 上运行
chat-software-slow = 软件计算，较慢
chat-slow = 较慢
chat-conversation = 对话
chat-earlier = 更早的消息（{ $count } 条）
chat-to-end = 转到末尾
chat-ask-something = 问点什么吧
chat-begin-text = 写个开头吧
chat-stays-on-device = 你写的内容只留在这台设备上。
chat-not-kept = 模型可以使用，但未能保存供下次使用：{ $reason }
chat-ask-guide = 向向导提问
chat-guide-help = 这是 Inkling 附带的微型模型。它只了解本应用和高效语言模型，并且只能理解和书写英文。你写的内容只留在这台设备上。
chat-starters = 可以从这些问题开始
chat-you = 你
chat-answer = 回答
chat-attached = 附件
chat-memory-begins = 模型的记忆从这里开始
chat-ended-at-limit = 已达到长度上限
chat-context-full = 上下文已满：请开始新对话
chat-stopped = 已停止
chat-reading = 正在阅读…
chat-writing = 正在撰写…
chat-cut-off = 未完成，已中断
chat-edited = 由你编写
chat-go-on = 继续
chat-ask-again = 重新提问
chat-copied = 已复制。
chat-copy-failed = 无法复制：浏览器不允许。
chat-message-tools = 操作
chat-copy = 复制消息
chat-edit = 编辑
chat-another-answer = 换个回答
chat-delete = 删除
chat-delete-help = 删除此条及之后的内容
chat-branches = 版本
chat-branch-before = 上一个版本
chat-branch-after = 下一个版本
chat-branch-place = { $number } / { $count }
chat-edit-field = 消息内容
chat-edit-question-help = 将重新提问。原来的对话会作为另一个版本保留。
chat-edit-answer-help = 模型会把这当作自己说过的话。它原来的回答会作为另一个版本保留。
chat-edit-ask = 提问
chat-edit-save = 保存
chat-edit-cancel = 取消

## Where one writes

composer-message = 消息
composer-write = 输入消息
composer-begin = 写下开头
composer-stop = 停止
composer-send = 发送

## How a conversation is answered

manner-open = 指令与风格
manner-title = 此对话
manner-system = 指令
manner-system-placeholder = 例如：用通俗的语言简短回答。
manner-system-help = 模型会最先阅读这些指令。对于不支持指令的模型，指令会随你的第一个问题一起发送。
manner-words = 用词
manner-preset-published = 发布者推荐
manner-preset-precise = 精确
manner-preset-balanced = 均衡
manner-preset-lively = 活泼
manner-numbers = 数值
manner-numbers-help = 留空的项采用设置中的值；设置中也没有时，采用模型发布者推荐的值。
manner-not-set = 未设置
manner-apply = 应用

## What an answer took

performance-title = 性能
performance-none = 还没有回答。
performance-answer = 上一次回答
performance-decode = 撰写速度
performance-prefill = 阅读速度
performance-first-token = 首个词的等待时间
performance-prompt-tokens = 读取的 token
performance-answer-tokens = 写出的 token
performance-heap = 页面引擎的内存
performance-memory = 模型的内存
performance-weights = 权重
performance-kv = 上下文
performance-gpu = 显卡上的总占用
performance-fetched = 下载
performance-stored = 来自本地存储

## Keys

shortcuts-title = 快捷键
shortcuts-search = 搜索对话
shortcuts-write = 输入消息
shortcuts-models = 选择模型
shortcuts-list = 此列表
shortcuts-stop = 停止回答
shortcuts-send = 发送消息
shortcuts-line = 换行

## Windows

dialog-close = 关闭

## Conversations

library-title = 对话
library-handle = 菜单
library-open = 显示对话列表
library-close = 隐藏对话列表
library-new = 新对话
library-search = 搜索对话
library-found = 找到 { $count } 个对话
library-found-title = 搜索结果
library-none-found = 没有找到与“{ $text }”相关的内容。
library-empty = 还没有对话。对话会列在这里，并保存在此浏览器中。
library-more-chats = 显示更多
library-pinned = 已置顶
library-today = 今天
library-yesterday = 昨天
library-seven-days = 过去 7 天
library-thirty-days = 过去 30 天
library-untitled = 无标题
library-menu = “{ $title }”的更多操作
library-rename = 重命名
library-rename-field = 新标题
library-pin = 置顶
library-unpin = 取消置顶
library-export-json = 导出为 JSON
library-export-markdown = 导出为 Markdown
library-delete = 删除
library-import = 导入
library-export-all = 全部导出
library-deleted = 已删除“{ $title }”。
library-imported = 已导入 { $count } 个对话。
library-not-kept = 对话未能保存：{ $reason }。
library-file = Inkling 对话
library-file-you = 你
library-file-answer = 回答
library-file-attached = 附件
library-file-unreadable = 浏览器无法读取此文件。请重新选择。

## Notices

notice-undo = 撤销
notice-dismiss = 关闭

## Answers

prose-table = 表格
prose-copy = 复制
prose-copied = 已复制
prose-copied-code = 代码已复制。
prose-not-copied = 浏览器不允许页面复制。
prose-thinking = 正在思考…
prose-thought = 思考了片刻

## Attachments

attach-choose = 添加附件
attach-list = 附件
attach-remove = 移除 { $name }
attach-reading = 正在读取 { $count } 个文件…
attach-pasted = 粘贴的文本 { $number }.txt
attach-picture = “{ $name }”是图片。这里的模型只能读取文本；请添加文本或 PDF 文件。
attach-no-text = “{ $name }”不是文本。请添加文本、Markdown、代码或 PDF 文件。
attach-too-large = “{ $name }”太大：附件最大为 { $megabytes } MB。
attach-empty = “{ $name }”中没有内容。
attach-scanned = “{ $name }”中没有文字，只有文字的图片。请添加可以选中文字的 PDF。
attach-broken = 无法打开“{ $name }”：文件可能已损坏，或需要密码。
attach-unreadable = 浏览器无法读取“{ $name }”。请重新选择。

server-open = 使用服务器…
server-card-title = 更大的机器
server-card = 您有自己的服务器，或某处的账户吗？任何支持 OpenAI API 的服务器（vLLM、llama.cpp、Ollama 等）都可以在同一个聊天中回答。
server-title = 来自服务器的回答
server-warning = 您写的内容会发送到该服务器，并离开此设备。
server-address = 服务器地址
server-address-help = 其 API 的地址，通常以 /v1 结尾。
server-key = 密钥（如果需要）
server-key-kept = 已保存一个密钥
server-key-help = 只保存在此浏览器中，并且只发送给此服务器。
server-connect = 连接
server-forget = 忘记此服务器
server-asking = 正在询问服务器有哪些模型…
server-model = 模型
server-use = 用它聊天
server-connected = 已连接 { $host }。请选择一个模型。
server-answers = 从现在起由 { $host } 回答。您写的内容会发送到那里。
server-left = 回答重新在此设备上生成。
server-forgotten = 已忘记该服务器。
server-badge = 离开此设备
server-leaves = 您写的内容会发送到 { $host }。
server-stay = 在此设备上回答
server-agree-title = 把此对话发送到 { $host }？
server-agree = 此对话是在本设备上进行的。要在那里继续，必须把 { $count } 条消息发送到 { $host }。
server-agree-what = 将发送的内容
server-agree-send = 发送并继续
server-agree-new = 在那里开始新对话
server-role-instructions = 指示
server-role-question = 您
server-role-answer = 回答
server-blocked = 此页面通过 https 打开，因此浏览器只允许它通过 https 访问 { $host }。请为服务器配置证书，或在您自己的机器上打开 Inkling。
server-unreachable = 服务器 { $host } 没有应答，或不允许此页面访问。请检查它是否在运行。有些服务器必须允许其他网站的页面（CORS）：Ollama 用 OLLAMA_ORIGINS，vLLM 用 --allowed-origins。
server-broke-off = { $host } 提前结束了回答：{ $reason }
unsupported-server = 或者在这里与另一台机器上运行的模型聊天。
