"""Training: each step learns from a batch of questions what they are about, and from a batch of dialogues what is said.

What a question is about is hard, and taught by `teacher`; the answers are few and soon known by heart. Both predict tokens
and nothing else: the token of the topic, then those of the answer.
"""
import json
import math
import random
import time

import torch
import torch.nn.functional as F

from . import beginning, vocabulary
from .muon import Muon
from .network import Guide
from .teacher import Teacher
from .vocabulary import ANSWER, END, QUESTION

WORD_DROPOUT = 0.08
"""Tokens of a question that are left out, so that no single one decides."""
SHARE_DROPOUT = 0.2
MERGE_DROPOUT = 0.05
SHARE_CUT = 0.6
"""Of dialogues of two exchanges, those that begin and end with the first: their answers take most of the time."""
SHARE_MIXED = 0.3
"""Of questions, those put together from halves of two: the teacher has an opinion of them, and the network learns what
a word says in any company."""
WARM_UP = 20
SAVE_SECONDS = 90


class Encoder:
    """Dialogues as ids."""

    def __init__(self, path, sources, rng):
        self.exact, self.loose, self.rng = vocabulary.load(path), vocabulary.load(path, MERGE_DROPOUT), rng
        self.question, self.answer, self.end = map(self.exact.token_to_id, (QUESTION, ANSWER, END))
        self.topic_of, self.topics = {}, []
        for topic in sources.topics.values():
            for label, answers in topic.labels():
                self.topics.append(self.exact.token_to_id(vocabulary.topic_token(label)))
                for answer in answers:
                    self.topic_of[answer] = self.topics[-1]
        self.known = {}

    def asked(self, question):
        pieces = self.loose if self.rng.random() < SHARE_DROPOUT else self.exact
        words = pieces.encode(" " + question).ids
        kept = [word for word in words if self.rng.random() >= WORD_DROPOUT]
        return [self.question, *(kept or words), self.end, self.answer]

    def answered(self, answer):
        if answer not in self.known:
            self.known[answer] = [*self.exact.encode(answer).ids, self.end]
        return self.known[answer]

    def dialogue(self, turns):
        """(ids, where the last answer begins). The history has no topic tokens, because the template shows none."""
        ids = [token for asked, answered in turns[:-1] for token in self.asked(asked) + self.answered(answered)]
        asked, answered = turns[-1]
        ids += self.asked(asked)
        return [*ids, self.topic_of[answered], *self.answered(answered)], len(ids)


def padded(rows):
    ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = torch.tensor(row)
    return ids


def schedule(step, steps):
    """Up in a straight line, then down along half a cosine to nothing."""
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (step - WARM_UP) / max(1, steps - WARM_UP)))


class Trainer:
    def __init__(self, shape, options, dialogues, sources, validation, tokenizer_path, log):
        torch.manual_seed(options["seed"])
        self.options, self.sources, self.validation, self.log = options, sources, validation, log
        self.rng = random.Random(options["seed"])
        self.encoder = Encoder(tokenizer_path, sources, self.rng)
        self.topics = torch.tensor(self.encoder.topics)
        self.dialogues = [[tuple(turn) for turn in dialogue] for dialogue in dialogues]
        follow_ups = {topic.follow_up_answer for topic in sources.topics.values()}
        # A follow-up means nothing by itself.
        self.turns = [turn for dialogue in self.dialogues for turn in dialogue if turn[1] not in follow_ups]
        place = {token: i for i, token in enumerate(self.encoder.topics)}
        taught = list(dict.fromkeys(self.turns))[:options["teacher_questions"]]
        self.teacher = Teacher([question for question, _ in taught],
                               [place[self.encoder.topic_of[answer]] for _, answer in taught], len(place))
        self.model = Guide(shape)
        named = list(self.model.named_parameters())
        inner = [p for name, p in named if p.ndim == 2 and "token_embd" not in name]
        embedding = [p for name, p in named if "token_embd" in name]
        others = [p for _, p in named if p.ndim != 2]
        groups = [{"params": embedding, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
        self.optimizers = [(Muon(inner, lr=0.0), options["lr_matrices"]),
                           (torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98)), options["lr_others"])]
        self.seconds, self.num_tokens, self.saved_at = 0.0, 0, time.time()

    def say(self, **record):
        print(json.dumps(record), file=self.log, flush=True)

    def begin(self):
        """At what a linear classifier knows: see `beginning`."""
        exact, topic_of = self.encoder.exact, self.encoder.topic_of
        known = self.turns[:self.options["beginning_questions"]]
        beginning.begin(self.model, [(exact.encode(" " + question).ids, topic_of[answer]) for question, answer in known])
        self.say(begun=True, recognised=round(self.recognised(), 4))

    def question(self):
        question = self.rng.choice(self.turns)[0]
        if self.rng.random() >= SHARE_MIXED:
            return question
        words, others = question.split(), self.rng.choice(self.turns)[0].split()
        half = words[:len(words) // 2] if self.rng.random() < 0.5 else words[len(words) // 2:]
        other_half = others[:len(others) // 2] if self.rng.random() < 0.5 else others[len(others) // 2:]
        return " ".join(half + other_half) or question

    def loss_of_topics(self):
        """How far the network's opinion of questions is from the teacher's."""
        asked = [self.question() for _ in range(self.options["questions_per_step"])]
        rows = [self.encoder.asked(question) for question in asked]
        ids = padded(rows)
        self.num_tokens += ids.numel()
        hidden = self.model.hidden(ids)[range(len(rows)), [len(row) - 1 for row in rows]]
        # Among all tokens, so that a topic's comes before any other.
        predicted = (hidden @ self.model.token_embd.weight.T).log_softmax(-1)[:, self.topics]
        return -(self.teacher.opinion(asked) * predicted).sum(-1).mean()

    def loss_of_answers(self):
        rows = []
        for _ in range(self.options["dialogues_per_step"]):
            dialogue = self.rng.choice(self.dialogues)
            if len(dialogue) == 2 and self.rng.random() < SHARE_CUT:
                dialogue = dialogue[:1]
            rows.append(self.encoder.dialogue(dialogue))
        ids = padded([row for row, _ in rows])
        self.num_tokens += ids.numel()
        wanted = torch.zeros(ids.shape, dtype=torch.bool)
        for i, (row, begin) in enumerate(rows):
            wanted[i, begin:len(row)] = True
        wanted = wanted[:, 1:].flatten().nonzero()[:, 0]
        # Only where something is to be learned: the output matrix is a third of all work.
        hidden = self.model.hidden(ids)[:, :-1].flatten(0, 1)[wanted]
        return F.cross_entropy(hidden @ self.model.token_embd.weight.T, ids[:, 1:].flatten()[wanted])

    def run(self, first, checkpoint):
        steps, averages = self.options["steps"], None
        self.model.train()
        began, before = time.time(), self.seconds
        for step in range(first, steps):
            for optimizer, lr in self.optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = lr * schedule(step, steps)
            losses = self.loss_of_topics(), self.loss_of_answers()
            sum(losses).backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            for optimizer, _ in self.optimizers:
                optimizer.step()
                optimizer.zero_grad()
            now = [loss.item() for loss in losses]
            averages = [0.95 * a + 0.05 * b for a, b in zip(averages, now)] if averages else now
            self.seconds = before + time.time() - began
            if (step + 1) % 50 == 0:
                topics, answers = (round(average, 4) for average in averages)
                self.say(step=step + 1, topics=topics, answers=answers, seconds=round(self.seconds))
            if (step + 1) % 200 == 0:
                self.say(step=step + 1, recognised=round(self.recognised(), 4))
            if time.time() - self.saved_at > SAVE_SECONDS:
                self.save(checkpoint, step + 1)
        self.save(checkpoint, steps)

    @torch.no_grad()
    def recognised(self):
        """Share of the validation questions whose topic comes first among all tokens."""
        self.model.eval()
        right = 0
        for case in self.validation:
            text = vocabulary.rendered([(case["question"], "")], answer_last=True)
            logits = self.model(torch.tensor([self.encoder.exact.encode(text).ids]))[0, -1]
            right += int(logits.argmax()) == self.encoder.topic_of[self.sources.topics[case["topic"]].answers[0]]
        self.model.train()
        return right / len(self.validation)

    def save(self, path, step):
        """By way of a second file, so that whoever stops the training here loses nothing."""
        temporary = path.with_suffix(".new")
        torch.save({"model": self.model.state_dict(), "step": step, "seconds": self.seconds,
                    "num_tokens": self.num_tokens, "random": self.rng.getstate(),
                    "optimizers": [optimizer.state_dict() for optimizer, _ in self.optimizers]}, temporary)
        temporary.replace(path)
        self.saved_at = time.time()

    def resume(self, path):
        """The step to go on with."""
        # Written by this program: it holds the state of a random generator, which is not a tensor.
        state = torch.load(path, weights_only=False)
        self.model.load_state_dict(state["model"])
        self.rng.setstate(state["random"])
        for (optimizer, _), saved in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        self.seconds, self.num_tokens = state["seconds"], state["num_tokens"]
        return state["step"]


def train(shape, options, dialogues, validation, sources, tokenizer_path, checkpoint, log):
    trainer = Trainer(shape, options, dialogues, sources, validation, tokenizer_path, log)
    first = 0
    if checkpoint.exists():
        first = trainer.resume(checkpoint)
    else:
        trainer.begin()
    trainer.run(first, checkpoint)
    recognised = round(trainer.recognised(), 4)
    trainer.say(done=True, recognised=recognised, seconds=round(trainer.seconds), tokens=trainer.num_tokens)
    return trainer.model.eval(), {"seconds": round(trainer.seconds), "tokens": trainer.num_tokens,
                                  "recognised": recognised}
