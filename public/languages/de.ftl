# Die Texte der Seite auf Deutsch. Anrede: Sie.

## Numbers and units

count-tokens = { $count } Token
count-files = { $count ->
    [one] { $count } Datei
   *[other] { $count } Dateien
  }
count-files-of = { $done } von { $total } Dateien
count-amount = { $done } von { $total }
unit-bytes = { $number } B
unit-kilobytes = { $number } kB
unit-megabytes = { $number } MB
unit-gigabytes = { $number } GB
unit-terabytes = { $number } TB
unit-per-second = { $size }/s
unit-tokens-per-second = { $number } Token/s
unit-billions = { $number } Mrd.
unit-millions = { $number } Mio.
unit-thousands = { $number } Tsd.
speed-below = weniger als { $number } Token/s
speed-about = etwa { $number } Token/s

## Times

time-seconds = { $seconds } s
time-minutes = { $minutes } min { $seconds } s
time-hours = { $hours } h { $minutes } min
ago-now = gerade eben
ago-minutes = { $count ->
    [one] vor { $count } Minute
   *[other] vor { $count } Minuten
  }
ago-hours = { $count ->
    [one] vor { $count } Stunde
   *[other] vor { $count } Stunden
  }
ago-days = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
  }
ago-months = { $count ->
    [one] vor { $count } Monat
   *[other] vor { $count } Monaten
  }
ago-years = { $count ->
    [one] vor { $count } Jahr
   *[other] vor { $count } Jahren
  }

## The page around all screens

page-title = Inkling: ein Sprachmodell in Ihrem Browser
page-stopped = Inkling wurde durch einen Fehler in der Seite angehalten. Laden Sie die Seite neu, um weiterzumachen; gespeicherte Modelle bleiben erhalten.
page-engine-not-running = Die Rechenmaschine läuft nicht.
page-closing = Die Seite wird gerade geschlossen.
page-old-version = Die Seite und ihre Rechenmaschine haben verschiedene Versionen.

## Start screen

start-lede = Chatten Sie mit einem Sprachmodell, das genau hier läuft: in diesem Tab, auf Ihrer eigenen Grafikkarte.
start-private = Nichts, was Sie schreiben, verlässt dieses Gerät
start-free = Kein Konto, kein Server, keine Kosten
start-storage = Speicher
start-back = Zurück zum Chat mit { $name }
start-guide-title = Sofort anfangen
start-guide = Der Guide ist ein winziges Modell, das mit dieser Seite kommt. Er beantwortet auf Englisch Fragen zu Inkling und zu sparsamen Sprachmodellen und hilft Ihnen, ein größeres zu laden.
start-guide-chat = Mit dem Guide chatten
start-add-title = Modell hinzufügen
start-address = Adresse des Modells
start-address-placeholder = https://… oder org/name
start-address-help = Eine GGUF-Datei oder ein Modell von Hugging Face, auf jedem Server, der andere Seiten seine Dateien lesen lässt.
start-load = Laden
start-check = Erst prüfen

## The guide, the tiny model that comes with the page

guide-name = Der Guide
guide-starter-abilities = Was kannst du?
guide-starter-choice = Welches Modell soll ich nehmen?
guide-starter-private = Ist mein Chat privat?
guide-starter-quantisation = Was ist Quantisierung?

## Files from this computer

files-drop = Legen Sie eine Datei oder einen Ordner irgendwo auf dieser Seite ab, oder wählen Sie aus:
files-device = Oder von diesem Gerät:
files-choose = Dateien auswählen
files-choose-folder = Ordner auswählen
files-drop-here = Ablegen, um das Modell zu laden
files-chosen = Ihre Auswahl
files-unnamed = Modell

## Models to try

offers-title = Modelle zum Ausprobieren
offers-more = { $count } weitere
offers-facts = { $parameters } Parameter · Kontext von { $context } Token
offers-download = { $name } herunterladen
offers-check = Läuft es hier?
offers-check-name = Läuft es hier? { $name }

## Will it run here?

fit-title = Läuft es hier?
fit-reading = Der Anfang von { $name } wird gelesen …
fit-cancel = Abbrechen
fit-close = Schließen
fit-searching = Das nächste Modell, das passt, wird gesucht …
fit-too-large = Es passt hier nicht
fit-runs = Es läuft hier
fit-no-room = Es läuft hier, aber es ist kein Platz, um es zu behalten
fit-no-room-advice = Löschen Sie erst ein gespeichertes Modell, oder chatten Sie, ohne es zu behalten: Dann wird es beim nächsten Mal wieder heruntergeladen.
fit-download = Download
fit-all-here = alles ist schon hier
fit-partly-here = { $missing } ({ $here } sind hier)
fit-not-told = unbekannt
fit-free = Freier Platz
fit-memory = Grafikspeicher
fit-context = Kontext
fit-speed = Erwartetes Tempo
fit-measuring = Wird gemessen …
fit-chat = Chatten
fit-download-and-chat = Herunterladen und chatten
fit-only-download = Nur herunterladen
fit-chat-unkept = Chatten, ohne es zu behalten
fit-alternative = Das nächste Modell, das passt, ist { $name } mit { $size }.
fit-alternative-load = { $name } herunterladen und chatten
fit-exceeds = größer als der freie Platz dieses Browsers

## Loading

load-engine-stopped = Die Rechenmaschine wurde angehalten
load-again = Erneut laden
load-failed = { $name } konnte nicht geladen werden
load-try-again = Erneut versuchen
load-dismiss = Ausblenden
load-cancelling = Wird abgebrochen
load-pausing = Wird angehalten
load-starting = Beginnt
load-other-tab = Wird in einem anderen Tab heruntergeladen
load-header = Kopfdaten werden gelesen
load-weights = Gewichte werden geladen
load-warming = Grafikkarte wird aufgewärmt
load-downloading-model = Modell wird heruntergeladen
load-loading-model = Modell wird geladen
load-arrived = Angekommen
load-files = Dateien
load-speed = Tempo
load-time-left = Noch
load-from-browser = Aus diesem Browser
load-elsewhere = Ein anderer Tab dieses Browsers lädt dieses Modell herunter. Dieser hier macht weiter, sobald es da ist, und übernimmt, falls jener geschlossen wird.
tabs-loading = Ein anderer Tab dieses Browsers lädt dieses Modell. Alle Tabs teilen sich ein Modell, es wird also auch hier antworten.
tabs-model-changed = Ein anderer Tab hat { $name } gewählt. Ab jetzt antwortet es auch hier.
tabs-model-gone = { $name } ist wegen eines anderen Tabs nicht mehr geladen. Wähle ein Modell, um weiterzumachen.
tabs-moved = Der Tab, in dem das Modell lief, wurde geschlossen. Dieser hier macht weiter.
load-pause = Anhalten
load-cancel = Abbrechen
load-paused = Angehalten
load-paused-help = Die Teile, die ganz angekommen sind, bleiben in diesem Browser, bis Sie weitermachen.
load-resume = Fortsetzen
load-free = { $size } sind jetzt frei.
load-full = Angehalten: Dieser Browser hat keinen Platz mehr
load-continue = Weiter
load-unkept = Laden, ohne es zu behalten
load-kept = { $size } sind angekommen und bleiben erhalten: Ein neuer Versuch holt nur den Rest.
load-enter-token = Zugangstoken eingeben
load-part-of-local = Von { $name } wurde nur ein Teil behalten, und diese Seite kann Ihre Datei nicht von selbst wieder öffnen: Wählen Sie sie noch einmal aus.
load-repaired = { $count ->
    [one] { $count } gespeicherter Teil war beschädigt und wurde neu geholt.
   *[other] { $count } gespeicherte Teile waren beschädigt und wurden neu geholt.
  }
load-base-model = Dies ist ein Basismodell: Es antwortet nicht, es schreibt den Text weiter.

## Private models

private-title = Private Modelle
private-token = Zugangstoken
private-kept = Ein Token ist gespeichert
private-placeholder = hf_…
private-keep = Speichern
private-forget = Vergessen
private-help = Für Modelle, die wissen wollen, wer fragt. Das Token wird nur in diesem Browser gespeichert und nur an { $hub } gesendet.

## Installing and updating

program-install = Inkling installieren
program-update = Aktualisierung
program-update-ready = Eine neue Version ist bereit.
program-update-help = Das Aktualisieren lädt die Seite neu und beendet diesen Chat.
program-update-now = Jetzt aktualisieren
program-update-later = Später

## Stored models

shelf-unreadable = Die gespeicherten Modelle konnten nicht gelesen werden
shelf-title = In diesem Browser
shelf-last = Zuletzt verwendet
shelf-part = { $here } von { $size } hier
shelf-chat = Mit { $name } chatten
shelf-continue = { $name } weiter laden
shelf-no-other = Es ist kein anderes Modell gespeichert: Etwas anderes belegt den Platz, oder dieser Browser erlaubt zu wenig.
shelf-stored = Gespeicherte Modelle
shelf-delete = { $name } löschen
shelf-delete-question = { $name } aus diesem Browser löschen?
shelf-delete-yes = Ja, löschen
shelf-delete-no = Behalten

## Storage page

storage-title = Speicher
storage-back-to-chat = Zurück zum Chat
storage-back = Zurück
storage-models = Modelle
storage-none = In diesem Browser ist noch kein Modell gespeichert.
storage-choose = Modell auswählen
storage-room = Platz in diesem Browser
storage-not-told = unbekannt
storage-used = Belegt
storage-free = Frei
storage-allowed = Erlaubt
storage-may-clear = Der Browser kann Modelle von sich aus löschen, wenn der Datenträger voll wird.
storage-keep = Meine Modelle behalten
storage-promised = Der Browser hat versprochen, Ihre Modelle zu behalten.
storage-keeps = Der Browser behält Ihre Modelle.
storage-no-promise = Der Browser hat es nicht versprochen: Er kann Modelle löschen, wenn der Datenträger voll wird. Inkling als App zu installieren oder ein Lesezeichen zu setzen, stimmt ihn oft um.
storage-part = { $here } von { $size } sind angekommen
storage-facts = { $size } · zuletzt benutzt { $ago } · { $files }
storage-chat = Chatten
storage-chat-name = Chatten mit { $name }
storage-continue = Weiter laden
storage-continue-name = Weiter laden: { $name }
storage-check = Prüfen
storage-check-name = Prüfen: { $name }
storage-save = Als Datei sichern
storage-save-name = Als Datei sichern: { $name }
storage-save-one = Sichern
storage-save-one-name = Sichern: { $name }
storage-saved = { $name } ist an Ihren Browser übergeben, der die Datei sichert.
storage-reading = { $name } wird gelesen
storage-checking = Jeder Teil wird geprüft
storage-progress = { $work }: { $amount }
storage-cancel = Abbrechen
storage-verdict-nothing = Davon ist noch nichts gespeichert.
storage-verdict-whole = { $parts ->
    [1] Der einzige Teil ist unversehrt.
   *[other] Alle { $parts } Teile sind unversehrt.
  }
storage-verdict-damaged = { $damaged ->
    [one] { $damaged } von { $parts } Teilen war beschädigt und wird neu geholt.
   *[other] { $damaged } von { $parts } Teilen waren beschädigt und werden neu geholt.
  }

## Where it cannot run

unsupported-chromium = Chrome, Edge und andere Chromium-Browser
unsupported-everywhere = Überall
unsupported-webgpu-title = Dieser Browser hat noch kein WebGPU
unsupported-webgpu = Inkling lässt Sprachmodelle auf Ihrer Grafikkarte laufen, und WebGPU ist der Weg dorthin. Dieser Browser bietet es nicht an, oder nicht auf diesem System.
unsupported-webgpu-chromium = Aktualisieren Sie auf Version 113 oder neuer (121 auf Android). Öffnen Sie unter Linux chrome://flags, schalten Sie „Unsafe WebGPU Support“ und „Vulkan“ ein und starten Sie den Browser neu. Die Seite muss über https oder von localhost geöffnet sein.
unsupported-webgpu-firefox = Aktualisieren Sie unter Windows auf Version 141 oder neuer, auf einem Mac mit Apple-Chip auf 145 oder neuer. Benutzen Sie sonst Firefox Nightly, oder setzen Sie dom.webgpu.enabled in about:config auf true.
unsupported-webgpu-safari = Aktualisieren Sie auf macOS 26, iOS 26 oder iPadOS 26. Schalten Sie in Safari 18 WebGPU in den Einstellungen unter „Feature-Flags“ ein.
unsupported-adapter-title = Keine Grafikkarte gefunden
unsupported-adapter = Dieser Browser hat WebGPU, gab der Seite aber keine Grafikkarte, auf der sie arbeiten könnte.
unsupported-adapter-chromium = Schalten Sie die Grafikbeschleunigung in den Einstellungen unter „System“ ein und starten Sie den Browser neu. chrome://gpu sagt, was im Weg ist.
unsupported-adapter-firefox = Schalten Sie die Hardwarebeschleunigung in den Einstellungen unter „Allgemein“, „Leistung“ ein. about:support sagt, was im Weg ist.
unsupported-adapter-safari = Installieren Sie die neueste Systemaktualisierung, und schalten Sie den Blockierungsmodus für diese Website aus.
unsupported-adapter-everywhere = Installieren Sie den neuesten Treiber der Grafikkarte. In einer virtuellen Maschine oder auf einem entfernten Desktop gibt es oft keine Grafikkarte.
unsupported-storage-title = Dieser Browser lässt die Seite nichts speichern
unsupported-storage = Modelle sind groß und werden im Speicher des Browsers behalten, der für diese Seite geschlossen ist.
unsupported-storage-chromium = Öffnen Sie ein normales Fenster statt eines Inkognitofensters, und erlauben Sie dieser Website, Daten zu speichern: Einstellungen, Datenschutz, Drittanbieter-Cookies.
unsupported-storage-firefox = Verlassen Sie den privaten Modus, und lassen Sie Cookies und Website-Daten dieser Website nicht löschen: Einstellungen, Datenschutz.
unsupported-storage-safari = Verlassen Sie das private Surfen, und schalten Sie in den Einstellungen unter „Datenschutz“ die Option „Alle Cookies blockieren“ aus.
unsupported-storage-everywhere = Achten Sie darauf, dass der Datenträger nicht voll ist.
unsupported-updated-title = Inkling wurde aktualisiert
unsupported-updated = Dieser Tab zeigt noch die vorige Version. Laden Sie ihn neu; hilft das nicht, schließen Sie erst alle Tabs dieser Website.
unsupported-details = Einzelheiten
unsupported-reload = Seite neu laden

## What to do about a failure; the failure itself is told by the engine, in English

advice-network = Prüfen Sie die Adresse und Ihre Verbindung. Der Server muss außerdem anderen Seiten erlauben, seine Dateien zu lesen (CORS).
advice-forbidden = Ist das Modell privat, oder muss man erst seiner Lizenz zustimmen? Erledigen Sie das auf seiner Seite, und geben Sie Inkling ein Zugangstoken.
advice-not-found = Prüfen Sie die Adresse auf Tippfehler, und ob das Modell öffentlich ist.
advice-bad-file = Laden Sie die Datei erneut herunter, oder nehmen Sie eine andere Kopie. Was schon gespeichert ist, blieb unberührt.
advice-unsupported = Versuchen Sie ein anderes Modell oder eine andere Datei desselben Modells.
advice-out-of-memory = Schließen Sie andere Tabs, die die Grafikkarte benutzen, oder wählen Sie ein kleineres Modell.
advice-storage-full = Löschen Sie ein gespeichertes Modell, oder schaffen Sie Platz auf dem Datenträger, und versuchen Sie es dann noch einmal.
advice-storage = Erlauben Sie dieser Website, Daten zu speichern, verlassen Sie den privaten Modus, und versuchen Sie es dann noch einmal.
advice-device-lost = Das geschieht, wenn der Treiber neu startet oder der Computer geschlafen hat. Laden Sie das Modell erneut: Ihr Gespräch ist noch da.
advice-context-full = Beginnen Sie einen neuen Chat, oder fragen Sie etwas Kürzeres.
advice-internal = Laden Sie das Modell erneut. Geschieht es noch einmal, melden Sie es bitte.

## Said to people who cannot see the page

announce-token-kept = Das Zugangstoken ist in diesem Browser gespeichert.
announce-token-forgotten = Das Zugangstoken ist vergessen.
announce-installed = Inkling ist installiert.
announce-update-ready = Eine neue Version von Inkling ist bereit.
announce-answered = Die Antwort ist fertig: { $tokens }.
announce-forgetting = Das Gespräch ist länger als das Gedächtnis des Modells: Was über der Linie steht, kennt es nicht mehr ganz.
announce-checking = { $name } wird geprüft.
announce-runs = { $name } läuft hier.
announce-no-room = Es ist nicht genug Platz, um { $name } zu behalten.
announce-loading = { $name } wird geladen.
announce-downloading = { $name } wird heruntergeladen.
announce-ready = { $name } ist bereit.
announce-downloaded = { $name } ist jetzt in diesem Browser und bereit zum Chatten.
announce-cancelled = Das Laden wurde abgebrochen.
announce-paused = Das Laden von { $name } ist angehalten.
announce-deleted = { $name } ist gelöscht.

## Settings

settings-title = Einstellungen
settings-close = Schließen
settings-appearance = Aussehen
settings-theme = Farben
settings-theme-system = Wie im System
settings-theme-light = Hell
settings-theme-dark = Dunkel
settings-text-size = Schriftgröße
settings-text-small = Klein
settings-text-medium = Mittel
settings-text-large = Groß
settings-text-larger = Größer
settings-language = Sprache
settings-language-browser = Wie im Browser eingestellt
settings-language-missing = Diese Sprache konnte nicht geholt werden. Versuchen Sie es noch einmal, wenn das Netz da ist.
settings-language-help = Nur die Seite spricht sie. Was ein Modell versteht, hängt vom Modell ab, und Meldungen der Rechenmaschine bleiben englisch.
settings-answers = Antworten
settings-answers-help = Diese Werte gelten in jedem Chat, der keine eigenen hat. Ein leeres Feld überlässt die Wahl dem, der das Modell veröffentlicht hat.
settings-own-value = Wert des Modells
settings-between = Eine Zahl von { $least } bis { $most }, oder nichts.
settings-whole-between = Eine ganze Zahl von { $least } bis { $most }, oder nichts.
settings-temperature = Temperatur
settings-temperature-help = Niedrige Werte bleiben bei den wahrscheinlichsten Wörtern, hohe schweifen ab; 0 nimmt immer das wahrscheinlichste.
settings-top-p = Top-p
settings-top-p-help = Nur die wahrscheinlichsten Wörter, die zusammen diese Wahrscheinlichkeit erreichen, kommen in Frage.
settings-top-k = Top-k
settings-top-k-help = Nur so viele der wahrscheinlichsten Wörter kommen in Frage; 0 bedeutet alle.
settings-min-p = Min-p
settings-min-p-help = Wörter, die unwahrscheinlicher sind als dieser Teil des wahrscheinlichsten, bleiben außen vor.
settings-repetition-penalty = Strafe für Wiederholungen
settings-repetition-penalty-help = Über 1 werden Wörter, die schon dastehen, unwahrscheinlicher.
settings-max-tokens = Längste Antwort
settings-max-tokens-help = In Token. Eine Antwort, die sie erreicht, endet dort.
settings-seed = Startwert
settings-seed-help = Derselbe Startwert gibt im selben Gespräch dieselbe Antwort. Ohne ihn ist jede Antwort eine andere.
settings-model = Modell
settings-kv = Genauigkeit des Modellgedächtnisses
settings-kv-half = Halb (16 Bit)
settings-kv-half-help = Die Antworten sind von denen der vollen Genauigkeit kaum zu unterscheiden, und das Gedächtnis braucht halb so viel Platz.
settings-kv-eight = Acht Bit
settings-kv-eight-help = Die Antworten weichen etwas mehr ab, und das Gedächtnis braucht etwa halb so viel Platz wie bei halber Genauigkeit.
settings-kv-four = Vier Bit
settings-kv-four-help = Für die längsten Gespräche: etwa zwei Fünftel des Platzes der halben Genauigkeit, aber die Antworten können schlechter werden.
settings-kv-full = Voll (32 Bit)
settings-kv-full-help = Braucht für denselben Kontext doppelt so viel Grafikspeicher.
settings-context = Kontext
settings-context-help = Wie viele Token eines Gesprächs das Modell im Blick behält. Leer: so viele, wie gut passen. Über die Länge hinaus, für die ein Modell gemacht ist, werden seine Antworten schlechter.
settings-context-placeholder = Was gut passt
settings-load-again-help = Das gilt, sobald das nächste Mal ein Modell geladen wird.
settings-load-again = Modell erneut laden
settings-device = Gerät
settings-power = Grafikkarte
settings-power-help = Für Computer, die zwei haben. Ein Wechsel startet die Rechenmaschine neu und lädt das Modell erneut.
settings-power-high = Schnell
settings-power-low = Sparsam
settings-performance = Leistung
settings-performance-show = Tempo und Speicher beim Chatten anzeigen
settings-reset = Auf Standard zurücksetzen
settings-reset-question = Alles zurücknehmen, was hier gewählt wurde?
settings-reset-yes = Ja, zurücksetzen
settings-reset-no = Beibehalten
settings-reset-done = Alle Einstellungen sind wieder wie am Anfang.

## The conversation

chat-new = Neuer Chat
chat-new-announced = Neuer Chat.
chat-answer-begins = Die Antwort wird geschrieben.
chat-branch-shown = Version { $number } von { $count }.
chat-deleted = { $count ->
    [one] Die Nachricht wurde gelöscht.
   *[other] { $count } Nachrichten wurden gelöscht.
  }
chat-stays-here = Läuft auf diesem Gerät. Nichts, was Sie schreiben, wird gesendet.
chat-context = { $used } von { $length } Token
chat-context-help = Wie viel vom Gedächtnis des Modells dieses Gespräch belegt
chat-context-label = Belegter Kontext
chat-choose-another = Anderes Modell auswählen
chat-adapter-unnamed = Grafikkarte
chat-model = Modell { $name }
chat-built-in = eingebaut
chat-choose-model = Modell auswählen
chat-storage = Speicher
chat-runs-in-software = Läuft auf { $name }, in Software auf dem Prozessor: Das wird langsam
chat-runs-on = Läuft auf { $name }
chat-software-slow = Software, langsam
chat-slow = langsam
chat-conversation = Gespräch
chat-earlier = { $count ->
    [one] { $count } frühere Nachricht
   *[other] { $count } frühere Nachrichten
  }
chat-to-end = Zum Ende
chat-ask-something = Fragen Sie etwas
chat-begin-text = Beginnen Sie einen Text
chat-stays-on-device = Was Sie schreiben, bleibt auf diesem Gerät.
chat-not-kept = Das Modell läuft, wurde aber nicht für den nächsten Besuch behalten: { $reason }
chat-ask-guide = Fragen Sie den Guide
chat-guide-help = Dies ist ein winziges Modell, das mit Inkling kommt. Es kennt diese App und sparsame Sprachmodelle und sonst nichts, und es versteht und schreibt nur Englisch. Was Sie schreiben, bleibt auf diesem Gerät.
chat-starters = Fragen für den Anfang
chat-you = Sie
chat-answer = Antwort
chat-attached = Angehängt
chat-memory-begins = Hier beginnt das Gedächtnis des Modells
chat-ended-at-limit = An der Längengrenze beendet
chat-context-full = Der Kontext ist voll: Beginnen Sie einen neuen Chat
chat-stopped = Angehalten
chat-reading = Liest …
chat-writing = Schreibt …
chat-cut-off = Vor dem Ende abgebrochen
chat-edited = Von Ihnen geschrieben
chat-go-on = Fortsetzen
chat-ask-again = Noch einmal fragen
chat-copied = Kopiert.
chat-copy-failed = Das Kopieren ist nicht gelungen: Der Browser hat es nicht erlaubt.
chat-message-tools = Aktionen
chat-copy = Nachricht kopieren
chat-edit = Bearbeiten
chat-another-answer = Andere Antwort
chat-delete = Löschen
chat-delete-help = Mit allem, was folgt, löschen
chat-branches = Versionen
chat-branch-before = Vorige Version
chat-branch-after = Nächste Version
chat-branch-place = { $number } von { $count }
chat-edit-field = Text der Nachricht
chat-edit-question-help = Die Frage wird neu gestellt. Das bisherige Gespräch bleibt daneben erhalten.
chat-edit-answer-help = Das Modell wird dies für seine eigenen Worte halten. Seine ursprüngliche Antwort bleibt daneben erhalten.
chat-edit-ask = Fragen
chat-edit-save = Speichern
chat-edit-cancel = Abbrechen

## Where one writes

composer-message = Nachricht
composer-write = Nachricht schreiben
composer-begin = Einen Text beginnen
composer-stop = Anhalten
composer-send = Senden

## How a conversation is answered

manner-open = Anweisungen und Stil
manner-title = Dieses Gespräch
manner-system = Anweisungen
manner-system-placeholder = Zum Beispiel: Antworte kurz und in einfachen Worten.
manner-system-help = Das Modell liest sie vor allem anderen. Modelle, die keine Anweisungen kennen, bekommen sie mit Ihrer ersten Frage.
manner-words = Wortwahl
manner-preset-published = Wie veröffentlicht
manner-preset-precise = Genau
manner-preset-balanced = Ausgewogen
manner-preset-lively = Lebhaft
manner-numbers = Zahlenwerte
manner-numbers-help = Für leere Felder gelten die Einstellungen, sonst die Empfehlung dessen, der das Modell veröffentlicht hat.
manner-not-set = nicht festgelegt
manner-apply = Übernehmen

## What an answer took

performance-title = Leistung
performance-none = Es wurde noch nichts beantwortet.
performance-answer = Letzte Antwort
performance-decode = Schreiben
performance-prefill = Lesen
performance-first-token = Bis zum ersten Wort
performance-prompt-tokens = Gelesene Token
performance-answer-tokens = Geschriebene Token
performance-heap = Speicher der Rechenmaschine
performance-memory = Speicher des Modells
performance-weights = Gewichte
performance-kv = Kontext
performance-gpu = Auf der Grafikkarte insgesamt
performance-fetched = Heruntergeladen
performance-stored = Aus dem Speicher des Browsers

## Keys

shortcuts-title = Tastenkürzel
shortcuts-search = Gespräche durchsuchen
shortcuts-write = Nachricht schreiben
shortcuts-models = Modell auswählen
shortcuts-list = Diese Liste
shortcuts-stop = Antwort anhalten
shortcuts-send = Nachricht senden
shortcuts-line = Neue Zeile beginnen

## Windows

dialog-close = Schließen

## Conversations

library-title = Gespräche
library-handle = Menü
library-open = Gespräche einblenden
library-close = Gespräche ausblenden
library-new = Neuer Chat
library-search = Gespräche durchsuchen
library-found = { $count ->
    [one] { $count } Gespräch gefunden
   *[other] { $count } Gespräche gefunden
  }
library-found-title = Gefunden
library-none-found = Nichts gefunden für „{ $text }“.
library-empty = Noch keine Gespräche. Sie werden hier aufgelistet und bleiben in diesem Browser.
library-more-chats = Mehr anzeigen
library-pinned = Angeheftet
library-today = Heute
library-yesterday = Gestern
library-seven-days = Letzte 7 Tage
library-thirty-days = Letzte 30 Tage
library-untitled = Ohne Titel
library-menu = Mehr zu „{ $title }“
library-rename = Umbenennen
library-rename-field = Neuer Titel
library-pin = Anheften
library-unpin = Lösen
library-export-json = Als JSON exportieren
library-export-markdown = Als Markdown exportieren
library-delete = Löschen
library-import = Importieren
library-export-all = Alle exportieren
library-deleted = „{ $title }“ wurde gelöscht.
library-imported = { $count ->
    [one] { $count } Gespräch wurde importiert.
   *[other] { $count } Gespräche wurden importiert.
  }
library-not-kept = Gespräche werden zurzeit nicht gespeichert: { $reason }.
library-file = Inkling-Gespräche
library-file-you = Sie
library-file-answer = Antwort
library-file-attached = Angehängt
library-file-unreadable = Der Browser konnte diese Datei nicht lesen. Wählen Sie sie noch einmal aus.

## Notices

notice-undo = Rückgängig
notice-dismiss = Ausblenden

## Answers

prose-table = Tabelle
prose-copy = Kopieren
prose-copied = Kopiert
prose-copied-code = Der Code wurde kopiert.
prose-not-copied = Der Browser hat der Seite das Kopieren nicht erlaubt.
prose-thinking = Denkt nach …
prose-thought = Hat kurz nachgedacht

## Attachments

attach-choose = Dateien anhängen
attach-list = Angehängte Dateien
attach-remove = { $name } entfernen
attach-reading = { $count ->
    [one] { $count } Datei wird gelesen …
   *[other] { $count } Dateien werden gelesen …
  }
attach-pasted = Eingefügter Text { $number }.txt
attach-picture = { $name } ist ein Bild. Modelle lesen hier Text; hängen Sie eine Text- oder PDF-Datei an.
attach-no-text = { $name } ist kein Text. Hängen Sie eine Text-, Markdown-, Code- oder PDF-Datei an.
attach-too-large = { $name } ist zu groß: Es können bis zu { $megabytes } MB angehängt werden.
attach-empty = { $name } ist leer.
attach-scanned = { $name } enthält keinen Text, nur Bilder davon. Hängen Sie ein PDF an, in dem sich die Wörter markieren lassen.
attach-broken = { $name } konnte nicht geöffnet werden: Die Datei ist vielleicht beschädigt oder braucht ein Passwort.
attach-unreadable = Der Browser konnte { $name } nicht lesen. Wählen Sie die Datei noch einmal aus.

server-open = Server verwenden …
server-card-title = Eine größere Maschine
server-card = Haben Sie einen eigenen Server oder ein Konto bei einem? Jeder, der OpenAIs API spricht, kann im selben Chat antworten: vLLM, llama.cpp, Ollama und andere.
server-title = Antworten von einem Server
server-warning = Was Sie schreiben, wird an diesen Server gesendet und verlässt dieses Gerät.
server-address = Adresse des Servers
server-address-help = Die Adresse seiner API; sie endet meist auf /v1.
server-key = Schlüssel, falls er einen verlangt
server-key-kept = Ein Schlüssel ist gespeichert
server-key-help = Wird nur in diesem Browser gespeichert und nur an diesen Server gesendet.
server-connect = Verbinden
server-forget = Diesen Server vergessen
server-asking = Der Server wird nach seinen Modellen gefragt …
server-model = Modell
server-use = Damit chatten
server-connected = { $host } ist verbunden. Wählen Sie ein Modell.
server-answers = Ab jetzt antwortet { $host }. Was Sie schreiben, wird dorthin gesendet.
server-left = Die Antworten entstehen wieder auf diesem Gerät.
server-forgotten = Der Server wurde vergessen.
server-badge = verlässt das Gerät
server-leaves = Was Sie schreiben, wird an { $host } gesendet.
server-stay = Auf diesem Gerät antworten
server-agree-title = Dieses Gespräch an { $host } senden?
server-agree = { $count ->
    [one] Es wurde auf diesem Gerät geführt. Um es dort fortzusetzen, muss { $count } Nachricht an { $host } gesendet werden.
   *[other] Es wurde auf diesem Gerät geführt. Um es dort fortzusetzen, müssen { $count } Nachrichten an { $host } gesendet werden.
  }
server-agree-what = Was gesendet wird
server-agree-send = Senden und fortsetzen
server-agree-new = Dort ein neues Gespräch beginnen
server-role-instructions = Anweisungen
server-role-question = Sie
server-role-answer = Antwort
server-blocked = Diese Seite kam über https, deshalb darf sie { $host } nur über https fragen. Geben Sie dem Server ein Zertifikat, oder öffnen Sie Inkling von Ihrem eigenen Rechner.
server-unreachable = Der Server { $host } antwortet nicht, oder lässt sich von dieser Seite nicht fragen. Prüfen Sie, ob er läuft. Manche Server müssen Seiten anderer Herkunft erst zulassen (CORS): Ollama mit OLLAMA_ORIGINS, vLLM mit --allowed-origins.
server-broke-off = { $host } hat seine Antwort abgebrochen: { $reason }
unsupported-server = Oder chatten Sie hier mit einem Modell, das auf einer anderen Maschine läuft.
