"""Who tells the network what a question is about: support vectors over the letters and the words of a question.

They see pieces of two to five letters, so that "downloading" is near to "download", and pairs of words, and hardly learn
by heart. What they know of a question is not one topic but how near each is, which teaches more than a right answer
(Hinton et al., 2015); and they have an opinion of any text, also of one that nobody would write. They are made in half a
minute, and forgotten when the network is trained.
"""
import numpy as np
import torch
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

PENALTY = 0.3
SHARPNESS = 5.0
"""Of its decisions, before they become probabilities."""
NEVER = -30.0


class Teacher:
    def __init__(self, questions, places, num_topics):
        """`places`: of each question's topic among all."""
        self.num_topics = num_topics
        self.parts = [
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
            TfidfVectorizer(token_pattern=r"[\w']+", ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        ]
        self.vectors = LinearSVC(C=PENALTY).fit(hstack([part.fit_transform(questions) for part in self.parts]), places)

    def opinion(self, questions):
        """Probabilities, [questions, topics]."""
        parts = hstack([part.transform(questions) for part in self.parts])
        decisions = np.full((len(questions), self.num_topics), NEVER)
        decisions[:, self.vectors.classes_] = self.vectors.decision_function(parts) * SHARPNESS
        return torch.from_numpy(decisions).float().softmax(-1)
