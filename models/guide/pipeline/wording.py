"""How people vary a question: politeness, other words for the same thing, contractions, slips of the finger.

Every variation keeps the meaning. The lists are in `wording.toml`.
"""
import re
import tomllib

from .sources import ROOT

NEIGHBOURS = {
    "a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}
VOWELS = "aeiou"
CONSONANTS = "bcdfghjklmnprstvwz"


class Wording:
    def __init__(self):
        lists = tomllib.loads((ROOT / "wording.toml").read_text())
        self.before, self.after = lists["before"], lists["after"]
        self.function_words = set(lists["function_words"])
        self.contractions = lists["contractions"]
        self.synonyms = {}
        for group in lists["synonyms"]:
            for phrase in group:
                self.synonyms.setdefault(phrase, set()).update(other for other in group if other != phrase)
        self.synonyms = {phrase: sorted(others) for phrase, others in self.synonyms.items()}
        longest_first = sorted(self.synonyms, key=lambda phrase: (-len(phrase), phrase))
        self.any_synonym = re.compile(r"(?<![\w'])(" + "|".join(map(re.escape, longest_first)) + r")(?![\w'])")

    def vary(self, question, rng):
        text = question.rstrip("?.! ")
        end = question[len(text):].strip()
        if rng.random() < 0.5:
            text = self.any_synonym.sub(
                lambda found: rng.choice(self.synonyms[found[0]]) if rng.random() < 0.4 else found[0], text)
        if rng.random() < 0.3:
            text = self.contract(text, rng)
        if rng.random() < 0.35:
            text = self.drop_words(text, rng)
        if rng.random() < 0.25:
            text = f"{rng.choice(self.before)} {text}"
        if rng.random() < 0.12:
            text = f"{text} {rng.choice(self.after)}"
        if rng.random() < 0.15:
            text = typo(text, rng)
        if rng.random() < 0.1:
            text = text.replace("'", "")
        luck = rng.random()
        if luck < 0.45:
            end = ""
        elif luck < 0.9:
            end = end or "?"
        elif luck < 0.97:
            end = rng.choice(["?", "?", ".", "??", "!", " ?"])
        return text + end

    def contract(self, text, rng):
        for long, short in self.contractions:
            if long in text and rng.random() < 0.5:
                text = re.sub(rf"\b{long}\b", short, text)
            elif short in text and rng.random() < 0.3:
                text = re.sub(rf"\b{short}\b", long, text)
        return text

    def drop_words(self, text, rng):
        words = text.split(" ")
        if len(words) < 4:
            return text
        kept = [word for word in words if rng.random() >= (0.2 if word in self.function_words else 0.04)]
        return " ".join(kept) if len(kept) >= 2 else text


def typo(text, rng):
    """One letter of one longer word swapped, dropped, doubled or mistaken for its neighbour on the keyboard."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if not long:
        return text
    i = rng.choice(long)
    word = words[i]
    at = rng.randrange(1, len(word) - 1)
    words[i] = rng.choice([
        word[:at] + word[at + 1] + word[at] + word[at + 2:],
        word[:at] + word[at + 1:],
        word[:at] + word[at] + word[at:],
        word[:at] + rng.choice(NEIGHBOURS.get(word[at], word[at])) + word[at + 1:],
    ])
    return " ".join(words)


def made_up_word(rng):
    """A word that does not exist: what the model has never read must lead to "I do not know", not to a guess."""
    word = "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(rng.randint(1, 3)))
    return word + rng.choice(["", "n", "r", "s", "l", "nd", "rt", "x", "ton", "ska", "berg"])


def fill(template, words, rng):
    """A template with its slots filled from the word lists."""
    def word(found):
        if found[1] == "made_up":
            return made_up_word(rng)
        if found[1] == "number":
            return str(rng.choice([rng.randint(2, 20), rng.randint(10, 99), rng.randint(100, 9999)]))
        return rng.choice(words[found[1]])
    return re.sub(r"\{(\w+)\}", word, template)
