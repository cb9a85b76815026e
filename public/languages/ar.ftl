# نصوص الصفحة بالعربية.

## Numbers and units

count-tokens = { $count ->
    [zero] لا توكنات
    [one] توكن واحد
    [two] توكنان
    [few] { $count } توكنات
    [many] { $count } توكنًا
   *[other] { $count } توكن
  }
count-files = { $count ->
    [zero] لا ملفات
    [one] ملف واحد
    [two] ملفان
    [few] { $count } ملفات
    [many] { $count } ملفًا
   *[other] { $count } ملف
  }
count-files-of = { $total ->
    [zero] { $done } من { $total } ملف
    [one] { $done } من ملف واحد
    [two] { $done } من ملفين
    [few] { $done } من { $total } ملفات
    [many] { $done } من { $total } ملفًا
   *[other] { $done } من { $total } ملف
  }
count-amount = { $done } من { $total }
unit-bytes = { $number } بايت
unit-kilobytes = { $number } ك.ب
unit-megabytes = { $number } م.ب
unit-gigabytes = { $number } غ.ب
unit-terabytes = { $number } ت.ب
unit-per-second = { $size }/ث
unit-tokens-per-second = { $number } توكن/ث
unit-billions = { $number } مليار
unit-millions = { $number } مليون
unit-thousands = { $number } ألف
speed-below = أقل من { $number } توكن/ث
speed-about = نحو { $number } توكن/ث

## Times

time-seconds = { $seconds } ث
time-minutes = { $minutes } د { $seconds } ث
time-hours = { $hours } س { $minutes } د
ago-now = الآن
ago-minutes = { $count ->
    [zero] منذ أقل من دقيقة
    [one] منذ دقيقة واحدة
    [two] منذ دقيقتين
    [few] منذ { $count } دقائق
    [many] منذ { $count } دقيقة
   *[other] منذ { $count } دقيقة
  }
ago-hours = { $count ->
    [zero] منذ أقل من ساعة
    [one] منذ ساعة واحدة
    [two] منذ ساعتين
    [few] منذ { $count } ساعات
    [many] منذ { $count } ساعة
   *[other] منذ { $count } ساعة
  }
ago-days = { $count ->
    [zero] منذ أقل من يوم
    [one] منذ يوم واحد
    [two] منذ يومين
    [few] منذ { $count } أيام
    [many] منذ { $count } يومًا
   *[other] منذ { $count } يوم
  }
ago-months = { $count ->
    [zero] منذ أقل من شهر
    [one] منذ شهر واحد
    [two] منذ شهرين
    [few] منذ { $count } أشهر
    [many] منذ { $count } شهرًا
   *[other] منذ { $count } شهر
  }
ago-years = { $count ->
    [zero] منذ أقل من سنة
    [one] منذ سنة واحدة
    [two] منذ سنتين
    [few] منذ { $count } سنوات
    [many] منذ { $count } سنة
   *[other] منذ { $count } سنة
  }

## The page around all screens

page-title = Inkling: نموذج لغوي في متصفحك
page-stopped = توقف Inkling بسبب خطأ في الصفحة. أعد تحميلها للمتابعة؛ النماذج المخزّنة محفوظة.
page-engine-not-running = المحرك لا يعمل.
page-closing = يجري إغلاق الصفحة.
page-old-version = الصفحة ومحركها من إصدارين مختلفين.

## Start screen

start-lede = تحدّث مع نموذج لغوي يعمل هنا، في علامة التبويب هذه، على بطاقة الرسوميات في جهازك.
start-private = لا شيء مما تكتبه يغادر هذا الجهاز
start-free = بلا حساب ولا خادم ولا تكلفة
start-storage = التخزين
start-back = العودة إلى المحادثة مع { $name }
start-guide-title = ابدأ فورًا
start-guide = المرشد نموذج صغير جدًا يأتي مع هذه الصفحة. يجيب بالإنجليزية عن الأسئلة المتعلقة بـ Inkling وبالنماذج اللغوية الخفيفة، ويساعدك على تحميل نموذج أكبر.
start-guide-chat = تحدّث مع المرشد
start-add-title = إضافة نموذج
start-address = عنوان النموذج
start-address-placeholder = https://… أو org/name
start-address-help = ملف GGUF أو نموذج من Hugging Face، على أي خادم يسمح لمواقع أخرى بقراءته.
start-load = تحميل
start-check = تحقّق أولًا

## The guide, the tiny model that comes with the page

guide-name = المرشد
guide-starter-abilities = ماذا يمكنك أن تفعل؟
guide-starter-choice = أي نموذج أختار؟
guide-starter-private = هل محادثتي خاصة؟
guide-starter-quantisation = ما هو التكميم؟

## Files from this computer

files-drop = أفلت ملفًا أو مجلدًا في أي مكان من هذه الصفحة، أو اختره:
files-device = أو من هذا الجهاز:
files-choose = اختيار ملفات
files-choose-folder = اختيار مجلد
files-drop-here = أفلت لتحميل النموذج
files-chosen = ما اخترته
files-unnamed = النموذج

## Models to try

offers-title = نماذج للتجربة
offers-more = { $count ->
    [zero] لا مزيد
    [one] نموذج آخر
    [two] نموذجان آخران
    [few] { $count } نماذج أخرى
    [many] { $count } نموذجًا آخر
   *[other] { $count } نموذج آخر
  }
offers-facts = { $parameters } معلمة · سياق من { $context } توكن
offers-download = تنزيل { $name }
offers-check = هل يعمل هنا؟
offers-check-name = هل يعمل هنا؟ { $name }

## Will it run here?

fit-title = هل يعمل هنا؟
fit-reading = جارٍ قراءة بداية { $name }…
fit-cancel = إلغاء
fit-close = إغلاق
fit-searching = جارٍ البحث عن أقرب نموذج مناسب…
fit-too-large = أكبر مما يتسع له هذا الجهاز
fit-runs = يعمل هنا
fit-no-room = يعمل هنا، لكن لا توجد مساحة للاحتفاظ به
fit-no-room-advice = احذف نموذجًا مخزّنًا أولًا، أو تحدّث معه دون الاحتفاظ به: سيُنزَّل حينها من جديد في المرة القادمة.
fit-download = التنزيل
fit-all-here = كله موجود هنا
fit-partly-here = { $missing } (الموجود هنا: { $here })
fit-not-told = غير معروف
fit-free = المساحة المتاحة
fit-memory = الذاكرة المطلوبة
fit-context = السياق
fit-speed = السرعة المتوقعة
fit-measuring = جارٍ القياس…
fit-chat = تحدّث
fit-download-and-chat = نزّل وتحدّث
fit-only-download = تنزيل فقط
fit-chat-unkept = تحدّث دون الاحتفاظ به
fit-alternative = أقرب نموذج مناسب هو { $name }، وحجمه { $size }.
fit-alternative-load = تنزيل { $name } والتحدّث معه
fit-exceeds = أكبر من المساحة المتاحة لهذا المتصفح

## Loading

load-engine-stopped = توقف المحرك
load-again = إعادة التحميل
load-failed = تعذّر تحميل { $name }
load-try-again = إعادة المحاولة
load-dismiss = تجاهل
load-cancelling = جارٍ الإلغاء
load-pausing = جارٍ الإيقاف المؤقت
load-starting = جارٍ البدء
load-other-tab = جارٍ التنزيل في علامة تبويب أخرى
load-header = جارٍ قراءة الترويسة
load-weights = جارٍ تحميل الأوزان
load-warming = جارٍ تهيئة بطاقة الرسوميات
load-downloading-model = جارٍ تنزيل النموذج
load-loading-model = جارٍ تحميل النموذج
load-arrived = وصل
load-files = الملفات
load-speed = السرعة
load-time-left = الوقت المتبقي
load-from-browser = من هذا المتصفح
load-elsewhere = علامة تبويب أخرى في هذا المتصفح تنزّل هذا النموذج. ستتابع هذه فور اكتماله، وتتولى التنزيل إن أُغلقت تلك.
tabs-loading = تحمّل علامة تبويب أخرى في هذا المتصفح هذا النموذج. تتشارك كل علامات التبويب نموذجًا واحدًا، لذا سيجيب هنا أيضًا.
tabs-model-changed = اختارت علامة تبويب أخرى { $name }. وهو يجيب هنا أيضًا من الآن.
tabs-model-gone = لم يعد { $name } محمّلًا بسبب علامة تبويب أخرى. اختر نموذجًا للمتابعة.
tabs-moved = أُغلقت علامة التبويب التي كانت تشغّل النموذج. ستتابع هذه.
load-pause = إيقاف مؤقت
load-cancel = إلغاء
load-paused = متوقف مؤقتًا
load-paused-help = تبقى الأجزاء التي وصلت كاملة في هذا المتصفح إلى أن تتابع.
load-resume = استئناف
load-free = المساحة المتاحة الآن: { $size }.
load-full = متوقف مؤقتًا: لم تبقَ مساحة في هذا المتصفح
load-continue = متابعة
load-unkept = تحميل دون الاحتفاظ به
load-kept = وصل { $size } وهو محفوظ: إعادة المحاولة تجلب الباقي فقط.
load-enter-token = إدخال رمز وصول
load-part-of-local = لم يُحفظ سوى جزء من { $name }، ولا تستطيع هذه الصفحة فتح ملفك مجددًا من تلقاء نفسها: اختره مرة أخرى.
load-repaired = { $count ->
    [zero] لم يكن أي جزء مخزّن تالفًا.
    [one] كان جزء مخزّن واحد تالفًا وجُلب من جديد.
    [two] كان جزآن مخزّنان تالفين وجُلبا من جديد.
    [few] كانت { $count } أجزاء مخزّنة تالفة وجُلبت من جديد.
    [many] كان { $count } جزءًا مخزّنًا تالفًا وجُلبت من جديد.
   *[other] كان { $count } جزء مخزّن تالفًا وجُلبت من جديد.
  }
load-base-model = هذا نموذج أساسي: لا يجيب، بل يكمل النص.

## Private models

private-title = النماذج الخاصة
private-token = رمز الوصول
private-kept = يوجد رمز محفوظ
private-placeholder = hf_…
private-keep = حفظ
private-forget = نسيان
private-help = للنماذج التي تسأل عن هويتك. يُحفظ الرمز في هذا المتصفح فقط، ولا يُرسل إلا إلى { $hub }.

## Installing and updating

program-install = تثبيت Inkling
program-update = تحديث
program-update-ready = إصدار جديد جاهز.
program-update-help = يعيد التحديث تحميل الصفحة وينهي هذه المحادثة.
program-update-now = التحديث الآن
program-update-later = لاحقًا

## Stored models

shelf-unreadable = تعذّرت قراءة النماذج المخزّنة
shelf-title = في هذا المتصفح
shelf-last = آخر ما استُخدم
shelf-part = الموجود هنا { $here } من { $size }
shelf-chat = تحدّث مع { $name }
shelf-continue = متابعة تحميل { $name }
shelf-no-other = لا يوجد نموذج آخر مخزّن: المساحة مشغولة بشيء آخر، أو أن هذا المتصفح يسمح بالقليل جدًا.
shelf-stored = النماذج المخزّنة
shelf-delete = حذف { $name }
shelf-delete-question = هل تريد حذف { $name } من هذا المتصفح؟
shelf-delete-yes = نعم، احذف
shelf-delete-no = احتفاظ

## Storage page

storage-title = التخزين
storage-back-to-chat = العودة إلى المحادثة
storage-back = رجوع
storage-models = النماذج
storage-none = لا يوجد نموذج مخزّن في هذا المتصفح بعد.
storage-choose = اختيار نموذج
storage-room = المساحة في هذا المتصفح
storage-not-told = غير معروف
storage-used = مستخدم
storage-free = متاح
storage-allowed = مسموح
storage-may-clear = قد يمسح المتصفح النماذج من تلقاء نفسه عندما يمتلئ القرص.
storage-keep = الاحتفاظ بنماذجي
storage-promised = وعد المتصفح بالاحتفاظ بنماذجك.
storage-keeps = يحتفظ المتصفح بنماذجك.
storage-no-promise = لم يقدّم المتصفح هذا الوعد: قد يمسح النماذج عندما يمتلئ القرص. تثبيت Inkling كتطبيق، أو إضافة إشارة مرجعية، كثيرًا ما يغيّر رأيه.
storage-part = وصل { $here } من { $size }
storage-facts = { $size } · آخر استخدام: { $ago } · { $files }
storage-chat = تحدّث
storage-chat-name = تحدّث مع { $name }
storage-continue = متابعة التحميل
storage-continue-name = متابعة التحميل: { $name }
storage-check = فحص
storage-check-name = فحص { $name }
storage-save = حفظ في ملف
storage-save-name = حفظ في ملف: { $name }
storage-save-one = حفظ
storage-save-one-name = حفظ { $name }
storage-saved = سُلِّم { $name } إلى متصفحك، وهو يتولى حفظه.
storage-reading = جارٍ قراءة { $name }
storage-checking = جارٍ فحص كل جزء
storage-progress = { $work }: { $amount }
storage-cancel = إلغاء
storage-verdict-nothing = لم يُخزَّن منه شيء بعد.
storage-verdict-whole = { $parts ->
    [1] جزؤه الوحيد سليم.
    [two] كلا الجزأين سليم.
   *[other] الأجزاء كلها سليمة، وعددها { $parts }.
  }
storage-verdict-damaged = { $damaged ->
    [zero] لا أجزاء تالفة من أصل { $parts }.
    [one] كان جزء واحد من أصل { $parts } تالفًا وسيُجلب من جديد.
    [two] كان جزآن من أصل { $parts } تالفين وسيُجلبان من جديد.
    [few] كانت { $damaged } أجزاء من أصل { $parts } تالفة وستُجلب من جديد.
    [many] كان { $damaged } جزءًا من أصل { $parts } تالفًا وستُجلب من جديد.
   *[other] كان { $damaged } جزء من أصل { $parts } تالفًا وستُجلب من جديد.
  }

## Where it cannot run

unsupported-chromium = Chrome وEdge ومتصفحات Chromium الأخرى
unsupported-everywhere = في كل مكان
unsupported-webgpu-title = لا يدعم هذا المتصفح WebGPU بعد
unsupported-webgpu = يشغّل Inkling النماذج اللغوية على بطاقة الرسوميات، وWebGPU هو ما تصل به الصفحة إليها. لا يوفره هذا المتصفح، أو لا يوفره على هذا النظام.
unsupported-webgpu-chromium = حدّث إلى الإصدار 113 أو أحدث (121 على Android). على Linux، افتح chrome://flags وفعّل «Unsafe WebGPU Support» و«Vulkan»، ثم أعد تشغيل المتصفح. يجب فتح الصفحة عبر https أو من localhost.
unsupported-webgpu-firefox = حدّث إلى الإصدار 141 أو أحدث على Windows، أو 145 أو أحدث على جهاز Mac بشريحة Apple. في غير ذلك استخدم Firefox Nightly، أو اضبط dom.webgpu.enabled على true في about:config.
unsupported-webgpu-safari = حدّث إلى macOS 26 أو iOS 26 أو iPadOS 26. في Safari 18، فعّل WebGPU من الإعدادات، تحت «Feature Flags».
unsupported-adapter-title = لم يُعثر على بطاقة رسوميات
unsupported-adapter = يدعم هذا المتصفح WebGPU، لكنه لم يمنح الصفحة بطاقة رسوميات تعمل عليها.
unsupported-adapter-chromium = فعّل تسريع الرسوميات من الإعدادات ثم النظام، وأعد تشغيل المتصفح. تبيّن صفحة chrome://gpu ما يعيق ذلك.
unsupported-adapter-firefox = فعّل تسريع العتاد من الإعدادات، عام، الأداء. تبيّن صفحة about:support ما يعيق ذلك.
unsupported-adapter-safari = ثبّت آخر تحديث للنظام، وأوقف نمط المنع (Lockdown Mode) لهذا الموقع.
unsupported-adapter-everywhere = ثبّت أحدث برنامج تشغيل لبطاقة الرسوميات. في الأجهزة الافتراضية أو سطح المكتب البعيد لا توجد غالبًا بطاقة رسوميات يمكن استخدامها.
unsupported-storage-title = لا يسمح هذا المتصفح للصفحة بتخزين أي شيء
unsupported-storage = النماذج كبيرة وتُحفظ في مساحة تخزين المتصفح، وهي مغلقة أمام هذه الصفحة.
unsupported-storage-chromium = افتح نافذة عادية بدلًا من نافذة التصفح المتخفي، واسمح لهذا الموقع بحفظ البيانات من الإعدادات، الخصوصية، ملفات تعريف الارتباط التابعة لجهات خارجية.
unsupported-storage-firefox = غادر التصفح الخاص، ولا تحذف ملفات تعريف الارتباط وبيانات هذا الموقع (الإعدادات، الخصوصية).
unsupported-storage-safari = غادر التصفح الخاص، وأوقف «حظر كل ملفات تعريف الارتباط» من الإعدادات، الخصوصية.
unsupported-storage-everywhere = تأكد من أن القرص غير ممتلئ.
unsupported-updated-title = جرى تحديث Inkling
unsupported-updated = ما زالت علامة التبويب هذه تعرض الإصدار السابق. أعد تحميلها؛ وإن لم يُفد ذلك، فأغلق أولًا كل علامات تبويب هذا الموقع.
unsupported-details = التفاصيل
unsupported-reload = إعادة تحميل الصفحة

## What to do about a failure; the failure itself is told by the engine, in English

advice-network = تحقق من العنوان ومن اتصالك. ويجب أيضًا أن يسمح الخادم لمواقع أخرى بقراءة ملفاته (CORS).
advice-forbidden = إن كان النموذج خاصًا، أو كان عليك قبول رخصته، فافعل ذلك في صفحته وأعطِ Inkling رمز وصول.
advice-not-found = تحقق من خلو العنوان من الأخطاء الإملائية، ومن أن النموذج عام.
advice-bad-file = نزّل الملف من جديد أو جرّب نسخة أخرى. لم يُمسّ ما هو مخزّن بالفعل.
advice-unsupported = جرّب نموذجًا آخر، أو ملفًا آخر للنموذج نفسه.
advice-out-of-memory = أغلق علامات التبويب الأخرى التي تستخدم بطاقة الرسوميات، أو اختر نموذجًا أصغر.
advice-storage-full = احذف نموذجًا مخزّنًا أو أفرغ مساحة على القرص، ثم أعد المحاولة.
advice-storage = اسمح لهذا الموقع بتخزين البيانات وغادر التصفح الخاص، ثم أعد المحاولة.
advice-device-lost = يحدث هذا عندما يُعاد تشغيل برنامج التشغيل أو يدخل الحاسوب في وضع السكون. أعد تحميل النموذج: محادثتك ما زالت هنا.
advice-context-full = ابدأ محادثة جديدة، أو اطرح سؤالًا أقصر.
advice-internal = أعد تحميل النموذج. وإن تكرر الأمر، فيُرجى الإبلاغ عنه.

## Said to people who cannot see the page

announce-token-kept = رمز الوصول محفوظ في هذا المتصفح.
announce-token-forgotten = نُسي رمز الوصول.
announce-installed = جرى تثبيت Inkling.
announce-update-ready = إصدار جديد من Inkling جاهز.
announce-answered = اكتملت الإجابة: { $tokens }.
announce-forgetting = المحادثة أطول من ذاكرة النموذج: لم يعد يعرف بالكامل ما يقع فوق الخط.
announce-checking = جارٍ النظر في { $name }.
announce-runs = يعمل { $name } هنا.
announce-no-room = لا توجد مساحة كافية للاحتفاظ بـ { $name }.
announce-loading = جارٍ تحميل { $name }.
announce-downloading = جارٍ تنزيل { $name }.
announce-ready = أصبح { $name } جاهزًا.
announce-downloaded = أصبح { $name } في هذا المتصفح، جاهزًا للمحادثة.
announce-cancelled = أُلغي التحميل.
announce-paused = تحميل { $name } متوقف مؤقتًا.
announce-deleted = حُذف { $name }.

## Settings

settings-title = الإعدادات
settings-close = إغلاق
settings-appearance = المظهر
settings-theme = الألوان
settings-theme-system = كما في النظام
settings-theme-light = فاتح
settings-theme-dark = داكن
settings-text-size = حجم النص
settings-text-small = صغير
settings-text-medium = متوسط
settings-text-large = كبير
settings-text-larger = أكبر
settings-language = اللغة
settings-language-browser = كما يفضّل المتصفح
settings-language-missing = تعذّر جلب هذه اللغة. أعد المحاولة عند توفر الشبكة.
settings-language-help = تخص الصفحة وحدها. ما يفهمه النموذج يعتمد على النموذج، وتبقى تقارير المحرك بالإنجليزية.
settings-answers = الإجابات
settings-answers-help = تسري هذه القيم على كل محادثة ليست لها قيم خاصة. الحقل الفارغ يترك الاختيار لناشر النموذج.
settings-own-value = قيمة النموذج
settings-between = رقم من { $least } إلى { $most }، أو لا شيء.
settings-whole-between = عدد صحيح من { $least } إلى { $most }، أو لا شيء.
settings-temperature = درجة الحرارة
settings-temperature-help = القيم المنخفضة تلتزم بالكلمات الأرجح، والمرتفعة تبتعد عنها؛ والقيمة 0 تأخذ الأرجح دائمًا.
settings-top-p = Top-p
settings-top-p-help = لا يُنظر إلا في الكلمات الأرجح التي تبلغ معًا هذا الاحتمال.
settings-top-k = Top-k
settings-top-k-help = لا يُنظر إلا في هذا العدد من الكلمات الأرجح؛ والقيمة 0 تعني كلها.
settings-min-p = Min-p
settings-min-p-help = تُستبعد الكلمات التي يقل احتمالها عن هذه النسبة من احتمال الكلمة الأرجح.
settings-repetition-penalty = جزاء التكرار
settings-repetition-penalty-help = فوق 1، يقل احتمال الكلمات الواردة من قبل.
settings-max-tokens = أطول إجابة
settings-max-tokens-help = بالتوكن. تنتهي الإجابة عند بلوغ هذا الحد.
settings-seed = البذرة
settings-seed-help = البذرة نفسها تعطي الإجابة نفسها للمحادثة نفسها. ومن دونها تختلف كل إجابة.
settings-model = النموذج
settings-kv = دقة ذاكرة النموذج
settings-kv-half = نصفية (16 بت)
settings-kv-half-help = لا تكاد الإجابات تختلف عن إجابات الدقة الكاملة، وتشغل الذاكرة نصف المساحة.
settings-kv-eight = 8 بت
settings-kv-eight-help = تختلف الإجابات قليلًا أكثر، وتشغل الذاكرة نحو نصف ما تشغله الدقة النصفية.
settings-kv-four = 4 بت
settings-kv-four-help = لأطول المحادثات: نحو خُمسَي المساحة التي تشغلها الدقة النصفية، لكن الإجابات قد تسوء.
settings-kv-full = كاملة (32 بت)
settings-kv-full-help = تشغل ضعف ذاكرة الرسوميات للسياق نفسه.
settings-context = السياق
settings-context-help = عدد التوكنات التي يبقيها النموذج أمامه من المحادثة. فارغ: بقدر ما يتسع له الجهاز بسهولة. وتسوء إجابات النموذج بعد الطول الذي صُمّم له.
settings-context-placeholder = ما يتسع بسهولة
settings-load-again-help = يسري هذا عند تحميل نموذج في المرة القادمة.
settings-load-again = إعادة تحميل النموذج
settings-device = الجهاز
settings-power = بطاقة الرسوميات
settings-power-help = للحواسيب التي فيها بطاقتان. تغييرها يعيد تشغيل المحرك وتحميل النموذج.
settings-power-high = سريعة
settings-power-low = موفِّرة
settings-performance = الأداء
settings-performance-show = إظهار السرعة والذاكرة أثناء المحادثة
settings-reset = استعادة القيم الافتراضية
settings-reset-question = هل تريد التراجع عن كل ما اخترته هنا؟
settings-reset-yes = نعم، استعد
settings-reset-no = إبقاؤها
settings-reset-done = عادت كل الإعدادات كما كانت في البداية.

## The conversation

chat-new = محادثة جديدة
chat-new-announced = محادثة جديدة.
chat-answer-begins = تجري كتابة الإجابة.
chat-branch-shown = الصيغة { $number } من { $count }.
chat-deleted = { $count ->
    [zero] لم تُحذف أي رسالة.
    [one] حُذفت الرسالة.
    [two] حُذفت رسالتان.
    [few] حُذفت { $count } رسائل.
    [many] حُذفت { $count } رسالة.
   *[other] حُذفت { $count } رسالة.
  }
chat-stays-here = يعمل على هذا الجهاز. لا يُرسل شيء مما تكتبه.
chat-context = { $used } من { $length } توكن
chat-context-help = ما تشغله هذه المحادثة من ذاكرة النموذج
chat-context-label = السياق المستخدم
chat-choose-another = اختيار نموذج آخر
chat-adapter-unnamed = بطاقة الرسوميات
chat-model = النموذج { $name }
chat-built-in = مدمج
chat-choose-model = اختيار نموذج
chat-storage = التخزين
chat-runs-in-software = يعمل على { $name }، برمجيًا على المعالج: توقّع أن يكون بطيئًا
chat-runs-on = يعمل على { $name }
chat-software-slow = برمجي، بطيء
chat-slow = بطيء
chat-conversation = المحادثة
chat-earlier = { $count ->
    [zero] لا رسائل أقدم
    [one] رسالة أقدم واحدة
    [two] رسالتان أقدم
    [few] { $count } رسائل أقدم
    [many] { $count } رسالة أقدم
   *[other] { $count } رسالة أقدم
  }
chat-to-end = الانتقال إلى النهاية
chat-ask-something = اسأله عن شيء
chat-begin-text = ابدأ نصًا
chat-stays-on-device = يبقى ما تكتبه على هذا الجهاز.
chat-not-kept = النموذج يعمل، لكنه لم يُحفظ للزيارة القادمة: { $reason }
chat-ask-guide = اسأل المرشد
chat-guide-help = هذا نموذج صغير جدًا يأتي مع Inkling. يعرف هذا التطبيق والنماذج اللغوية الخفيفة، ولا شيء غير ذلك، ولا يفهم إلا الإنجليزية ولا يكتب إلا بها. يبقى ما تكتبه على هذا الجهاز.
chat-starters = أسئلة للبداية
chat-you = أنت
chat-answer = الإجابة
chat-attached = المرفقات
chat-memory-begins = تبدأ ذاكرة النموذج من هنا
chat-ended-at-limit = انتهت عند حد الطول
chat-context-full = السياق ممتلئ: ابدأ محادثة جديدة
chat-stopped = أُوقفت
chat-reading = جارٍ القراءة…
chat-writing = جارٍ الكتابة…
chat-cut-off = انقطعت قبل نهايتها
chat-edited = من كتابتك
chat-go-on = متابعة
chat-ask-again = اسأل مجددًا
chat-copied = جرى النسخ.
chat-copy-failed = تعذّر النسخ: لم يسمح به المتصفح.
chat-message-tools = الإجراءات
chat-copy = نسخ الرسالة
chat-edit = تعديل
chat-another-answer = إجابة أخرى
chat-delete = حذف
chat-delete-help = حذف الرسالة وما يليها
chat-branches = الصيغ
chat-branch-before = الصيغة السابقة
chat-branch-after = الصيغة التالية
chat-branch-place = { $number } من { $count }
chat-edit-field = نص الرسالة
chat-edit-question-help = يُطرح السؤال من جديد. وتبقى المحادثة كما كانت إلى جانبه.
chat-edit-answer-help = سيعتبر النموذج هذا كلامه. وتبقى إجابته الأصلية إلى جانبه.
chat-edit-ask = اسأل
chat-edit-save = حفظ
chat-edit-cancel = إلغاء

## Where one writes

composer-message = الرسالة
composer-write = اكتب رسالة
composer-begin = ابدأ نصًا
composer-stop = إيقاف
composer-send = إرسال

## How a conversation is answered

manner-open = التعليمات والأسلوب
manner-title = هذه المحادثة
manner-system = التعليمات
manner-system-placeholder = مثلًا: أجب بإيجاز وبكلمات بسيطة.
manner-system-help = يقرؤها النموذج قبل كل شيء آخر. النماذج التي لا تعرف التعليمات تتلقاها مع سؤالك الأول.
manner-words = اختيار الكلمات
manner-preset-published = كما نُشر
manner-preset-precise = دقيق
manner-preset-balanced = متوازن
manner-preset-lively = حيوي
manner-numbers = القيم
manner-numbers-help = ما يُترك فارغًا يتبع الإعدادات، وإلا فتوصية ناشر النموذج.
manner-not-set = غير محدد
manner-apply = تطبيق

## What an answer took

performance-title = الأداء
performance-none = لا إجابات بعد.
performance-answer = آخر إجابة
performance-decode = الكتابة
performance-prefill = القراءة
performance-first-token = حتى أول كلمة
performance-prompt-tokens = التوكنات المقروءة
performance-answer-tokens = التوكنات المكتوبة
performance-heap = ذاكرة محرك الصفحة
performance-memory = ذاكرة النموذج
performance-weights = الأوزان
performance-kv = السياق
performance-gpu = المجموع على بطاقة الرسوميات
performance-fetched = من الشبكة
performance-stored = من التخزين

## Keys

shortcuts-title = اختصارات المفاتيح
shortcuts-search = البحث في المحادثات
shortcuts-write = كتابة رسالة
shortcuts-models = اختيار نموذج
shortcuts-list = هذه القائمة
shortcuts-stop = إيقاف الإجابة
shortcuts-send = إرسال الرسالة
shortcuts-line = بدء سطر جديد

## Windows

dialog-close = إغلاق

## Conversations

library-title = المحادثات
library-handle = القائمة
library-open = إظهار المحادثات
library-close = إخفاء المحادثات
library-new = محادثة جديدة
library-search = البحث في المحادثات
library-found = { $count ->
    [zero] لم يُعثر على أي محادثة
    [one] عُثر على محادثة واحدة
    [two] عُثر على محادثتين
    [few] عُثر على { $count } محادثات
    [many] عُثر على { $count } محادثة
   *[other] عُثر على { $count } محادثة
  }
library-found-title = النتائج
library-none-found = لا نتائج عن «{ $text }».
library-empty = لا محادثات بعد. ستظهر هنا وتبقى في هذا المتصفح.
library-more-chats = عرض المزيد
library-pinned = المثبّتة
library-today = اليوم
library-yesterday = أمس
library-seven-days = آخر 7 أيام
library-thirty-days = آخر 30 يومًا
library-untitled = بلا عنوان
library-menu = المزيد عن «{ $title }»
library-rename = إعادة التسمية
library-rename-field = العنوان الجديد
library-pin = تثبيت
library-unpin = إلغاء التثبيت
library-export-json = تصدير بصيغة JSON
library-export-markdown = تصدير بصيغة Markdown
library-delete = حذف
library-import = استيراد
library-export-all = تصدير الكل
library-deleted = حُذفت «{ $title }».
library-imported = { $count ->
    [zero] لم تُستورد أي محادثة.
    [one] استُوردت محادثة واحدة.
    [two] استُوردت محادثتان.
    [few] استُوردت { $count } محادثات.
    [many] استُوردت { $count } محادثة.
   *[other] استُوردت { $count } محادثة.
  }
library-not-kept = لا تُحفظ المحادثات: { $reason }.
library-file = محادثات Inkling
library-file-you = أنت
library-file-answer = الإجابة
library-file-attached = المرفقات
library-file-unreadable = لم يتمكن المتصفح من قراءة هذا الملف. اختره مرة أخرى.

## Notices

notice-undo = تراجع
notice-dismiss = تجاهل

## Answers

prose-table = جدول
prose-copy = نسخ
prose-copied = جرى النسخ
prose-copied-code = جرى نسخ الشيفرة.
prose-not-copied = لم يسمح المتصفح للصفحة بالنسخ.
prose-thinking = جارٍ التفكير…
prose-thought = فكّر لحظة

## Attachments

attach-choose = إرفاق ملفات
attach-list = الملفات المرفقة
attach-remove = إزالة { $name }
attach-reading = { $count ->
    [zero] لا ملفات للقراءة
    [one] جارٍ قراءة ملف واحد…
    [two] جارٍ قراءة ملفين…
    [few] جارٍ قراءة { $count } ملفات…
    [many] جارٍ قراءة { $count } ملفًا…
   *[other] جارٍ قراءة { $count } ملف…
  }
attach-pasted = نص ملصق { $number }.txt
attach-picture = الملف { $name } صورة. النماذج هنا تقرأ النصوص؛ أرفق ملفًا نصيًا أو ملف PDF.
attach-no-text = الملف { $name } ليس نصًا. أرفق ملف نص أو Markdown أو شيفرة أو PDF.
attach-too-large = الملف { $name } كبير جدًا: يمكن إرفاق ما يصل إلى { $megabytes } م.ب.
attach-empty = الملف { $name } فارغ.
attach-scanned = لا نص في { $name }، بل صور له فقط. أرفق ملف PDF يمكن تحديد كلماته.
attach-broken = تعذّر فتح { $name }: قد يكون تالفًا أو محميًا بكلمة مرور.
attach-unreadable = لم يتمكن المتصفح من قراءة { $name }. اختره مرة أخرى.

server-open = استخدام خادم…
server-card-title = جهاز أكبر
server-card = هل لديك خادم خاص بك أو حساب لدى أحدها؟ أي خادم يتحدث واجهة OpenAI يمكنه الإجابة في المحادثة نفسها: vLLM و llama.cpp و Ollama وغيرها.
server-title = إجابات من خادم
server-warning = ما تكتبه سيُرسل إلى ذلك الخادم ويغادر هذا الجهاز.
server-address = عنوان الخادم
server-address-help = عنوان واجهته البرمجية، وينتهي عادةً بـ ‎/v1.
server-key = المفتاح، إن كان يتطلب واحدًا
server-key-kept = يوجد مفتاح محفوظ
server-key-help = يُحفظ في هذا المتصفح فقط، ويُرسل إلى هذا الخادم فقط.
server-connect = اتصال
server-forget = نسيان هذا الخادم
server-asking = جارٍ سؤال الخادم عن نماذجه…
server-model = النموذج
server-use = الدردشة معه
server-connected = تم الاتصال بـ { $host }. اختر نموذجًا.
server-answers = من الآن يجيب { $host }. ما تكتبه يُرسل إليه.
server-left = تُكتب الإجابات على هذا الجهاز من جديد.
server-forgotten = تم نسيان الخادم.
server-badge = يغادر هذا الجهاز
server-leaves = ما تكتبه يُرسل إلى { $host }.
server-stay = الإجابة على هذا الجهاز
server-agree-title = إرسال هذه المحادثة إلى { $host }؟
server-agree = { $count ->
    [zero] جرت هذه المحادثة على هذا الجهاز. لمتابعتها هناك يجب إرسال { $count } رسالة إلى { $host }.
    [one] جرت هذه المحادثة على هذا الجهاز. لمتابعتها هناك يجب إرسال رسالة واحدة ({ $count }) إلى { $host }.
    [two] جرت هذه المحادثة على هذا الجهاز. لمتابعتها هناك يجب إرسال رسالتين ({ $count }) إلى { $host }.
    [few] جرت هذه المحادثة على هذا الجهاز. لمتابعتها هناك يجب إرسال { $count } رسائل إلى { $host }.
    [many] جرت هذه المحادثة على هذا الجهاز. لمتابعتها هناك يجب إرسال { $count } رسالة إلى { $host }.
   *[other] جرت هذه المحادثة على هذا الجهاز. لمتابعتها هناك يجب إرسال { $count } رسالة إلى { $host }.
  }
server-agree-what = ما الذي سيُرسل
server-agree-send = إرسالها والمتابعة
server-agree-new = محادثة جديدة هناك
server-role-instructions = تعليمات
server-role-question = أنت
server-role-answer = إجابة
server-blocked = وصلت هذه الصفحة عبر https، لذلك لا يسمح لها المتصفح بسؤال { $host } إلا عبر https. زوّد الخادم بشهادة، أو افتح Inkling من جهازك.
server-unreachable = لا يجيب الخادم { $host }، أو لا يسمح لهذه الصفحة بسؤاله. تحقق من أنه يعمل. بعض الخوادم يجب أن تسمح لصفحات المواقع الأخرى (CORS): ‏Ollama عبر OLLAMA_ORIGINS و vLLM عبر ‎--allowed-origins.
server-broke-off = أنهى { $host } إجابته مبكرًا: { $reason }
unsupported-server = أو تحدث هنا مع نموذج يعمل على جهاز آخر.
