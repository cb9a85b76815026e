# Los textos de la página en español. Tratamiento: tú.

## Numbers and units

count-tokens = { $count ->
    [one] { $count } token
   *[other] { $count } tokens
  }
count-files = { $count ->
    [one] { $count } archivo
   *[other] { $count } archivos
  }
count-files-of = { $done } de { $total } archivos
count-amount = { $done } de { $total }
unit-bytes = { $number } B
unit-kilobytes = { $number } kB
unit-megabytes = { $number } MB
unit-gigabytes = { $number } GB
unit-terabytes = { $number } TB
unit-per-second = { $size }/s
unit-tokens-per-second = { $number } tokens/s
unit-billions = { $number } mil M
unit-millions = { $number } M
unit-thousands = { $number } mil
speed-below = menos de { $number } tokens/s
speed-about = unos { $number } tokens/s

## Times

time-seconds = { $seconds } s
time-minutes = { $minutes } min { $seconds } s
time-hours = { $hours } h { $minutes } min
ago-now = ahora mismo
ago-minutes = { $count ->
    [one] hace { $count } minuto
   *[other] hace { $count } minutos
  }
ago-hours = { $count ->
    [one] hace { $count } hora
   *[other] hace { $count } horas
  }
ago-days = { $count ->
    [one] hace { $count } día
   *[other] hace { $count } días
  }
ago-months = { $count ->
    [one] hace { $count } mes
   *[other] hace { $count } meses
  }
ago-years = { $count ->
    [one] hace { $count } año
   *[other] hace { $count } años
  }

## The page around all screens

page-title = Inkling: un modelo de lenguaje en tu navegador
page-stopped = Inkling se ha detenido por un error en la página. Vuelve a cargarla para continuar; los modelos guardados se conservan.
page-engine-not-running = El motor no está en marcha.
page-closing = La página se está cerrando.
page-old-version = La página y su motor son de versiones distintas.

## Start screen

start-lede = Chatea con un modelo de lenguaje que funciona aquí mismo, en esta pestaña, en tu propia tarjeta gráfica.
start-private = Nada de lo que escribes sale de este dispositivo
start-free = Sin cuenta, sin servidor, sin coste
start-storage = Almacenamiento
start-back = Volver al chat con { $name }
start-guide-title = Empieza ya
start-guide = El guía es un modelo diminuto que viene con esta página. Responde en inglés a preguntas sobre Inkling y los modelos de lenguaje eficientes, y te ayuda a cargar uno más grande.
start-guide-chat = Chatear con el guía
start-add-title = Añadir un modelo
start-address = Dirección del modelo
start-address-placeholder = https://… u org/nombre
start-address-help = Un archivo GGUF o un modelo de Hugging Face, en cualquier servidor que permita a otros sitios leerlo.
start-load = Cargar
start-check = Comprobar antes

## The guide, the tiny model that comes with the page

guide-name = el guía
guide-starter-abilities = ¿Qué sabes hacer?
guide-starter-choice = ¿Qué modelo debería elegir?
guide-starter-private = ¿Es privado mi chat?
guide-starter-quantisation = ¿Qué es la cuantización?

## Files from this computer

files-drop = Suelta un archivo o una carpeta en cualquier lugar de esta página, o elige:
files-device = O desde este dispositivo:
files-choose = Elegir archivos
files-choose-folder = Elegir una carpeta
files-drop-here = Suéltalo para cargar el modelo
files-chosen = lo que has elegido
files-unnamed = el modelo

## Models to try

offers-title = Modelos para probar
offers-more = { $count } más
offers-facts = Parámetros: { $parameters } · Contexto: { $context } tokens
offers-download = Descargar { $name }
offers-check = ¿Funcionará aquí?
offers-check-name = ¿Funcionará aquí? { $name }

## Will it run here?

fit-title = ¿Funcionará aquí?
fit-reading = Leyendo el principio de { $name }…
fit-cancel = Cancelar
fit-close = Cerrar
fit-searching = Buscando el modelo más parecido que quepa…
fit-too-large = No cabe aquí
fit-runs = Funciona aquí
fit-no-room = Funciona aquí, pero no hay espacio para guardarlo
fit-no-room-advice = Elimina antes un modelo guardado, o chatea sin guardar este: la próxima vez se descargará de nuevo.
fit-download = Descarga
fit-all-here = ya está todo aquí
fit-partly-here = { $missing } (ya hay { $here } aquí)
fit-not-told = desconocido
fit-free = Espacio libre
fit-memory = Memoria necesaria
fit-context = Contexto
fit-speed = Velocidad prevista
fit-measuring = Midiendo…
fit-chat = Chatear
fit-download-and-chat = Descargar y chatear
fit-only-download = Solo descargar
fit-chat-unkept = Chatear sin guardarlo
fit-alternative = El modelo más parecido que cabe es { $name }, de { $size }.
fit-alternative-load = Descargar { $name } y chatear
fit-exceeds = mayor que el espacio libre de este navegador

## Loading

load-engine-stopped = El motor se ha detenido
load-again = Volver a cargar
load-failed = No se ha podido cargar { $name }
load-try-again = Reintentar
load-dismiss = Descartar
load-cancelling = Cancelando
load-pausing = Pausando
load-starting = Empezando
load-other-tab = Descargándose en otra pestaña
load-header = Leyendo la cabecera
load-weights = Cargando los pesos
load-warming = Preparando la GPU
load-downloading-model = Descargando el modelo
load-loading-model = Cargando el modelo
load-arrived = Recibido
load-files = Archivos
load-speed = Velocidad
load-time-left = Tiempo restante
load-from-browser = De este navegador
load-elsewhere = Otra pestaña de este navegador está descargando este modelo. Esta continuará en cuanto esté listo, y tomará el relevo si aquella se cierra.
tabs-loading = Otra pestaña de este navegador está cargando este modelo. Todas las pestañas comparten un modelo, así que también responderá aquí.
tabs-model-changed = Otra pestaña eligió { $name }. Desde ahora también responde aquí.
tabs-model-gone = { $name } ya no está cargado a causa de otra pestaña. Elige un modelo para continuar.
tabs-moved = Se cerró la pestaña que ejecutaba el modelo. Esta continúa.
load-pause = Pausar
load-cancel = Cancelar
load-paused = En pausa
load-paused-help = Las partes que han llegado enteras se conservan en este navegador hasta que continúes.
load-resume = Reanudar
load-free = Ahora hay { $size } libres.
load-full = En pausa: este navegador no tiene más espacio
load-continue = Continuar
load-unkept = Cargar sin guardarlo
load-kept = Han llegado { $size } y se conservan: si lo intentas de nuevo, solo se descargará el resto.
load-enter-token = Introducir un token de acceso
load-part-of-local = Solo se guardó una parte de { $name }, y esta página no puede volver a abrir tu archivo por sí sola: elígelo otra vez.
load-repaired = { $count ->
    [one] { $count } parte guardada estaba dañada y se ha descargado de nuevo.
   *[other] { $count } partes guardadas estaban dañadas y se han descargado de nuevo.
  }
load-base-model = Este es un modelo base: no responde, continúa el texto.

## Private models

private-title = Modelos privados
private-token = Token de acceso
private-kept = Hay un token guardado
private-placeholder = hf_…
private-keep = Guardar
private-forget = Olvidar
private-help = Para los modelos que piden identificarse. Se guarda solo en este navegador y se envía solo a { $hub }.

## Installing and updating

program-install = Instalar Inkling
program-update = Actualización
program-update-ready = Hay una nueva versión lista.
program-update-help = Al actualizar, la página se vuelve a cargar y este chat termina.
program-update-now = Actualizar ahora
program-update-later = Más tarde

## Stored models

shelf-unreadable = No se han podido leer los modelos guardados
shelf-title = En este navegador
shelf-last = El último que usaste
shelf-part = { $here } de { $size } aquí
shelf-chat = Chatear con { $name }
shelf-continue = Seguir cargando { $name }
shelf-no-other = No hay ningún otro modelo guardado: otra cosa ocupa el espacio, o este navegador permite demasiado poco.
shelf-stored = Modelos guardados
shelf-delete = Eliminar { $name }
shelf-delete-question = ¿Eliminar { $name } de este navegador?
shelf-delete-yes = Sí, eliminar
shelf-delete-no = Conservar

## Storage page

storage-title = Almacenamiento
storage-back-to-chat = Volver al chat
storage-back = Atrás
storage-models = Modelos
storage-none = Aún no hay ningún modelo guardado en este navegador.
storage-choose = Elegir un modelo
storage-room = Espacio en este navegador
storage-not-told = desconocido
storage-used = Usado
storage-free = Libre
storage-allowed = Permitido
storage-may-clear = El navegador puede borrar modelos por su cuenta cuando el disco se llene.
storage-keep = Conservar mis modelos
storage-promised = El navegador ha prometido conservar tus modelos.
storage-keeps = El navegador conserva tus modelos.
storage-no-promise = El navegador no lo ha prometido: puede borrar modelos cuando el disco se llene. Instalar Inkling como aplicación o añadirlo a marcadores suele hacerle cambiar de opinión.
storage-part = Han llegado { $here } de { $size }
storage-facts = { $size } · usado { $ago } · { $files }
storage-chat = Chatear
storage-chat-name = Chatear con { $name }
storage-continue = Seguir cargando
storage-continue-name = Seguir cargando { $name }
storage-check = Comprobar
storage-check-name = Comprobar { $name }
storage-save = Guardar en un archivo
storage-save-name = Guardar en un archivo: { $name }
storage-save-one = Guardar
storage-save-one-name = Guardar { $name }
storage-saved = { $name } se ha entregado a tu navegador, que lo guardará.
storage-reading = Leyendo { $name }
storage-checking = Comprobando cada parte
storage-progress = { $work }: { $amount }
storage-cancel = Cancelar
storage-verdict-nothing = Aún no hay nada guardado de este modelo.
storage-verdict-whole = { $parts ->
    [1] Su única parte está intacta.
   *[other] Las { $parts } partes están intactas.
  }
storage-verdict-damaged = { $damaged ->
    [one] { $damaged } de { $parts } partes estaba dañada y se descargará de nuevo.
   *[other] { $damaged } de { $parts } partes estaban dañadas y se descargarán de nuevo.
  }

## Where it cannot run

unsupported-chromium = Chrome, Edge y otros navegadores Chromium
unsupported-everywhere = En todos
unsupported-webgpu-title = Este navegador aún no tiene WebGPU
unsupported-webgpu = Inkling ejecuta modelos de lenguaje en tu tarjeta gráfica, y WebGPU es la vía por la que una página llega a ella. Este navegador no lo ofrece, o no en este sistema.
unsupported-webgpu-chromium = Actualiza a la versión 113 o posterior (121 en Android). En Linux, abre chrome://flags, activa «Unsafe WebGPU Support» y «Vulkan», y reinicia el navegador. La página debe abrirse por https o desde localhost.
unsupported-webgpu-firefox = Actualiza a la versión 141 o posterior en Windows, o a la 145 o posterior en un Mac con chip de Apple. En los demás casos, usa Firefox Nightly o pon dom.webgpu.enabled en true en about:config.
unsupported-webgpu-safari = Actualiza a macOS 26, iOS 26 o iPadOS 26. En Safari 18, activa WebGPU en los ajustes, en «Indicadores de funciones» (Feature Flags).
unsupported-adapter-title = No se ha encontrado ninguna tarjeta gráfica
unsupported-adapter = Este navegador tiene WebGPU, pero no le ha dado a la página ninguna tarjeta gráfica con la que trabajar.
unsupported-adapter-chromium = Activa la aceleración de gráficos en Configuración, Sistema, y reinicia el navegador. chrome://gpu indica qué lo impide.
unsupported-adapter-firefox = Activa la aceleración por hardware en Ajustes, General, Rendimiento. about:support indica qué lo impide.
unsupported-adapter-safari = Instala la última actualización del sistema y desactiva el modo de aislamiento para este sitio.
unsupported-adapter-everywhere = Instala el controlador más reciente de la tarjeta gráfica. En una máquina virtual o un escritorio remoto no suele haber ninguna tarjeta gráfica disponible.
unsupported-storage-title = Este navegador no permite que la página guarde nada
unsupported-storage = Los modelos son grandes y se guardan en el almacenamiento del navegador, que está cerrado para esta página.
unsupported-storage-chromium = Abre una ventana normal en lugar de una de incógnito y permite que este sitio guarde datos en Configuración, Privacidad, Cookies de terceros.
unsupported-storage-firefox = Sal de la navegación privada y no elimines las cookies y los datos de este sitio en Ajustes, Privacidad.
unsupported-storage-safari = Sal de la navegación privada y desactiva «Bloquear todas las cookies» en Ajustes, Privacidad.
unsupported-storage-everywhere = Asegúrate de que el disco no esté lleno.
unsupported-updated-title = Inkling se ha actualizado
unsupported-updated = Esta pestaña aún muestra la versión anterior. Vuelve a cargarla; si no basta, cierra antes todas las pestañas de este sitio.
unsupported-details = Detalles
unsupported-reload = Volver a cargar la página

## What to do about a failure; the failure itself is told by the engine, in English

advice-network = Comprueba la dirección y tu conexión. El servidor también debe permitir que otros sitios lean sus archivos (CORS).
advice-forbidden = Si el modelo es privado o hay que aceptar su licencia, hazlo en su página y dale a Inkling un token de acceso.
advice-not-found = Comprueba que la dirección no tenga erratas y que el modelo sea público.
advice-bad-file = Descarga el archivo de nuevo o prueba con otra copia. Lo que ya estaba guardado no se ha tocado.
advice-unsupported = Prueba con otro modelo o con otro archivo del mismo modelo.
advice-out-of-memory = Cierra otras pestañas que usen la tarjeta gráfica o elige un modelo más pequeño.
advice-storage-full = Elimina un modelo guardado o libera espacio en el disco, y vuelve a intentarlo.
advice-storage = Permite que este sitio guarde datos y sal de la navegación privada, y vuelve a intentarlo.
advice-device-lost = Esto ocurre cuando el controlador se reinicia o el ordenador ha estado en reposo. Vuelve a cargar el modelo: tu conversación sigue aquí.
advice-context-full = Empieza un chat nuevo o pregunta algo más corto.
advice-internal = Vuelve a cargar el modelo. Si ocurre otra vez, avísanos, por favor.

## Said to people who cannot see the page

announce-token-kept = El token de acceso se ha guardado en este navegador.
announce-token-forgotten = El token de acceso se ha olvidado.
announce-installed = Inkling está instalado.
announce-update-ready = Hay una nueva versión de Inkling lista.
announce-answered = La respuesta ha terminado: { $tokens }.
announce-forgetting = La conversación es más larga que la memoria del modelo: este ya no conoce del todo lo que hay por encima de la línea.
announce-checking = Examinando { $name }.
announce-runs = { $name } funciona aquí.
announce-no-room = No hay espacio suficiente para guardar { $name }.
announce-loading = Cargando { $name }.
announce-downloading = Descargando { $name }.
announce-ready = { $name } está listo.
announce-downloaded = { $name } ya está en este navegador, listo para chatear.
announce-cancelled = Se ha cancelado la carga.
announce-paused = La carga de { $name } está en pausa.
announce-deleted = { $name } se ha eliminado.

## Settings

settings-title = Ajustes
settings-close = Cerrar
settings-appearance = Apariencia
settings-theme = Colores
settings-theme-system = Como en el sistema
settings-theme-light = Claro
settings-theme-dark = Oscuro
settings-text-size = Tamaño del texto
settings-text-small = Pequeño
settings-text-medium = Mediano
settings-text-large = Grande
settings-text-larger = Más grande
settings-language = Idioma
settings-language-browser = Como en el navegador
settings-language-missing = No se ha podido descargar este idioma. Vuelve a intentarlo cuando haya conexión.
settings-language-help = Solo lo usa la página. Lo que entiende un modelo depende del modelo, y los avisos del motor siguen en inglés.
settings-answers = Respuestas
settings-answers-help = Se aplican en todos los chats que no tengan valores propios. Un campo vacío deja la elección a quien publicó el modelo.
settings-own-value = El del modelo
settings-between = Un número de { $least } a { $most }, o nada.
settings-whole-between = Un número entero de { $least } a { $most }, o nada.
settings-temperature = Temperatura
settings-temperature-help = Los valores bajos se ciñen a las palabras más probables, los altos divagan; 0 toma siempre la más probable.
settings-top-p = Top-p
settings-top-p-help = Solo se tienen en cuenta las palabras más probables que juntas alcanzan esta probabilidad.
settings-top-k = Top-k
settings-top-k-help = Solo se tiene en cuenta este número de las palabras más probables; 0 son todas.
settings-min-p = Min-p
settings-min-p-help = Se descartan las palabras menos probables que esta fracción de la más probable.
settings-repetition-penalty = Penalización por repetición
settings-repetition-penalty-help = Por encima de 1, las palabras que ya aparecen se vuelven menos probables.
settings-max-tokens = Longitud máxima de la respuesta
settings-max-tokens-help = En tokens. Una respuesta que llega a ella termina ahí.
settings-seed = Semilla
settings-seed-help = La misma semilla da la misma respuesta a la misma conversación. Sin ella, cada respuesta es distinta.
settings-model = Modelo
settings-kv = Precisión de la memoria del modelo
settings-kv-half = Media (16 bits)
settings-kv-half-help = Las respuestas apenas se distinguen de las de precisión completa, y la memoria ocupa la mitad.
settings-kv-eight = Ocho bits
settings-kv-eight-help = Las respuestas difieren algo más, y la memoria ocupa más o menos la mitad que con precisión media.
settings-kv-four = Cuatro bits
settings-kv-four-help = Para las conversaciones más largas: alrededor de dos quintos de lo que ocupa la precisión media, pero las respuestas pueden empeorar.
settings-kv-full = Completa (32 bits)
settings-kv-full-help = Ocupa el doble de memoria gráfica para el mismo contexto.
settings-context = Contexto
settings-context-help = Cuántos tokens de una conversación tiene a la vista el modelo. Vacío: tantos como quepan bien. Más allá de la longitud para la que se hizo un modelo, sus respuestas empeoran.
settings-context-placeholder = Lo que quepa bien
settings-load-again-help = Se aplicará la próxima vez que se cargue un modelo.
settings-load-again = Volver a cargar el modelo
settings-device = Dispositivo
settings-power = Adaptador gráfico
settings-power-help = Para ordenadores que tienen dos. Al cambiarlo, el motor se reinicia y el modelo se vuelve a cargar.
settings-power-high = Rápido
settings-power-low = De bajo consumo
settings-performance = Rendimiento
settings-performance-show = Mostrar velocidad y memoria al chatear
settings-reset = Restablecer valores predeterminados
settings-reset-question = ¿Deshacer todo lo que has elegido aquí?
settings-reset-yes = Sí, restablecer
settings-reset-no = Conservar
settings-reset-done = Todos los ajustes vuelven a estar como al principio.

## The conversation

chat-new = Nuevo chat
chat-new-announced = Nuevo chat.
chat-answer-begins = Se está escribiendo la respuesta.
chat-branch-shown = Versión { $number } de { $count }.
chat-deleted = { $count ->
    [one] Se ha eliminado el mensaje.
   *[other] Se han eliminado { $count } mensajes.
  }
chat-stays-here = Funciona en este dispositivo. Nada de lo que escribes se envía.
chat-context = { $used } de { $length } tokens
chat-context-help = Cuánta memoria del modelo ocupa esta conversación
chat-context-label = Contexto usado
chat-choose-another = Elegir otro modelo
chat-adapter-unnamed = GPU
chat-model = Modelo { $name }
chat-built-in = integrado
chat-choose-model = Elegir un modelo
chat-storage = Almacenamiento
chat-runs-in-software = Funciona en { $name }, por software en el procesador: será lento
chat-runs-on = Funciona en { $name }
chat-software-slow = software, lento
chat-slow = lento
chat-conversation = Conversación
chat-earlier = { $count ->
    [one] { $count } mensaje anterior
   *[other] { $count } mensajes anteriores
  }
chat-to-end = Ir al final
chat-ask-something = Pregunta algo
chat-begin-text = Empieza un texto
chat-stays-on-device = Lo que escribes se queda en este dispositivo.
chat-not-kept = El modelo funciona, pero no se ha guardado para la próxima visita: { $reason }
chat-ask-guide = Pregunta al guía
chat-guide-help = Es un modelo diminuto que viene con Inkling. Conoce esta aplicación y los modelos de lenguaje eficientes, y nada más, y solo entiende y escribe inglés. Lo que escribes se queda en este dispositivo.
chat-starters = Preguntas para empezar
chat-you = Tú
chat-answer = Respuesta
chat-attached = Adjuntos
chat-memory-begins = Aquí empieza la memoria del modelo
chat-ended-at-limit = Terminada en el límite de longitud
chat-context-full = El contexto está lleno: empieza un chat nuevo
chat-stopped = Detenida
chat-reading = Leyendo…
chat-writing = Escribiendo…
chat-cut-off = Interrumpida antes del final
chat-edited = Escrita por ti
chat-go-on = Continuar
chat-ask-again = Volver a preguntar
chat-copied = Copiado.
chat-copy-failed = No se ha podido copiar: el navegador no lo ha permitido.
chat-message-tools = Acciones
chat-copy = Copiar mensaje
chat-edit = Editar
chat-another-answer = Otra respuesta
chat-delete = Eliminar
chat-delete-help = Eliminar esto y lo que sigue
chat-branches = Versiones
chat-branch-before = Versión anterior
chat-branch-after = Versión siguiente
chat-branch-place = { $number } de { $count }
chat-edit-field = Texto del mensaje
chat-edit-question-help = Se preguntará de nuevo. La conversación anterior se conserva al lado.
chat-edit-answer-help = El modelo tomará esto por lo que dijo. Su propia respuesta se conserva al lado.
chat-edit-ask = Preguntar
chat-edit-save = Guardar
chat-edit-cancel = Cancelar

## Where one writes

composer-message = Mensaje
composer-write = Escribe un mensaje
composer-begin = Empieza un texto
composer-stop = Detener
composer-send = Enviar

## How a conversation is answered

manner-open = Instrucciones y estilo
manner-title = Esta conversación
manner-system = Instrucciones
manner-system-placeholder = Por ejemplo: responde brevemente, con palabras sencillas.
manner-system-help = El modelo las lee antes que todo lo demás. Los modelos que no admiten instrucciones las reciben con tu primera pregunta.
manner-words = Elección de palabras
manner-preset-published = Original
manner-preset-precise = Precisa
manner-preset-balanced = Equilibrada
manner-preset-lively = Viva
manner-numbers = Valores numéricos
manner-numbers-help = Lo que dejes vacío será como digan los ajustes o, si no, como recomiende quien publicó el modelo.
manner-not-set = sin definir
manner-apply = Aplicar

## What an answer took

performance-title = Rendimiento
performance-none = Aún no hay ninguna respuesta.
performance-answer = Última respuesta
performance-decode = Escritura
performance-prefill = Lectura
performance-first-token = Hasta la primera palabra
performance-prompt-tokens = Tokens leídos
performance-answer-tokens = Tokens escritos
performance-heap = Memoria del motor de la página
performance-memory = Memoria del modelo
performance-weights = Pesos
performance-kv = Contexto
performance-gpu = En la tarjeta gráfica, en total
performance-fetched = Descargado
performance-stored = Del almacenamiento

## Keys

shortcuts-title = Atajos de teclado
shortcuts-search = Buscar en las conversaciones
shortcuts-write = Escribir un mensaje
shortcuts-models = Elegir un modelo
shortcuts-list = Esta lista
shortcuts-stop = Detener la respuesta
shortcuts-send = Enviar el mensaje
shortcuts-line = Empezar una línea nueva

## Windows

dialog-close = Cerrar

## Conversations

library-title = Conversaciones
library-handle = Menú
library-open = Mostrar conversaciones
library-close = Ocultar conversaciones
library-new = Nuevo chat
library-search = Buscar conversaciones
library-found = { $count ->
    [one] { $count } conversación encontrada
   *[other] { $count } conversaciones encontradas
  }
library-found-title = Resultados
library-none-found = No se ha encontrado nada para «{ $text }».
library-empty = Aún no hay conversaciones. Aparecerán aquí y se quedarán en este navegador.
library-more-chats = Mostrar más
library-pinned = Fijadas
library-today = Hoy
library-yesterday = Ayer
library-seven-days = Últimos 7 días
library-thirty-days = Últimos 30 días
library-untitled = Sin título
library-menu = Más opciones de «{ $title }»
library-rename = Cambiar nombre
library-rename-field = Nuevo título
library-pin = Fijar
library-unpin = Desfijar
library-export-json = Exportar como JSON
library-export-markdown = Exportar como Markdown
library-delete = Eliminar
library-import = Importar
library-export-all = Exportar todo
library-deleted = Se ha eliminado «{ $title }».
library-imported = { $count ->
    [one] Se ha importado { $count } conversación.
   *[other] Se han importado { $count } conversaciones.
  }
library-not-kept = Las conversaciones no se están guardando: { $reason }.
library-file = Conversaciones de Inkling
library-file-you = Tú
library-file-answer = Respuesta
library-file-attached = Adjunto
library-file-unreadable = El navegador no ha podido leer este archivo. Elígelo otra vez.

## Notices

notice-undo = Deshacer
notice-dismiss = Descartar

## Answers

prose-table = Tabla
prose-copy = Copiar
prose-copied = Copiado
prose-copied-code = Se ha copiado el código.
prose-not-copied = El navegador no ha permitido que la página copie.
prose-thinking = Pensando…
prose-thought = Pensó un momento

## Attachments

attach-choose = Adjuntar archivos
attach-list = Archivos adjuntos
attach-remove = Quitar { $name }
attach-reading = { $count ->
    [one] Leyendo { $count } archivo…
   *[other] Leyendo { $count } archivos…
  }
attach-pasted = Texto pegado { $number }.txt
attach-picture = { $name } es una imagen. Aquí los modelos leen texto; adjunta un archivo de texto o PDF.
attach-no-text = { $name } no es texto. Adjunta un archivo de texto, Markdown, código o PDF.
attach-too-large = { $name } es demasiado grande: se pueden adjuntar hasta { $megabytes } MB.
attach-empty = { $name } está vacío.
attach-scanned = { $name } no tiene texto, solo imágenes de él. Adjunta un PDF cuyas palabras se puedan seleccionar.
attach-broken = No se ha podido abrir { $name }: puede que esté dañado o necesite una contraseña.
attach-unreadable = El navegador no ha podido leer { $name }. Elígelo otra vez.

server-open = Usar un servidor…
server-card-title = Una máquina más grande
server-card = ¿Tienes un servidor propio o una cuenta en uno? Cualquiera que hable la API de OpenAI puede responder en el mismo chat: vLLM, llama.cpp, Ollama y otros.
server-title = Respuestas de un servidor
server-warning = Lo que escribas se enviará a ese servidor y saldrá de este dispositivo.
server-address = Dirección del servidor
server-address-help = La dirección de su API, que suele terminar en /v1.
server-key = Clave, si la necesita
server-key-kept = Hay una clave guardada
server-key-help = Se guarda solo en este navegador y se envía solo a este servidor.
server-connect = Conectar
server-forget = Olvidar este servidor
server-asking = Preguntando al servidor qué modelos tiene…
server-model = Modelo
server-use = Chatear con él
server-connected = { $host } está conectado. Elige un modelo.
server-answers = A partir de ahora responde { $host }. Lo que escribas se envía allí.
server-left = Las respuestas se hacen otra vez en este dispositivo.
server-forgotten = El servidor se ha olvidado.
server-badge = sale del dispositivo
server-leaves = Lo que escribes se envía a { $host }.
server-stay = Responder en este dispositivo
server-agree-title = ¿Enviar esta conversación a { $host }?
server-agree = { $count ->
    [one] Se mantuvo en este dispositivo. Para seguirla allí, hay que enviar { $count } mensaje a { $host }.
   *[other] Se mantuvo en este dispositivo. Para seguirla allí, hay que enviar { $count } mensajes a { $host }.
  }
server-agree-what = Lo que se enviará
server-agree-send = Enviarla y seguir
server-agree-new = Conversación nueva allí
server-role-instructions = Instrucciones
server-role-question = Tú
server-role-answer = Respuesta
server-blocked = Esta página llegó por https, así que el navegador solo le deja preguntar a { $host } por https. Pon un certificado en el servidor o abre Inkling desde tu propia máquina.
server-unreachable = El servidor { $host } no responde o no deja que esta página le pregunte. Comprueba que está en marcha. Algunos servidores tienen que permitir páginas de otros sitios (CORS): Ollama con OLLAMA_ORIGINS, vLLM con --allowed-origins.
server-broke-off = { $host } terminó su respuesta antes de tiempo: { $reason }
unsupported-server = O chatea aquí con un modelo que funciona en otra máquina.
