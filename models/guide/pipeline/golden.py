"""What the engine's tests compare with: logits of the shipped file, computed here from its dequantised weights."""
import json

import torch

from . import vocabulary
from .network import generate

CONVERSATIONS = [
    ["What is this page?"],
    ["Is anything I write sent to a server?", "And what is quantisation?"],
    ["What is the capital of France?"],
]
NUM_GREEDY = 24


@torch.no_grad()
def write(model, tokenizer, path):
    end = tokenizer.token_to_id(vocabulary.END)
    prompts = []
    for questions in CONVERSATIONS:
        pairs = []
        for question in questions:
            pairs.append((question, ""))
            text = vocabulary.rendered(pairs, answer_last=True)
            ids = tokenizer.encode(text).ids
            greedy = generate(model, [ids], end, 160)[0]
            pairs[-1] = (question, tokenizer.decode(greedy))
        messages = []
        for i, (question, answer) in enumerate(pairs):
            messages.append({"role": "user", "content": question})
            if i + 1 < len(pairs):
                messages.append({"role": "assistant", "content": answer})
        whole = model(torch.tensor([ids + greedy[:NUM_GREEDY]]))[0]
        rows = whole[len(ids) - 1:-1] if len(greedy) >= NUM_GREEDY else whole[len(ids) - 1:]
        top = rows[:NUM_GREEDY].topk(2).values
        prompts.append({
            "messages": messages,
            "text": text,
            "ids": ids,
            "logits": [round(x, 5) for x in whole[len(ids) - 1].tolist()],
            "greedy": greedy[:NUM_GREEDY],
            "margins": [round(x, 5) for x in (top[:, 0] - top[:, 1]).tolist()],
            "answer": tokenizer.decode(greedy),
        })
    path.write_text(json.dumps({"prompts": prompts}, ensure_ascii=False) + "\n")
