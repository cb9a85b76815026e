"""The training dialogues: one or two exchanges each, as many as asked for, the same ones for the same seed.

Two, because the chat template shows the model the last exchange and the new question, whatever the length of the
conversation. The earlier exchange is of a random topic most of the time: it must not confuse.
"""
import random
from dataclasses import dataclass

from .sources import OUT_OF_SCOPE, SMALL_TALK
from .wording import Wording, fill

SHARE_OUT_OF_SCOPE = 0.36
SHARE_SMALL_TALK = 0.09
SHARE_FROM_TEMPLATES = 0.55
SHARE_TWO_TURNS = 0.4
SHARE_FOLLOW_UPS = 0.2
"""Of second turns whose first has follow-ups."""
SHARE_UNVARIED = 0.2


@dataclass
class Turn:
    topic: str
    question: str
    answer: str


class Deck:
    """Draws every card once before any comes again."""

    def __init__(self, cards, rng):
        self.cards, self.rng, self.left = list(cards), rng, []

    def draw(self):
        if not self.left:
            self.left = self.cards[:]
            self.rng.shuffle(self.left)
        return self.left.pop()


class Dialogues:
    def __init__(self, sources, seed):
        self.rng = random.Random(seed)
        self.sources, self.wording = sources, Wording()
        deck = lambda cards: Deck(cards, self.rng)
        ids = sources.topics.keys()
        self.small_talk = deck(sorted(SMALL_TALK & ids))
        self.others = deck(sorted(ids - SMALL_TALK - {OUT_OF_SCOPE}))
        self.templates = deck(sources.templates)
        self.questions = {id: deck(topic.questions) for id, topic in sources.topics.items()}
        self.answers = {id: deck(topic.answers) for id, topic in sources.topics.items()}

    def topic(self):
        luck = self.rng.random()
        if luck < SHARE_OUT_OF_SCOPE:
            return OUT_OF_SCOPE
        return self.small_talk.draw() if luck < SHARE_OUT_OF_SCOPE + SHARE_SMALL_TALK else self.others.draw()

    def turn(self):
        topic = self.topic()
        if topic == OUT_OF_SCOPE and self.rng.random() < SHARE_FROM_TEMPLATES:
            question = fill(self.templates.draw(), self.sources.words, self.rng)
        else:
            question = self.questions[topic].draw()
        return Turn(topic, self.varied(question), self.answers[topic].draw())

    def varied(self, question):
        return question if self.rng.random() < SHARE_UNVARIED else self.wording.vary(question, self.rng)

    def dialogue(self):
        turns = [self.turn()]
        if self.rng.random() < SHARE_TWO_TURNS:
            first = self.sources.topics[turns[0].topic]
            if first.follow_ups and self.rng.random() < SHARE_FOLLOW_UPS:
                turns.append(Turn(first.id, self.varied(self.rng.choice(first.follow_ups)), first.follow_up_answer))
            else:
                turns.append(self.turn())
        return turns
