# Les textes de la page en français. On vouvoie.

## Numbers and units

count-tokens = { $count ->
    [one] { $count } token
   *[other] { $count } tokens
  }
count-files = { $count ->
    [one] { $count } fichier
   *[other] { $count } fichiers
  }
count-files-of = { $done ->
    [one] { $done } fichier sur { $total }
   *[other] { $done } fichiers sur { $total }
  }
count-amount = { $done } sur { $total }
unit-bytes = { $number } o
unit-kilobytes = { $number } ko
unit-megabytes = { $number } Mo
unit-gigabytes = { $number } Go
unit-terabytes = { $number } To
unit-per-second = { $size }/s
unit-tokens-per-second = { $number } tokens/s
unit-billions = { $number } Md
unit-millions = { $number } M
unit-thousands = { $number } k
speed-below = moins de { $number } tokens/s
speed-about = environ { $number } tokens/s

## Times

time-seconds = { $seconds } s
time-minutes = { $minutes } min { $seconds } s
time-hours = { $hours } h { $minutes } min
ago-now = à l’instant
ago-minutes = { $count ->
    [one] il y a { $count } minute
   *[other] il y a { $count } minutes
  }
ago-hours = { $count ->
    [one] il y a { $count } heure
   *[other] il y a { $count } heures
  }
ago-days = { $count ->
    [one] il y a { $count } jour
   *[other] il y a { $count } jours
  }
ago-months = { $count ->
    [one] il y a { $count } mois
   *[other] il y a { $count } mois
  }
ago-years = { $count ->
    [one] il y a { $count } an
   *[other] il y a { $count } ans
  }

## The page around all screens

page-title = Inkling : un modèle de langage dans votre navigateur
page-stopped = Inkling s’est arrêté à cause d’une erreur dans la page. Rechargez-la pour continuer ; les modèles enregistrés sont conservés.
page-engine-not-running = Le moteur ne fonctionne pas.
page-closing = La page est en cours de fermeture.
page-old-version = La page et son moteur n’ont pas la même version.

## Start screen

start-lede = Discutez avec un modèle de langage qui fonctionne ici même, dans cet onglet, sur votre propre carte graphique.
start-private = Rien de ce que vous écrivez ne quitte cet appareil
start-free = Sans compte, sans serveur, sans frais
start-storage = Stockage
start-back = Revenir à la discussion avec { $name }
start-guide-title = Commencer tout de suite
start-guide = Le guide est un tout petit modèle fourni avec cette page. Il répond, en anglais, aux questions sur Inkling et sur les modèles de langage économes, et vous aide à en charger un plus grand.
start-guide-chat = Discuter avec le guide
start-add-title = Ajouter un modèle
start-address = Adresse du modèle
start-address-placeholder = https://… ou org/nom
start-address-help = Un fichier GGUF ou un modèle Hugging Face, sur tout serveur qui laisse d’autres sites lire ses fichiers.
start-load = Charger
start-check = Vérifier d’abord

## The guide, the tiny model that comes with the page

guide-name = le guide
guide-starter-abilities = Que savez-vous faire ?
guide-starter-choice = Quel modèle choisir ?
guide-starter-private = Ma discussion est-elle privée ?
guide-starter-quantisation = Qu’est-ce que la quantification ?

## Files from this computer

files-drop = Déposez un fichier ou un dossier n’importe où sur cette page, ou choisissez-le :
files-device = Ou depuis cet appareil :
files-choose = Choisir des fichiers
files-choose-folder = Choisir un dossier
files-drop-here = Déposez pour charger le modèle
files-chosen = votre sélection
files-unnamed = le modèle

## Models to try

offers-title = Modèles à essayer
offers-more = { $count ->
    [one] { $count } autre
   *[other] { $count } autres
  }
offers-facts = Paramètres : { $parameters } · contexte de { $context } tokens
offers-download = Télécharger { $name }
offers-check = Compatible ici ?
offers-check-name = Compatible ici ? { $name }

## Will it run here?

fit-title = Fonctionnera-t-il ici ?
fit-reading = Lecture du début : { $name }…
fit-cancel = Annuler
fit-close = Fermer
fit-searching = Recherche du modèle compatible le plus proche…
fit-too-large = Il est trop grand pour cet appareil
fit-runs = Il fonctionne ici
fit-no-room = Il fonctionne ici, mais il n’y a pas assez de place pour le conserver
fit-no-room-advice = Supprimez d’abord un modèle enregistré, ou discutez sans le conserver : il sera alors téléchargé de nouveau la prochaine fois.
fit-download = Téléchargement
fit-all-here = tout est déjà ici
fit-partly-here = { $missing } ({ $here } déjà ici)
fit-not-told = inconnu
fit-free = Espace libre
fit-memory = Mémoire nécessaire
fit-context = Contexte
fit-speed = Vitesse attendue
fit-measuring = Mesure en cours…
fit-chat = Discuter
fit-download-and-chat = Télécharger et discuter
fit-only-download = Télécharger seulement
fit-chat-unkept = Discuter sans le conserver
fit-alternative = Le modèle compatible le plus proche est { $name } ({ $size }).
fit-alternative-load = Télécharger { $name } et discuter
fit-exceeds = dépasse l’espace libre de ce navigateur

## Loading

load-engine-stopped = Le moteur s’est arrêté
load-again = Recharger
load-failed = Impossible de charger { $name }
load-try-again = Réessayer
load-dismiss = Ignorer
load-cancelling = Annulation
load-pausing = Mise en pause
load-starting = Démarrage
load-other-tab = Téléchargement dans un autre onglet
load-header = Lecture de l’en-tête
load-weights = Chargement des poids
load-warming = Mise en route de la carte graphique
load-downloading-model = Téléchargement du modèle
load-loading-model = Chargement du modèle
load-arrived = Reçu
load-files = Fichiers
load-speed = Vitesse
load-time-left = Temps restant
load-from-browser = Depuis ce navigateur
load-elsewhere = Un autre onglet de ce navigateur télécharge ce modèle. Celui-ci continuera dès qu’il sera là, et prendra le relais si l’autre onglet est fermé.
tabs-loading = Un autre onglet de ce navigateur charge ce modèle. Tous les onglets partagent un modèle : il répondra donc aussi ici.
tabs-model-changed = Un autre onglet a choisi { $name }. Il répond aussi ici désormais.
tabs-model-gone = { $name } n’est plus chargé, à cause d’un autre onglet. Choisissez un modèle pour continuer.
tabs-moved = L’onglet qui exécutait le modèle a été fermé. Celui-ci prend le relais.
load-pause = Pause
load-cancel = Annuler
load-paused = En pause
load-paused-help = Les parties reçues en entier restent dans ce navigateur jusqu’à ce que vous repreniez.
load-resume = Reprendre
load-free = Espace libre à présent : { $size }.
load-full = En pause : ce navigateur n’a plus de place
load-continue = Continuer
load-unkept = Charger sans le conserver
load-kept = Reçu et conservé : { $size }. Un nouvel essai ne téléchargera que le reste.
load-enter-token = Saisir un jeton d’accès
load-part-of-local = Seule une partie a été conservée ({ $name }), et cette page ne peut pas rouvrir votre fichier d’elle-même : choisissez-le de nouveau.
load-repaired = { $count ->
    [one] { $count } partie enregistrée était endommagée et a été téléchargée de nouveau.
   *[other] { $count } parties enregistrées étaient endommagées et ont été téléchargées de nouveau.
  }
load-base-model = C’est un modèle de base : il ne répond pas, il continue le texte.

## Private models

private-title = Modèles privés
private-token = Jeton d’accès
private-kept = Un jeton est enregistré
private-placeholder = hf_…
private-keep = Enregistrer
private-forget = Oublier
private-help = Pour les modèles qui demandent qui vous êtes. Il est conservé dans ce navigateur uniquement, et envoyé uniquement à { $hub }.

## Installing and updating

program-install = Installer Inkling
program-update = Mise à jour
program-update-ready = Une nouvelle version est prête.
program-update-help = La mise à jour recharge la page et met fin à cette discussion.
program-update-now = Mettre à jour
program-update-later = Plus tard

## Stored models

shelf-unreadable = Impossible de lire les modèles enregistrés
shelf-title = Dans ce navigateur
shelf-last = Dernier utilisé
shelf-part = { $here } sur { $size } ici
shelf-chat = Discuter avec { $name }
shelf-continue = Continuer à charger { $name }
shelf-no-other = Aucun autre modèle n’est enregistré : la place est prise par autre chose, ou ce navigateur en accorde trop peu.
shelf-stored = Modèles enregistrés
shelf-delete = Supprimer { $name }
shelf-delete-question = Supprimer { $name } de ce navigateur ?
shelf-delete-yes = Oui, supprimer
shelf-delete-no = Conserver

## Storage page

storage-title = Stockage
storage-back-to-chat = Revenir à la discussion
storage-back = Retour
storage-models = Modèles
storage-none = Aucun modèle n’est encore enregistré dans ce navigateur.
storage-choose = Choisir un modèle
storage-room = Place dans ce navigateur
storage-not-told = inconnu
storage-used = Utilisé
storage-free = Libre
storage-allowed = Autorisé
storage-may-clear = Le navigateur peut effacer des modèles de lui-même quand le disque se remplit.
storage-keep = Conserver mes modèles
storage-promised = Le navigateur s’est engagé à conserver vos modèles.
storage-keeps = Le navigateur conserve vos modèles.
storage-no-promise = Le navigateur ne s’y est pas engagé : il peut effacer des modèles quand le disque se remplit. Installer Inkling comme application ou ajouter la page aux favoris le fait souvent changer d’avis.
storage-part = { $here } reçus sur { $size }
storage-facts = { $size } · utilisé { $ago } · { $files }
storage-chat = Discuter
storage-chat-name = Discuter avec { $name }
storage-continue = Continuer le chargement
storage-continue-name = Continuer le chargement : { $name }
storage-check = Vérifier
storage-check-name = Vérifier { $name }
storage-save = Enregistrer dans un fichier
storage-save-name = Enregistrer dans un fichier : { $name }
storage-save-one = Enregistrer
storage-save-one-name = Enregistrer { $name }
storage-saved = { $name } est remis à votre navigateur, qui l’enregistre.
storage-reading = Lecture : { $name }
storage-checking = Vérification de chaque partie
storage-progress = { $work } : { $amount }
storage-cancel = Annuler
storage-verdict-nothing = Rien n’en est encore enregistré.
storage-verdict-whole = { $parts ->
    [1] Son unique partie est intacte.
   *[other] Les { $parts } parties sont toutes intactes.
  }
storage-verdict-damaged = { $damaged ->
    [one] { $damaged } partie sur { $parts } était endommagée et sera téléchargée de nouveau.
   *[other] { $damaged } parties sur { $parts } étaient endommagées et seront téléchargées de nouveau.
  }

## Where it cannot run

unsupported-chromium = Chrome, Edge et autres navigateurs Chromium
unsupported-everywhere = Partout
unsupported-webgpu-title = Ce navigateur n’a pas encore WebGPU
unsupported-webgpu = Inkling fait fonctionner des modèles de langage sur votre carte graphique, et c’est par WebGPU qu’une page y accède. Ce navigateur ne le propose pas, ou pas sur ce système.
unsupported-webgpu-chromium = Passez à la version 113 ou ultérieure (121 sur Android). Sous Linux, ouvrez chrome://flags, activez « Unsafe WebGPU Support » et « Vulkan », puis redémarrez le navigateur. La page doit être ouverte en https ou depuis localhost.
unsupported-webgpu-firefox = Passez à la version 141 ou ultérieure sous Windows, 145 ou ultérieure sur un Mac doté d’une puce Apple. Ailleurs, utilisez Firefox Nightly, ou donnez la valeur true à dom.webgpu.enabled dans about:config.
unsupported-webgpu-safari = Passez à macOS 26, iOS 26 ou iPadOS 26. Dans Safari 18, activez WebGPU dans les réglages, sous « Feature Flags ».
unsupported-adapter-title = Aucune carte graphique trouvée
unsupported-adapter = Ce navigateur dispose de WebGPU, mais n’a donné à la page aucune carte graphique sur laquelle travailler.
unsupported-adapter-chromium = Activez l’accélération graphique dans Paramètres, Système, puis redémarrez le navigateur. La page chrome://gpu indique ce qui bloque.
unsupported-adapter-firefox = Activez l’accélération matérielle dans Paramètres, Général, Performances. La page about:support indique ce qui bloque.
unsupported-adapter-safari = Installez la dernière mise à jour du système, et désactivez le mode Isolement pour ce site.
unsupported-adapter-everywhere = Installez le dernier pilote de la carte graphique. Dans une machine virtuelle ou sur un bureau à distance, il n’y a souvent aucune carte graphique utilisable.
unsupported-storage-title = Ce navigateur ne laisse rien enregistrer à la page
unsupported-storage = Les modèles sont volumineux et sont conservés dans le stockage du navigateur, qui est fermé à cette page.
unsupported-storage-chromium = Ouvrez une fenêtre normale plutôt qu’une fenêtre de navigation privée, et autorisez ce site à enregistrer des données dans Paramètres, Confidentialité, Cookies tiers.
unsupported-storage-firefox = Quittez la navigation privée, et ne supprimez pas les cookies et les données de ce site (Paramètres, Vie privée).
unsupported-storage-safari = Quittez la navigation privée, et désactivez « Bloquer tous les cookies » dans Réglages, Confidentialité.
unsupported-storage-everywhere = Vérifiez que le disque n’est pas plein.
unsupported-updated-title = Inkling a été mis à jour
unsupported-updated = Cet onglet affiche encore la version précédente. Rechargez-le ; si cela ne suffit pas, fermez d’abord tous les onglets de ce site.
unsupported-details = Détails
unsupported-reload = Recharger la page

## What to do about a failure; the failure itself is told by the engine, in English

advice-network = Vérifiez l’adresse et votre connexion. Le serveur doit aussi autoriser d’autres sites à lire ses fichiers (CORS).
advice-forbidden = Si le modèle est privé, ou si sa licence doit être acceptée, faites le nécessaire sur sa page et donnez à Inkling un jeton d’accès.
advice-not-found = Vérifiez que l’adresse ne contient pas de faute de frappe et que le modèle est public.
advice-bad-file = Téléchargez de nouveau le fichier ou essayez une autre copie. Ce qui est déjà enregistré est resté intact.
advice-unsupported = Essayez un autre modèle, ou un autre fichier du même modèle.
advice-out-of-memory = Fermez les autres onglets qui utilisent la carte graphique, ou choisissez un modèle plus petit.
advice-storage-full = Supprimez un modèle enregistré ou libérez de la place sur le disque, puis réessayez.
advice-storage = Autorisez ce site à enregistrer des données et quittez la navigation privée, puis réessayez.
advice-device-lost = Cela arrive quand le pilote redémarre ou que l’ordinateur s’est mis en veille. Rechargez le modèle : votre conversation est toujours là.
advice-context-full = Commencez une nouvelle discussion, ou posez une question plus courte.
advice-internal = Rechargez le modèle. Si cela se reproduit, merci de le signaler.

## Said to people who cannot see the page

announce-token-kept = Le jeton d’accès est conservé dans ce navigateur.
announce-token-forgotten = Le jeton d’accès est oublié.
announce-installed = Inkling est installé.
announce-update-ready = Une nouvelle version d’Inkling est prête.
announce-answered = La réponse est terminée : { $tokens }.
announce-forgetting = La conversation est plus longue que la mémoire du modèle : il ne connaît plus entièrement ce qui se trouve au-dessus de la ligne.
announce-checking = Examen en cours : { $name }.
announce-runs = { $name } fonctionne ici.
announce-no-room = Il n’y a pas assez de place pour conserver { $name }.
announce-loading = Chargement en cours : { $name }.
announce-downloading = Téléchargement en cours : { $name }.
announce-ready = { $name } est prêt.
announce-downloaded = { $name } est maintenant dans ce navigateur, prêt à discuter.
announce-cancelled = Le chargement a été annulé.
announce-paused = Chargement en pause : { $name }.
announce-deleted = { $name } est supprimé.

## Settings

settings-title = Paramètres
settings-close = Fermer
settings-appearance = Apparence
settings-theme = Couleurs
settings-theme-system = Comme le système
settings-theme-light = Clair
settings-theme-dark = Sombre
settings-text-size = Taille du texte
settings-text-small = Petite
settings-text-medium = Moyenne
settings-text-large = Grande
settings-text-larger = Très grande
settings-language = Langue
settings-language-browser = Comme le navigateur
settings-language-missing = Impossible de récupérer cette langue. Réessayez quand le réseau sera disponible.
settings-language-help = Seule la page la parle. Ce qu’un modèle comprend dépend du modèle, et les messages du moteur restent en anglais.
settings-answers = Réponses
settings-answers-help = Ces valeurs s’appliquent à toute discussion qui n’a pas les siennes. Un champ vide laisse le choix à l’éditeur du modèle.
settings-own-value = Celle du modèle
settings-between = Un nombre de { $least } à { $most }, ou rien.
settings-whole-between = Un nombre entier de { $least } à { $most }, ou rien.
settings-temperature = Température
settings-temperature-help = Une valeur basse s’en tient aux mots les plus probables, une valeur haute s’en écarte ; 0 prend toujours le plus probable.
settings-top-p = Top-p
settings-top-p-help = Seuls les mots les plus probables qui atteignent ensemble cette probabilité sont pris en compte.
settings-top-k = Top-k
settings-top-k-help = Seul ce nombre de mots les plus probables est pris en compte ; 0 les prend tous.
settings-min-p = Min-p
settings-min-p-help = Les mots moins probables que cette fraction du plus probable sont écartés.
settings-repetition-penalty = Pénalité de répétition
settings-repetition-penalty-help = Au-dessus de 1, les mots déjà présents deviennent moins probables.
settings-max-tokens = Longueur maximale
settings-max-tokens-help = En tokens. Une réponse qui l’atteint s’arrête là.
settings-seed = Graine
settings-seed-help = La même graine donne la même réponse à la même conversation. Sans graine, chaque réponse est différente.
settings-model = Modèle
settings-kv = Précision de la mémoire du modèle
settings-kv-half = Demi-précision (16 bits)
settings-kv-half-help = Les réponses se distinguent à peine de celles en pleine précision, et la mémoire prend moitié moins de place.
settings-kv-eight = Huit bits
settings-kv-eight-help = Les réponses diffèrent un peu plus, et la mémoire prend environ deux fois moins de place qu’en demi-précision.
settings-kv-four = Quatre bits
settings-kv-four-help = Pour les conversations les plus longues : environ deux cinquièmes de la place de la demi-précision, mais les réponses peuvent être moins bonnes.
settings-kv-full = Pleine précision (32 bits)
settings-kv-full-help = Prend deux fois plus de mémoire graphique pour le même contexte.
settings-context = Contexte
settings-context-help = Combien de tokens d’une conversation le modèle garde en vue. Vide : autant qu’il en tient aisément. Au-delà de la longueur pour laquelle un modèle a été conçu, ses réponses se dégradent.
settings-context-placeholder = Ce qui tient aisément
settings-load-again-help = S’appliquera au prochain chargement d’un modèle.
settings-load-again = Recharger le modèle
settings-device = Appareil
settings-power = Carte graphique
settings-power-help = Pour les ordinateurs qui en ont deux. En changer redémarre le moteur et recharge le modèle.
settings-power-high = Rapide
settings-power-low = Économe
settings-performance = Performances
settings-performance-show = Afficher la vitesse et la mémoire pendant la discussion
settings-reset = Rétablir les valeurs par défaut
settings-reset-question = Annuler tous les choix faits ici ?
settings-reset-yes = Oui, rétablir
settings-reset-no = Les garder
settings-reset-done = Tous les paramètres sont revenus à leur valeur initiale.

## The conversation

chat-new = Nouvelle discussion
chat-new-announced = Nouvelle discussion.
chat-answer-begins = La réponse est en cours d’écriture.
chat-branch-shown = Version { $number } sur { $count }.
chat-deleted = { $count ->
    [one] Le message a été supprimé.
   *[other] { $count } messages ont été supprimés.
  }
chat-stays-here = Fonctionne sur cet appareil. Rien de ce que vous écrivez n’est envoyé.
chat-context = { $used } sur { $length } tokens
chat-context-help = La part de la mémoire du modèle qu’occupe cette conversation
chat-context-label = Contexte utilisé
chat-choose-another = Choisir un autre modèle
chat-adapter-unnamed = Carte graphique
chat-model = Modèle { $name }
chat-built-in = intégré
chat-choose-model = Choisir un modèle
chat-storage = Stockage
chat-runs-in-software = Fonctionne sur { $name }, en logiciel sur le processeur : ce sera lent
chat-runs-on = Fonctionne sur { $name }
chat-software-slow = logiciel, lent
chat-slow = lent
chat-conversation = Conversation
chat-earlier = { $count ->
    [one] { $count } message précédent
   *[other] { $count } messages précédents
  }
chat-to-end = Aller à la fin
chat-ask-something = Posez une question
chat-begin-text = Commencez un texte
chat-stays-on-device = Ce que vous écrivez reste sur cet appareil.
chat-not-kept = Le modèle fonctionne, mais n’a pas été conservé pour votre prochaine visite : { $reason }
chat-ask-guide = Interrogez le guide
chat-guide-help = C’est un tout petit modèle fourni avec Inkling. Il connaît cette application et les modèles de langage économes, et rien d’autre. Il ne comprend et n’écrit que l’anglais. Ce que vous écrivez reste sur cet appareil.
chat-starters = Questions pour commencer
chat-you = Vous
chat-answer = Réponse
chat-attached = Pièces jointes
chat-memory-begins = La mémoire du modèle commence ici
chat-ended-at-limit = Arrêtée à la limite de longueur
chat-context-full = Le contexte est plein : commencez une nouvelle discussion
chat-stopped = Arrêtée
chat-reading = Lecture…
chat-writing = Écriture…
chat-cut-off = Interrompue avant la fin
chat-edited = Écrite par vous
chat-go-on = Continuer
chat-ask-again = Redemander
chat-copied = Copié.
chat-copy-failed = Copie impossible : le navigateur ne l’a pas autorisée.
chat-message-tools = Actions
chat-copy = Copier le message
chat-edit = Modifier
chat-another-answer = Autre réponse
chat-delete = Supprimer
chat-delete-help = Supprimer ce message et ce qui suit
chat-branches = Versions
chat-branch-before = Version précédente
chat-branch-after = Version suivante
chat-branch-place = { $number } sur { $count }
chat-edit-field = Texte du message
chat-edit-question-help = La question est posée de nouveau. La conversation telle qu’elle était reste à côté.
chat-edit-answer-help = Le modèle croira l’avoir dit lui-même. Sa propre réponse reste à côté.
chat-edit-ask = Demander
chat-edit-save = Enregistrer
chat-edit-cancel = Annuler

## Where one writes

composer-message = Message
composer-write = Écrivez un message
composer-begin = Commencez un texte
composer-stop = Arrêter
composer-send = Envoyer

## How a conversation is answered

manner-open = Consignes et style
manner-title = Cette conversation
manner-system = Consignes
manner-system-placeholder = Par exemple : répondre brièvement, avec des mots simples.
manner-system-help = Le modèle les lit avant tout le reste. Les modèles qui ne connaissent pas les consignes les reçoivent avec votre première question.
manner-words = Choix des mots
manner-preset-published = D’origine
manner-preset-precise = Précis
manner-preset-balanced = Équilibré
manner-preset-lively = Vivant
manner-numbers = Valeurs
manner-numbers-help = Ce qui reste vide suit les paramètres ou, à défaut, les recommandations de l’éditeur du modèle.
manner-not-set = non défini
manner-apply = Appliquer

## What an answer took

performance-title = Performances
performance-none = Aucune réponse pour l’instant.
performance-answer = Dernière réponse
performance-decode = Écriture
performance-prefill = Lecture
performance-first-token = Jusqu’au premier mot
performance-prompt-tokens = Tokens lus
performance-answer-tokens = Tokens écrits
performance-heap = Mémoire du moteur de la page
performance-memory = Mémoire du modèle
performance-weights = Poids
performance-kv = Contexte
performance-gpu = Total sur la carte graphique
performance-fetched = Téléchargé
performance-stored = Depuis le stockage

## Keys

shortcuts-title = Raccourcis clavier
shortcuts-search = Rechercher dans les conversations
shortcuts-write = Écrire un message
shortcuts-models = Choisir un modèle
shortcuts-list = Cette liste
shortcuts-stop = Arrêter la réponse
shortcuts-send = Envoyer le message
shortcuts-line = Aller à la ligne

## Windows

dialog-close = Fermer

## Conversations

library-title = Conversations
library-handle = Menu
library-open = Afficher les conversations
library-close = Masquer les conversations
library-new = Nouvelle discussion
library-search = Rechercher dans les conversations
library-found = { $count ->
    [one] { $count } conversation trouvée
   *[other] { $count } conversations trouvées
  }
library-found-title = Résultats
library-none-found = Aucun résultat pour « { $text } ».
library-empty = Pas encore de conversation. Elles apparaîtront ici et resteront dans ce navigateur.
library-more-chats = Afficher plus
library-pinned = Épinglées
library-today = Aujourd’hui
library-yesterday = Hier
library-seven-days = 7 derniers jours
library-thirty-days = 30 derniers jours
library-untitled = Sans titre
library-menu = Plus d’options pour « { $title } »
library-rename = Renommer
library-rename-field = Nouveau titre
library-pin = Épingler
library-unpin = Désépingler
library-export-json = Exporter en JSON
library-export-markdown = Exporter en Markdown
library-delete = Supprimer
library-import = Importer
library-export-all = Tout exporter
library-deleted = La conversation « { $title } » a été supprimée.
library-imported = { $count ->
    [one] { $count } conversation a été importée.
   *[other] { $count } conversations ont été importées.
  }
library-not-kept = Les conversations ne sont pas conservées : { $reason }.
library-file = Conversations Inkling
library-file-you = Vous
library-file-answer = Réponse
library-file-attached = Pièces jointes
library-file-unreadable = Le navigateur n’a pas pu lire ce fichier. Choisissez-le de nouveau.

## Notices

notice-undo = Annuler
notice-dismiss = Ignorer

## Answers

prose-table = Tableau
prose-copy = Copier
prose-copied = Copié
prose-copied-code = Le code a été copié.
prose-not-copied = Le navigateur n’a pas laissé la page copier.
prose-thinking = Réflexion…
prose-thought = A réfléchi un instant

## Attachments

attach-choose = Joindre des fichiers
attach-list = Fichiers joints
attach-remove = Retirer { $name }
attach-reading = { $count ->
    [one] Lecture de { $count } fichier…
   *[other] Lecture de { $count } fichiers…
  }
attach-pasted = Texte collé { $number }.txt
attach-picture = { $name } est une image. Les modèles lisent ici du texte ; joignez un fichier texte ou PDF.
attach-no-text = { $name } n’est pas du texte. Joignez un fichier texte, Markdown, PDF ou de code.
attach-too-large = { $name } est trop volumineux : on peut joindre jusqu’à { $megabytes } Mo.
attach-empty = { $name } est vide.
attach-scanned = { $name } ne contient pas de texte, seulement des images de texte. Joignez un PDF dont les mots peuvent être sélectionnés.
attach-broken = Impossible d’ouvrir { $name } : le fichier est peut-être endommagé, ou protégé par un mot de passe.
attach-unreadable = Le navigateur n’a pas pu lire { $name }. Choisissez le fichier de nouveau.

server-open = Utiliser un serveur…
server-card-title = Une machine plus grande
server-card = Vous avez votre propre serveur, ou un compte sur un serveur ? Tous ceux qui parlent l’API d’OpenAI peuvent répondre dans le même chat : vLLM, llama.cpp, Ollama et d’autres.
server-title = Réponses d’un serveur
server-warning = Ce que vous écrivez sera envoyé à ce serveur et quitte cet appareil.
server-address = Adresse du serveur
server-address-help = L’adresse de son API, qui se termine en général par /v1.
server-key = Clé, s’il en demande une
server-key-kept = Une clé est conservée
server-key-help = Conservée dans ce navigateur seulement, et envoyée à ce serveur seulement.
server-connect = Se connecter
server-forget = Oublier ce serveur
server-asking = On demande au serveur quels modèles il a…
server-model = Modèle
server-use = Discuter avec lui
server-connected = { $host } est connecté. Choisissez un modèle.
server-answers = Désormais, { $host } répond. Ce que vous écrivez y est envoyé.
server-left = Les réponses se font de nouveau sur cet appareil.
server-forgotten = Le serveur a été oublié.
server-badge = quitte l’appareil
server-leaves = Ce que vous écrivez est envoyé à { $host }.
server-stay = Répondre sur cet appareil
server-agree-title = Envoyer cette conversation à { $host } ?
server-agree = { $count ->
    [one] Elle s’est tenue sur cet appareil. Pour la poursuivre là-bas, { $count } message doit être envoyé à { $host }.
   *[other] Elle s’est tenue sur cet appareil. Pour la poursuivre là-bas, { $count } messages doivent être envoyés à { $host }.
  }
server-agree-what = Ce qui sera envoyé
server-agree-send = Envoyer et continuer
server-agree-new = Nouvelle conversation là-bas
server-role-instructions = Instructions
server-role-question = Vous
server-role-answer = Réponse
server-blocked = Cette page est arrivée par https, donc le navigateur ne la laisse interroger { $host } que par https. Donnez un certificat au serveur, ou ouvrez Inkling depuis votre propre machine.
server-unreachable = Le serveur { $host } ne répond pas, ou ne laisse pas cette page l’interroger. Vérifiez qu’il fonctionne. Certains serveurs doivent autoriser les pages d’autres sites (CORS) : Ollama avec OLLAMA_ORIGINS, vLLM avec --allowed-origins.
server-broke-off = { $host } a interrompu sa réponse : { $reason }
unsupported-server = Ou discutez ici avec un modèle qui tourne sur une autre machine.
