"""Where the training begins: not at random, which would spend most of the time on finding out which words belong
together, but at what can be counted.

Embeddings come from latent semantic analysis: a token's row is how much more often than by chance it stands in
questions of each topic and beside each other token, reduced to the width of the network. Attention begins as an
average over what was read, which its value and output matrices hand on unchanged. Both only start the training;
everything is learned on.
"""
import torch

SMOOTHING = 30
"""Added to the counts of rows and columns: what was seen a few times says little."""
TOPIC_WEIGHT, NEIGHBOUR_WEIGHT = 1.5, 0.3
NOISE = 0.4
EMBEDDING_STD = 0.02


def surplus(counts):
    """Positive pointwise mutual information."""
    rows, columns = counts.sum(1, keepdim=True) + SMOOTHING, counts.sum(0, keepdim=True) + SMOOTHING
    return torch.log((counts + 1e-9) * counts.sum() / (rows * columns)).clamp(min=0)


@torch.no_grad()
def embeddings(model, questions, num_labels):
    """`questions` as (ids, label)."""
    vocabulary, hidden = model.shape.vocabulary, model.shape.hidden
    with_label, together = torch.zeros(vocabulary, num_labels), torch.zeros(vocabulary, vocabulary)
    for ids, label in questions:
        unique = torch.tensor(sorted(set(ids)))
        with_label[unique, label] += 1
        together[unique[:, None], unique[None]] += 1
    together.fill_diagonal_(0)
    counted = torch.cat((surplus(with_label) * TOPIC_WEIGHT, surplus(together) * NEIGHBOUR_WEIGHT), 1)
    left, strength, _ = torch.linalg.svd(counted, full_matrices=False)
    # Turned at random, so that no dimension means more than another.
    rows = left[:, :hidden] * strength[:hidden] @ torch.linalg.qr(torch.randn(hidden, hidden))[0]
    rows = rows / rows.norm(dim=1, keepdim=True).clamp(min=1e-6) * hidden ** 0.5
    noise = torch.randn(vocabulary, hidden)
    seen = with_label.sum(1, keepdim=True) > 0
    model.token_embd.weight.copy_(torch.where(seen, rows + NOISE * noise, noise) * EMBEDDING_STD)


@torch.no_grad()
def attention(model):
    shape, dim = model.shape, model.shape.head_dim
    group = shape.heads // shape.kv_heads
    for block in model.blk:
        values = torch.linalg.qr(torch.randn(shape.hidden, shape.hidden))[0][:shape.kv_heads * dim]
        block.attn_v.weight.copy_(values)
        for head in range(shape.heads):
            kv = head // group
            block.attn_output.weight[:, head * dim:(head + 1) * dim] = values[kv * dim:(kv + 1) * dim].T / group
        block.attn_q.weight.mul_(0.3)
        block.attn_k.weight.mul_(0.3)
