"""The tokenizer: byte-level BPE, trained on the dialogues, with GPT-2's way of cutting text.

Beside the control tokens of the chat there is one for each thing that can be answered. The model says it before the
answer: so which answer to give is decided once, by one token, and not by whichever words many answers begin with.
Control tokens have no text, so nobody sees it, and the history that the template shows is without it.

And the chat template, once as Jinja for the file and once as Python for the training; `check_template` holds the two
together.
"""
import jinja2
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from .sources import plain

NUM_TEXT_TOKENS = 2048
QUESTION, ANSWER, END = "<|Question|>", "<|Answer|>", "<|End|>"
MAX_QUESTION_CHARS = 400

# The capital letters in the control tokens are on purpose: no lower-cased question can spell them.
TEMPLATE = (
    "{%- set turns = messages | rejectattr('role', 'equalto', 'system') | list -%}"
    "{%- for message in turns[-1:] -%}"
    "{%- if message['role'] == 'user' -%}"
    "<|Question|>{{ ' ' + (message['content'] | lower | trim)[:400] }}<|End|>"
    "{%- else -%}"
    "<|Answer|>{{ message['content'] | trim }}<|End|>"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|Answer|>{%- endif -%}"
)


def rendered(turns, answer_last):
    """`turns` as (question, answer) pairs; with `answer_last`, the last answer is left for the model to give. Only the
    last question is shown: what went before misled so small a model more often than it helped."""
    question, answer = turns[-1]
    text = f"{QUESTION} {plain(question)[:MAX_QUESTION_CHARS]}{END}{ANSWER}"
    return text if answer_last else text + answer + END


def check_template():
    template = jinja2.Environment().from_string(TEMPLATE)
    turns = [("one", "1"), (" TWO?", "2"), ("It's three", "")]
    messages = [{"role": "system", "content": "Be brief."}]
    for question, answer in turns:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    text = template.render(messages=messages[:-1], add_generation_prompt=True)
    if text != rendered(turns, answer_last=True):
        raise AssertionError(f"the template and the training differ: {text}")


def topic_token(label):
    return f"<|Topic {label}|>"


def is_control(token):
    return token.startswith("<|") and token.endswith("|>")


def train(texts, labels, path):
    special = [QUESTION, ANSWER, END, *map(topic_token, labels)]
    size = NUM_TEXT_TOKENS + len(special)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    if tokenizer.get_vocab_size() != size:
        raise ValueError(f"the texts give only {tokenizer.get_vocab_size()} tokens")
    tokenizer.save(str(path))
    return tokenizer


def load(path, dropout=None):
    """With `dropout`, each merge is left out with that probability: words then come in unusual pieces."""
    tokenizer = Tokenizer.from_file(str(path))
    if dropout:
        tokenizer.model.dropout = dropout
    return tokenizer
