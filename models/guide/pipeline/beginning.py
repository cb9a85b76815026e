"""Where the training begins: not at random, which would spend most of the time on finding out which words matter, but
at a linear classifier.

Support vectors over the tokens of a question, weighted by how rare they are, tell the topics apart in seconds and hardly
learn by heart. A Llama can hold such a classifier exactly: its weights are a matrix of topics by tokens, which is
the product of two thinner ones. One becomes the rows of the tokens in the embedding, the other those of the topics'
tokens, and the first layer attends to everything alike, so that what stands at the end of the question is the mean of
its tokens, and its product with the topics' rows the classifier's decision. Everything is learned on from there.
"""
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

PENALTY = 0.3
"""Of the support vectors: small, so that no single word decides."""
EMBEDDING_STD = 0.02
GAIN = 0.8
"""Of the first layer's attention: its mean stands out from what the other layers begin with."""
QUIET, NEARLY_EVEN = 0.05, 0.02
"""What is left of the other matrices that write into the residual stream, and of queries and keys."""


def classifier(questions, vocabulary):
    """Weights [topics, tokens] and the topics' tokens, from (ids, topic's token)."""
    names = {str(token): token for token in range(vocabulary)}
    counted = TfidfVectorizer(analyzer=lambda ids: map(str, ids), vocabulary=names, sublinear_tf=True)
    found = LinearSVC(C=PENALTY).fit(counted.fit_transform([ids for ids, _ in questions]), [topic for _, topic in questions])
    return torch.from_numpy(found.coef_ * counted.idf_).float(), found.classes_.tolist()


@torch.no_grad()
def begin(model, questions):
    """`questions` as (ids, token of the topic)."""
    shape = model.shape
    weights, topics = classifier(questions, shape.vocabulary)
    # A constant for all topics decides nothing.
    left, strength, right = torch.linalg.svd(weights - weights.mean(0), full_matrices=False)
    rank = min(len(strength), shape.kv_heads * shape.head_dim)
    left, strength, right = left[:, :rank], strength[:rank].sqrt(), right[:rank]
    # Turned at random, so that no dimension of the file means more than another.
    turn = torch.linalg.qr(torch.randn(shape.hidden, shape.hidden))[0]
    read, unread = turn[:rank], turn[rank:]
    embedding(model, right.T * strength, left * strength, topics, read, unread)
    attention(model, read)


def embedding(model, of_tokens, of_topics, topics, read, unread):
    """All rows get the same length, because the network divides by it; the rest of it lies where nothing is read."""
    rest = torch.randn(model.shape.vocabulary, len(unread))
    of_tokens = of_tokens / of_tokens.norm(dim=1).max()
    missing = (1 - of_tokens.square().sum(1)).clamp(min=0).sqrt()
    rows = of_tokens @ read + rest / rest.norm(dim=1, keepdim=True) * missing[:, None] @ unread
    rows[topics] = of_topics / of_topics.norm(dim=1).mean() @ read
    model.token_embd.weight.copy_(rows * EMBEDDING_STD * model.shape.hidden ** 0.5)


def attention(model, read):
    """The first layer hands on the mean of what was read; the others begin quietly."""
    shape, rank = model.shape, len(read)
    group = shape.heads // shape.kv_heads
    for block in model.blk:
        for matrix in (block.attn_output, block.ffn_down):
            matrix.weight.mul_(QUIET)
        for matrix in (block.attn_q, block.attn_k):
            matrix.weight.mul_(NEARLY_EVEN)
    first = model.blk[0]
    first.attn_v.weight.zero_()
    first.attn_v.weight[:rank] = read
    first.attn_output.weight.zero_()
    for head in range(shape.heads):
        kv = head // group * shape.head_dim
        rows = read[kv:kv + shape.head_dim]
        columns = head * shape.head_dim
        first.attn_output.weight[:, columns:columns + len(rows)] = rows.T * GAIN / group
