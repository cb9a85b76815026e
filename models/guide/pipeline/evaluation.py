"""What the guide answers to questions it has never seen, written by somebody who has not seen the sources.

An answer belongs to the topic whose canonical answer shares the most words with it (F1 of at least 0.6). This is the
only module that reads `held_out/`: two sets, the first looked at while the method was made, the second only at the end.
Obvious questions ("what is gguf") occurred to both sides; such a question is no longer held out and does not count.
"""
import json
import re
from collections import Counter, defaultdict

import torch

from . import vocabulary
from .export import SAMPLING
from .network import generate
from .sources import OUT_OF_SCOPE, ROOT, SMALL_TALK

MAX_ANSWER_TOKENS = 160
MIN_F1 = 0.6
NUM_SAMPLED = 100
MIN_F1_SAMPLED = 0.8


def words(text):
    return re.findall(r"[\w'-]+|[^\w\s]", text)


def f1(given, wanted):
    shared = sum((Counter(given) & Counter(wanted)).values())
    return 2 * shared / max(1, len(given) + len(wanted))


class Judge:
    def __init__(self, sources):
        self.canonical = [(topic.id, answer, words(answer))
                          for topic in sources.topics.values() for answer in topic.canonical()]
        self.exact = {answer for _, answer, _ in self.canonical}
        self.sentences = {sentence for answer in self.exact for sentence in sentences(answer)}
        self.known_words = {word for _, _, answer in self.canonical for word in answer}

    def topic(self, answer):
        """(topic or None, F1 with its canonical answer)"""
        given = words(answer)
        best, topic = max(((f1(given, wanted), id) for id, _, wanted in self.canonical), default=(0.0, None))
        return (topic if best >= MIN_F1 else None), best


def sentences(answer):
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+", answer.strip()) if sentence]


SETS = ("first", "second")


def lines(held_out, name):
    return [json.loads(line) for line in (ROOT / "held_out" / held_out / name).open()]


def bare(question):
    """A question without what does not tell it from another: case, punctuation, spaces."""
    return " ".join(re.findall(r"[\w']+", question.lower()))


def cases(sources, held_out):
    """(group, wanted topic, turns): turns are questions; all but the last are answered on the way."""
    trained = {bare(question) for topic in sources.topics.values() for question in topic.questions + topic.follow_ups}
    found = []
    for case in lines(held_out, "topics.jsonl"):
        found.append(("small_talk" if case["topic"] in SMALL_TALK else "topics", case["topic"], [case["question"]]))
    for case in lines(held_out, "out_of_scope.jsonl"):
        found.append((OUT_OF_SCOPE, OUT_OF_SCOPE, [case["question"]]))
    for case in lines(held_out, "dialogues.jsonl"):
        for i, topic in enumerate(case["topics"]):
            found.append((f"dialogue turn {i + 1}", topic, case["turns"][:i + 1]))
    return [case for case in found if bare(case[2][-1]) not in trained]


def answer_all(model, tokenizer, conversations, **sampling):
    """The answer to the last question of each conversation; earlier ones get greedy answers."""
    end = tokenizer.token_to_id(vocabulary.END)
    told = {}
    for length in range(1, max(map(len, conversations)) + 1):
        wanted = [tuple(turns) for turns in conversations if len(turns) >= length]
        is_last = {turns for turns in wanted if len(turns) == length}
        for last in (False, True):
            asked = list(dict.fromkeys(turns[:length] for turns in wanted if (turns in is_last) == last))
            if not asked:
                continue
            prompts = []
            for turns in asked:
                pairs = [(question, told.get(turns[:i + 1], "")) for i, question in enumerate(turns)]
                prompts.append(tokenizer.encode(vocabulary.rendered(pairs, answer_last=True)).ids)
            given = generate(model, prompts, end, MAX_ANSWER_TOKENS, **(sampling if last else {}))
            for turns, ids in zip(asked, given):
                text = tokenizer.decode(ids)
                if last:
                    told[turns, "last"] = text
                told.setdefault(turns, text)
    return [told[tuple(turns), "last"] for turns in conversations]


def evaluate(model, tokenizer, sources, sample_path):
    judge, found, misses = Judge(sources), {}, []
    for held_out in SETS:
        all_cases = cases(sources, held_out)
        answers = answer_all(model, tokenizer, [turns for _, _, turns in all_cases])
        found[held_out], missed = shares(judge, all_cases, answers)
        misses += [{"set": held_out, **miss} for miss in missed]
    sample_path.with_suffix(".misses.json").write_text(json.dumps(misses, indent=1, ensure_ascii=False))
    return {**found, "sampled": sampled(model, tokenizer, judge, cases(sources, SETS[-1]), sample_path)}


def shares(judge, all_cases, answers):
    """How many questions got an answer of their topic, by group, and those that did not."""
    right, exact, per_topic, misses = defaultdict(list), [], defaultdict(list), []
    for (group, wanted, turns), answer in zip(all_cases, answers):
        topic, _ = judge.topic(answer)
        right[group].append(topic == wanted)
        per_topic[wanted].append(topic == wanted)
        exact.append(answer in judge.exact)
        if topic != wanted:
            misses.append({"group": group, "wanted": wanted, "given": topic, "turns": turns, "answer": answer})
    share = lambda values: round(sum(values) / len(values), 4)
    everything = [x for group in ("topics", "small_talk") for x in right[group]]
    return {
        "topics_and_small_talk": {"share": share(everything), "count": len(everything)},
        "groups": {group: {"share": share(values), "count": len(values)} for group, values in sorted(right.items())},
        "exactly_canonical": share(exact),
        "weak_topics": {topic: f"{sum(values)} of {len(values)}" for topic, values in sorted(per_topic.items())
                        if share(values) < 0.8},
    }, misses


def sampled(model, tokenizer, judge, all_cases, path):
    """Answers at the temperature that the file asks for, written out for a person to read, and checked."""
    generator = torch.Generator().manual_seed(1)
    order = torch.randperm(len(all_cases), generator=generator)[:NUM_SAMPLED]
    chosen = [all_cases[i] for i in order]
    answers = answer_all(model, tokenizer, [turns for _, _, turns in chosen], temperature=SAMPLING["temp"],
                         top_p=SAMPLING["top_p"], generator=generator)
    whole, close, unknown = 0, 0, 0
    with path.open("w") as file:
        for (_, wanted, turns), answer in zip(chosen, answers):
            topic, score = judge.topic(answer)
            learned = all(sentence in judge.sentences for sentence in sentences(answer))
            whole += learned
            close += score >= MIN_F1_SAMPLED
            unknown += any(word not in judge.known_words for word in words(answer))
            print(f"[{wanted} -> {topic}, F1 {score:.2f}{'' if learned else ', a sentence of its own'}]",
                  *turns, f"    {answer}\n", sep="\n", file=file)
    return {"count": len(chosen), "every_sentence_learned": whole, f"f1_at_least_{MIN_F1_SAMPLED}": close,
            "with_an_unknown_word": unknown}
