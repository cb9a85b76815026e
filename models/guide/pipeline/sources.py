"""The hand-written sources: topics with their answers and questions, and the material that varies them.

Only `sources/` is read here. The held-out questions lie in `held_out/`, and nothing on the way to a trained model
opens that folder: `evaluation.py` alone does.
"""
import random
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "sources"
OUT_OF_SCOPE = "out_of_scope"
SMALL_TALK = {
    "greeting", "how_are_you", "thanks", "goodbye", "joke", "your_name", "compliment", "insult", "are_you_human",
    "help", "ok", "age_birthday",
}
MAX_ANSWER_WORDS = 62


@dataclass
class Topic:
    id: str
    answers: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    follow_ups: list[str] = field(default_factory=list)
    follow_up_answer: str | None = None

    def labels(self):
        """(name, answers) of each thing this topic can be answered with."""
        found = [(self.id, self.answers)]
        if self.follow_up_answer:
            found.append((f"{self.id}/follow_up", [self.follow_up_answer]))
        return found

    def canonical(self):
        """Every answer that is right for this topic."""
        return self.answers + ([self.follow_up_answer] if self.follow_up_answer else [])


@dataclass
class Sources:
    topics: dict[str, Topic]
    templates: list[str]
    words: dict[str, list[str]]


def plain(text):
    """A question as the chat template hands it to the model: lower case, no white space around it."""
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("‘", "'")).strip().lower()


def load():
    topics, templates, words = {}, [], {}
    for path in sorted(SOURCES.glob("*.toml")):
        data = tomllib.loads(path.read_text())
        templates += data.get("templates", [])
        words |= data.get("words", {})
        for entry in data.get("topic", []):
            topic = topics.setdefault(entry["id"], Topic(entry["id"]))
            # A topic can have more questions in a second file; its answers stand where it is first.
            topic.answers = topic.answers or [answer.strip() for answer in entry.get("answers", [])]
            topic.questions += [plain(question) for question in entry.get("questions", [])]
            topic.follow_ups += [plain(question) for question in entry.get("follow_ups", [])]
            topic.follow_up_answer = topic.follow_up_answer or entry.get("follow_up_answer")
    for topic in topics.values():
        topic.questions = list(dict.fromkeys(topic.questions))
    check(topics, templates, words)
    return Sources(topics, templates, words)


def check(topics, templates, words):
    """Stops at what would teach the model something wrong: a question with two topics, an answer without end."""
    owner, twice = {}, []
    for topic in topics.values():
        if not topic.answers or not topic.questions:
            raise ValueError(f"{topic.id}: a topic needs answers and questions")
        if bool(topic.follow_ups) != bool(topic.follow_up_answer):
            raise ValueError(f"{topic.id}: follow_ups and follow_up_answer belong together")
        for answer in topic.canonical():
            if len(answer.split()) > MAX_ANSWER_WORDS:
                raise ValueError(f"{topic.id}: an answer has {len(answer.split())} words: {answer}")
            if answer[-1] not in '.!?:)"':
                raise ValueError(f"{topic.id}: an answer stops in the middle: {answer}")
        for question in topic.questions:
            other = owner.setdefault(question.rstrip("?.! "), topic.id)
            if other != topic.id:
                twice.append(f"'{question}' stands under {other} and under {topic.id}")
    if twice:
        raise ValueError("\n".join(twice))
    for template in templates:
        for slot in re.findall(r"\{(\w+)\}", template):
            if slot not in words and slot not in ("made_up", "number"):
                raise ValueError(f"'{template}' names a word list that does not exist")


def validation_split(sources, num_per_topic, seed):
    """Takes a few questions of every topic out of `sources`, to watch the training with."""
    rng = random.Random(seed)
    taken = []
    for topic in sources.topics.values():
        count = min(num_per_topic * (6 if topic.id == OUT_OF_SCOPE else 1), len(topic.questions) // 10)
        for question in rng.sample(topic.questions, count):
            topic.questions.remove(question)
            taken.append({"topic": topic.id, "question": question})
    return taken
