#!/usr/bin/env python3
"""Makes the guide: dialogues, tokenizer, training, export, evaluation. One command, in a folder with requirements.txt
installed:

    python make.py                 # everything; an interrupted training goes on where it was
    python make.py --dialogues 600 # a minute, to see that the whole path works

Everything in between lies in build/; the model goes to public/models/guide/guide.gguf, the evaluation of every format
to evaluation.json, the logits that the engine is tested against to tests/golden/guide.json.
"""
import argparse
import json
import shutil
import time
from pathlib import Path

import torch

from pipeline import evaluation, export, golden, sources, training, vocabulary
from pipeline.dialogues import Dialogues
from pipeline.network import Shape

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
SHIPPED = "Q8_0"
OPTIONS = {
    "seed": 4, "steps": 1150, "lr_matrices": 3e-3, "lr_others": 1e-3, "questions_per_step": 96, "dialogues_per_step": 14,
    "teacher_questions": 40_000, "beginning_questions": 60_000,
}


def dialogues(build, num_dialogues):
    """Written down once: the training reads nothing else, and a person can look at it."""
    path, validation = build / "dialogues.jsonl", build / "validation.json"
    loaded = sources.load()
    taken = sources.validation_split(loaded, num_per_topic=3, seed=OPTIONS["seed"])
    if not path.exists():
        source = Dialogues(loaded, OPTIONS["seed"])
        with path.open("w") as file:
            for _ in range(num_dialogues):
                turns = [(turn.question, turn.answer) for turn in source.dialogue()]
                print(json.dumps(turns, ensure_ascii=False), file=file)
        validation.write_text(json.dumps(taken, indent=1, ensure_ascii=False))
    return loaded, [json.loads(line) for line in path.open()], json.loads(validation.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dialogues", type=int, default=170_000, help="how many to train on")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--build", type=Path, default=HERE / "build", help="folder of what comes in between")
    parser.add_argument("--no-install", action="store_true", help="leave the shipped model and its numbers as they are")
    arguments = parser.parse_args()
    build = arguments.build
    build.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(arguments.threads)
    vocabulary.check_template()

    loaded, spoken, validation = dialogues(build, arguments.dialogues)
    tokenizer = build / "tokenizer.json"
    if not tokenizer.exists():
        labels = [label for topic in loaded.topics.values() for label, _ in topic.labels()]
        vocabulary.train((" " + text if i % 2 == 0 else text for turns in spoken for turn in turns
                          for i, text in enumerate(turn)), labels, tokenizer)
    shape = Shape(vocabulary=vocabulary.load(tokenizer).get_vocab_size())
    with (build / "training.jsonl").open("a") as log:
        model, cost = training.train(shape, OPTIONS, spoken, validation, loaded, tokenizer, build / "checkpoint.pt", log)
    (build / "cost.json").write_text(json.dumps(cost, indent=1))

    results = {"training": cost, "parameters": sum(p.numel() for p in model.parameters()), "formats": {}}
    for format_ in export.FORMATS:
        path = build / f"guide-{format_}.gguf"
        export.write(model, tokenizer, path, format_)
        began = time.time()
        results["formats"][format_] = {"len_bytes": path.stat().st_size, **evaluation.evaluate(
            export.read(path), vocabulary.load(tokenizer), sources.load(), build / f"answers-{format_}.txt")}
        print(format_, f"{time.time() - began:.0f} s", json.dumps(results["formats"][format_], indent=1))
    (build / "evaluation.json").write_text(json.dumps(results, indent=1) + "\n")
    if not arguments.no_install:
        install(build, tokenizer)


def install(build, tokenizer):
    target = PROJECT / "public/models/guide/guide.gguf"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(build / f"guide-{SHIPPED}.gguf", target)
    shutil.copy(build / "evaluation.json", HERE / "evaluation.json")
    golden.write(export.read(target), vocabulary.load(tokenizer), PROJECT / "tests/golden/guide.json")


if __name__ == "__main__":
    main()
