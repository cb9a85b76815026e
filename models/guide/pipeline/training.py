"""Training in two stages: first which question is meant, which is hard and has short examples; then the answers, which
are few and soon known by heart. Both predict tokens and nothing else: the token of the topic, then the answer's. Dialogues
of like length share a batch."""
import json
import math
import random
import time

import torch
import torch.nn.functional as F

from . import beginning, vocabulary
from .muon import Muon
from .network import Guide, generate
from .vocabulary import ANSWER, END, QUESTION

TOPIC_WEIGHT = 6.0
"""Of the topic's token among those of an answer: there are many of these and they are easy."""
WORD_DROPOUT = 0.08
"""Tokens of a question that are left out, so that no single one decides."""
SHARE_WHOLE = 0.35
CUT_TOKENS = (10, 22)
"""Which answer to give is decided in its first words. So most last answers are cut after a few, which makes room
for more questions in the same time; the texts of the answers are few and are learned all the same."""
WARM_UP = 20
QUESTION_TOKENS = 1024
SHARE_DROPOUT = 0.2
MERGE_DROPOUT = 0.05


class Encoder:
    """Dialogues as ids, with how much each token counts in the loss."""

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

    def choice(self, turn):
        """The question alone, and the token of its topic."""
        ids = self.asked(turn[0])
        return [*ids, self.topic_of[turn[1]]], [0.0] * len(ids) + [1.0]

    def dialogue(self, turns):
        """What was said before is only read. The history has no topic tokens, because the template shows none."""
        ids = [token for asked, answered in turns[:-1] for token in self.asked(asked) + self.answered(answered)]
        asked, answered = turns[-1]
        ids += self.asked(asked)
        text = self.answered(answered)
        if self.rng.random() >= SHARE_WHOLE:
            text = text[:self.rng.randint(*CUT_TOKENS)]
        weights = [0.0] * len(ids) + [TOPIC_WEIGHT] + [1.0] * len(text)
        return [*ids, self.topic_of[answered], *text], weights


def batches(examples, tokens_per_batch, rng):
    """Neighbours in length share a batch; the batches come in random order."""
    examples = sorted(examples, key=lambda example: (len(example[0]), rng.random()))
    groups, group, longest = [], [], 0
    for example in examples:
        longest = max(longest, len(example[0]))
        if group and longest * (len(group) + 1) > tokens_per_batch:
            groups.append(group)
            group, longest = [], len(example[0])
        group.append(example)
    if group:
        groups.append(group)
    rng.shuffle(groups)
    return groups


def tensors(group):
    longest = max(len(ids) for ids, _ in group)
    ids = torch.zeros(len(group), longest, dtype=torch.long)
    weights = torch.zeros(len(group), longest)
    for row, (example_ids, example_weights) in enumerate(group):
        ids[row, :len(example_ids)] = torch.tensor(example_ids)
        weights[row, :len(example_ids)] = torch.tensor(example_weights)
    return ids, weights


def schedule(step, steps, warm_up):
    """Up in a straight line, then down along half a cosine to nothing."""
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


class Trainer:
    def __init__(self, shape, options, sources, validation, tokenizer_path, log):
        torch.manual_seed(options["seed"])
        self.options, self.sources, self.validation, self.log = options, sources, validation, log
        self.rng = random.Random(options["seed"])
        self.encoder = Encoder(tokenizer_path, sources, self.rng)
        self.topics = torch.tensor(self.encoder.topics)
        self.model = Guide(shape, options["dropout"])
        self.finished, self.optimizers = [], []
        self.seconds, self.num_tokens, self.saved_at = 0.0, 0, time.time()

    def optimizers_of(self, kind):
        """Muon for the matrices inside the layers, or AdamW for everything."""
        named = list(self.model.named_parameters())
        inner = [p for name, p in named if p.ndim == 2 and "token_embd" not in name]
        embedding = [p for name, p in named if "token_embd" in name]
        others = [p for _, p in named if p.ndim != 2]
        groups = [{"params": embedding, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
        if kind == "muon":
            return [Muon(inner, lr=0.0), torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98))]
        groups.append({"params": inner, "weight_decay": 0.05})
        return [torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98))]

    def say(self, **record):
        print(json.dumps(record), file=self.log, flush=True)

    def begin(self, turns):
        """At what a linear classifier knows: see `beginning`."""
        exact, topic_of = self.encoder.exact, self.encoder.topic_of
        beginning.begin(self.model, [(exact.encode(" " + question).ids, topic_of[answer]) for question, answer in turns])
        self.say(begun=True, recognised=round(self.recognised(), 4))

    def is_follow_up(self, turn):
        """A follow-up means nothing by itself."""
        return any(turn[1] == topic.follow_up_answer for topic in self.sources.topics.values())

    def loss(self, group):
        ids, weights = tensors(group)
        hidden, targets = self.model.hidden(ids)[:, :-1].flatten(0, 1), ids[:, 1:].flatten()
        weight = weights[:, 1:].flatten()
        # Only where something is to be learned: the output matrix is a third of all work.
        wanted = weight.nonzero()[:, 0]
        hidden, targets, weight = hidden[wanted], targets[wanted], weight[wanted]
        losses = F.cross_entropy(hidden @ self.model.token_embd.weight.T, targets, reduction="none")
        is_topic = torch.isin(targets, self.topics)
        if is_topic.any():
            # Among the topics themselves with a little doubt, which keeps near ones near.
            rows = self.model.token_embd.weight[self.topics]
            place = torch.searchsorted(self.topics, targets[is_topic])
            doubted = F.cross_entropy(hidden[is_topic] @ rows.T, place, reduction="none", label_smoothing=0.1)
            losses = losses.index_add(0, is_topic.nonzero()[:, 0], doubted)
        self.num_tokens += ids.numel()
        return (losses * weight).sum() / weight.sum()

    def run(self, stage, examples, beside, checkpoint):
        """One stage, from where `checkpoint` has it. `beside` are questions alone, a batch a step: while the
        answers are learned, what tells the questions apart must not be forgotten."""
        first = 0
        self.optimizers = self.optimizers_of(stage["optimizer"])
        if checkpoint.exists():
            state = torch.load(checkpoint)
            if stage["name"] in state["finished"]:
                return
            if state["stage"] == stage["name"]:
                first = state["step"]
                for optimizer, saved in zip(self.optimizers, state["optimizers"]):
                    optimizer.load_state_dict(saved)
        groups = batches(list(examples), stage["tokens_per_batch"], self.rng)
        beside = batches(list(beside), QUESTION_TOKENS, self.rng)
        self.say(stage=stage["name"], steps=len(groups), first=first, tokens=sum(len(e[0]) for g in groups for e in g))
        self.model.train()
        began, before, average = time.time(), self.seconds, None
        for step in range(first, len(groups)):
            for optimizer in self.optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = stage["lr"] * schedule(step, len(groups), WARM_UP)
            loss = self.loss(groups[step])
            loss.backward()
            if beside:
                (stage["beside_weight"] * self.loss(beside[step % len(beside)])).backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            for optimizer in self.optimizers:
                optimizer.step()
                optimizer.zero_grad()
            average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
            self.seconds = before + time.time() - began
            if (step + 1) % 50 == 0:
                self.say(stage=stage["name"], step=step + 1, loss=round(average, 4), seconds=round(self.seconds))
            if (step + 1) % 200 == 0:
                self.say(stage=stage["name"], step=step + 1, recognised=round(self.recognised(), 4))
            if time.time() - self.saved_at > 90:
                self.save(checkpoint, stage["name"], step + 1)
        self.finished.append(stage["name"])
        self.save(checkpoint, stage["name"], len(groups))

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

    def save(self, path, stage, step):
        """By way of a second file, so that whoever stops the training here loses nothing."""
        temporary = path.with_suffix(".new")
        torch.save({"model": self.model.state_dict(), 
                    "optimizers": [optimizer.state_dict() for optimizer in self.optimizers], "stage": stage,
                    "step": step, "finished": self.finished, "seconds": self.seconds,
                    "num_tokens": self.num_tokens}, temporary)
        temporary.replace(path)
        self.saved_at = time.time()

    def resume(self, path):
        state = torch.load(path)
        self.model.load_state_dict(state["model"])
        self.finished = state["finished"]
        self.seconds, self.num_tokens = state["seconds"], state["num_tokens"]


def train(shape, options, dialogues, validation, sources, tokenizer_path, checkpoint, log):
    trainer = Trainer(shape, options, sources, validation, tokenizer_path, log)
    turns = [tuple(turn) for dialogue in dialogues for turn in dialogue]
    alone = [turn for turn in turns if not trainer.is_follow_up(turn)]
    if checkpoint.exists():
        trainer.resume(checkpoint)
    else:
        trainer.begin(alone[:60_000])
    at = 0
    for stage in options["stages"]:
        if stage["kind"] == "questions":
            examples, beside = map(trainer.encoder.choice, alone[:stage["count"]]), []
        else:
            # Each stage has dialogues of its own.
            examples = map(trainer.encoder.dialogue, dialogues[at:at + stage["count"]])
            beside = map(trainer.encoder.choice, alone[-stage["questions_beside"]:])
            at += stage["count"]
        trainer.run(stage, examples, beside, checkpoint)
    recognised = round(trainer.recognised(), 4)
    trainer.say(done=True, recognised=recognised, seconds=round(trainer.seconds), tokens=trainer.num_tokens)
    return trainer.model.eval(), {"seconds": round(trainer.seconds), "tokens": trainer.num_tokens,
                                  "recognised": recognised}
