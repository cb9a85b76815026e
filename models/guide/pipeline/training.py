"""Training in two stages: first which question is meant, which is hard and has short examples; then the answers, which
are few and soon known by heart. Dialogues of like length share a batch."""
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

QUESTION_WEIGHT = 0.02
"""Of the loss on what people write: it teaches which words go together."""
SHARE_WHOLE = 0.35
CUT_TOKENS = (10, 22)
"""Which answer to give is decided in its first words. So most last answers are cut after a few, which makes room
for more questions in the same time; the texts of the answers are few and are learned all the same."""
WARM_UP = 20
SHARE_DROPOUT = 0.2
MERGE_DROPOUT = 0.05


def encoded(dialogues, path, rng):
    """Ids and loss weights of each dialogue."""
    exact, loose = vocabulary.load(path), vocabulary.load(path, MERGE_DROPOUT)
    question, answer, end = (exact.token_to_id(token) for token in (QUESTION, ANSWER, END))
    known = {}
    for turns in dialogues:
        ids, weights = [], []
        for i, (asked, answered) in enumerate(turns):
            pieces = loose if rng.random() < SHARE_DROPOUT else exact
            words = pieces.encode(" " + asked).ids
            ids += [question, *words, end, answer]
            weights += [0.0, *[QUESTION_WEIGHT] * (len(words) + 1), 0.0]
            if answered not in known:
                known[answered] = [*exact.encode(answered).ids, end]
            text = known[answered]
            if i + 1 == len(turns) and rng.random() >= SHARE_WHOLE:
                text = text[:rng.randint(*CUT_TOKENS)]
            ids += text
            weights += [1.0] * len(text)
        yield ids, weights


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
    groups.append(group)
    rng.shuffle(groups)
    return groups


def tensors(group):
    longest = max(len(ids) for ids, _, _ in group)
    ids = torch.zeros(len(group), longest, dtype=torch.long)
    weights = torch.zeros(len(group), longest)
    for row, (example_ids, example_weights, _) in enumerate(group):
        ids[row, :len(example_ids)] = torch.tensor(example_ids)
        weights[row, :len(example_ids)] = torch.tensor(example_weights)
    return ids, weights


def schedule(step, steps, warm_up):
    """Up in a straight line, then down along half a cosine to nothing."""
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def validate(model, tokenizer, questions, sources, num_tokens=12):
    """Share of the questions whose answer begins as one of their topic's answers does."""
    model.eval()
    end = tokenizer.token_to_id(END)
    prompts = [tokenizer.encode(vocabulary.rendered([(q["question"], "")], True)).ids for q in questions]
    given = generate(model, prompts, end, num_tokens)
    beginnings = {
        topic.id: {tuple(tokenizer.encode(answer).ids[:num_tokens]) for answer in topic.canonical()}
        for topic in sources.topics.values()
    }
    right = [tuple(ids) in beginnings[q["topic"]] for ids, q in zip(given, questions)]
    model.train()
    return right


class Labels:
    """What each answer is the answer to: its topic, or the follow-up of its topic."""

    def __init__(self, sources):
        self.of_answer, names = {}, []
        for topic in sources.topics.values():
            for name, answers in ((topic.id, topic.answers), (topic.id + "/follow_up", [topic.follow_up_answer])):
                names.append(name)
                for answer in filter(None, answers):
                    self.of_answer[answer] = len(names) - 1
        self.count, self.names = len(names), names


class Trainer:
    """Both stages: which question is it, with nothing but a head that is thrown away afterwards; then the answers."""

    def __init__(self, shape, options, sources, validation, tokenizer_path, log):
        torch.manual_seed(options["seed"])
        self.options, self.sources, self.validation, self.log = options, sources, validation, log
        self.path, self.tokenizer = tokenizer_path, vocabulary.load(tokenizer_path)
        self.rng, self.labels = random.Random(options["seed"]), Labels(sources)
        self.model = Guide(shape, options["dropout"])
        self.head = torch.nn.Linear(shape.hidden, self.labels.count)
        self.answer_id = self.tokenizer.token_to_id(ANSWER)
        self.finished, self.optimizers = [], []
        self.seconds, self.num_tokens, self.saved_at = 0.0, 0, time.time()

    def optimizers_of(self, kind):
        """Muon for the matrices inside the layers, or AdamW for everything."""
        named = list(self.model.named_parameters())
        inner = [p for name, p in named if p.ndim == 2 and "token_embd" not in name]
        embedding = [p for name, p in named if "token_embd" in name]
        others = [p for _, p in named if p.ndim != 2] + list(self.head.parameters())
        groups = [{"params": embedding, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
        if kind == "muon":
            return [Muon(inner, lr=0.0), torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98))]
        groups.append({"params": inner, "weight_decay": 0.05})
        return [torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98))]

    def say(self, **record):
        print(json.dumps(record), file=self.log, flush=True)

    def begin(self, turns):
        ids = [(self.tokenizer.encode(" " + question).ids, self.labels.of_answer[answer]) for question, answer in turns]
        beginning.embeddings(self.model, ids, self.labels.count)
        beginning.attention(self.model)

    def is_follow_up(self, answer):
        return self.labels.names[self.labels.of_answer[answer]].endswith("/follow_up")

    def questions(self, turns):
        """Stage one: the question alone, its label where the answer would begin."""
        cut = [[(question, answer)] for question, answer in turns]
        for (ids, _), turn in zip(encoded(cut, self.path, self.rng), cut):
            end = ids.index(self.answer_id) + 1
            yield ids[:end], [0.0] * end, [self.labels.of_answer[turn[0][1]]]

    def dialogues(self, dialogues):
        for (ids, weights), turns in zip(encoded(dialogues, self.path, self.rng), dialogues):
            yield ids, weights, [self.labels.of_answer[answer] for _, answer in turns]

    def loss(self, group, head_weight):
        ids, weights = tensors(group)
        hidden = self.model.hidden(ids)
        labels = torch.tensor([label for example in group for label in example[2]])
        recognised = self.head(hidden[ids == self.answer_id])
        loss = head_weight * F.cross_entropy(recognised, labels, label_smoothing=0.05)
        weight = weights[:, 1:].flatten()
        # Only where something is to be learned: the output matrix is a third of all work.
        wanted = weight.nonzero()[:, 0]
        if len(wanted):
            logits = hidden[:, :-1].flatten(0, 1)[wanted] @ self.model.token_embd.weight.T
            losses = F.cross_entropy(logits, ids[:, 1:].flatten()[wanted], reduction="none")
            loss = loss + (losses * weight[wanted]).sum() / weight[wanted].sum()
        self.num_tokens += ids.numel()
        return loss

    def run(self, stage, examples, checkpoint):
        """One stage, from where `checkpoint` has it."""
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
        self.say(stage=stage["name"], steps=len(groups), first=first, tokens=sum(len(e[0]) for g in groups for e in g))
        self.model.train()
        began, before, average = time.time(), self.seconds, None
        for step in range(first, len(groups)):
            for optimizer in self.optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = stage["lr"] * schedule(step, len(groups), WARM_UP)
            loss = self.loss(groups[step], stage["head_weight"])
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*self.model.parameters(), *self.head.parameters()], 1.0)
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
        """Share of the validation questions whose topic the head names."""
        self.model.eval()
        right = 0
        for case in self.validation:
            text = vocabulary.rendered([(case["question"], "")], answer_last=True)
            hidden = self.model.hidden(torch.tensor([self.tokenizer.encode(text).ids]))[0, -1]
            wanted = self.labels.of_answer[self.sources.topics[case["topic"]].answers[0]]
            right += int(self.head(hidden).argmax()) == wanted
        self.model.train()
        return right / len(self.validation)

    def save(self, path, stage, step):
        """By way of a second file, so that whoever stops the training here loses nothing."""
        temporary = path.with_suffix(".new")
        torch.save({"model": self.model.state_dict(), "head": self.head.state_dict(),
                    "optimizers": [optimizer.state_dict() for optimizer in self.optimizers], "stage": stage,
                    "step": step, "finished": self.finished, "seconds": self.seconds,
                    "num_tokens": self.num_tokens}, temporary)
        temporary.replace(path)
        self.saved_at = time.time()

    def resume(self, path):
        state = torch.load(path)
        self.model.load_state_dict(state["model"])
        self.head.load_state_dict(state["head"])
        self.finished = state["finished"]
        self.seconds, self.num_tokens = state["seconds"], state["num_tokens"]


def train(shape, options, dialogues, validation, sources, tokenizer_path, checkpoint, log):
    trainer = Trainer(shape, options, sources, validation, tokenizer_path, log)
    turns = [tuple(turn) for dialogue in dialogues for turn in dialogue]
    if checkpoint.exists():
        trainer.resume(checkpoint)
    else:
        trainer.begin(turns[:20_000])
    # A follow-up means nothing by itself.
    alone = [turn for turn in turns if not trainer.is_follow_up(turn[1])]
    at = 0
    for stage in options["stages"]:
        if stage["kind"] == "questions":
            examples = trainer.questions(alone[:stage["count"]])
        else:
            # Each stage has dialogues of its own.
            examples = trainer.dialogues(dialogues[at:at + stage["count"]])
            at += stage["count"]
        trainer.run(stage, examples, checkpoint)
    model = trainer.model.eval()
    right = validate(model, trainer.tokenizer, validation, sources)
    trainer.say(done=True, validation=round(sum(right) / len(right), 4), seconds=round(trainer.seconds),
                tokens=trainer.num_tokens)
    return model, {"seconds": round(trainer.seconds), "tokens": trainer.num_tokens,
                   "validation": round(sum(right) / len(right), 4)}
