"""The network: a small Llama, in the form that llama.cpp's files have (neighbouring dimensions rotate together)."""
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    hidden: int = 256
    layers: int = 4
    heads: int = 8
    kv_heads: int = 4
    head_dim: int = 32
    feed_forward: int = 512
    context: int = 1024
    rope_theta: float = 10000.0
    norm_eps: float = 1e-5


class Rotation(nn.Module):
    def __init__(self, shape):
        super().__init__()
        frequency = shape.rope_theta ** (-torch.arange(0, shape.head_dim, 2, dtype=torch.float64) / shape.head_dim)
        angle = torch.arange(shape.context, dtype=torch.float64)[:, None] * frequency
        self.register_buffer("cos", angle.cos().float(), persistent=False)
        self.register_buffer("sin", angle.sin().float(), persistent=False)

    def forward(self, x, start):
        """[batch, heads, tokens, head_dim]"""
        tokens = x.shape[2]
        cos, sin = self.cos[start:start + tokens], self.sin[start:start + tokens]
        a, b = x.unflatten(-1, (-1, 2)).unbind(-1)
        return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        q, kv = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
        matrix = lambda inputs, outputs: nn.Linear(inputs, outputs, bias=False)
        self.shape = shape
        self.attn_norm = nn.RMSNorm(shape.hidden, eps=shape.norm_eps)
        self.attn_q, self.attn_k, self.attn_v = (matrix(shape.hidden, n) for n in (q, kv, kv))
        self.attn_output = matrix(q, shape.hidden)
        self.ffn_norm = nn.RMSNorm(shape.hidden, eps=shape.norm_eps)
        self.ffn_gate, self.ffn_up = (matrix(shape.hidden, shape.feed_forward) for _ in range(2))
        self.ffn_down = matrix(shape.feed_forward, shape.hidden)

    def forward(self, x, rotation, cache):
        heads = lambda y, n: y.unflatten(-1, (n, self.shape.head_dim)).transpose(1, 2)
        start = cache[0].shape[2] if cache else 0
        h = self.attn_norm(x)
        q = rotation(heads(self.attn_q(h), self.shape.heads), start)
        k = rotation(heads(self.attn_k(h), self.shape.kv_heads), start)
        v = heads(self.attn_v(h), self.shape.kv_heads)
        if cache is not None:
            if cache:
                k, v = torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2)
            cache[:] = [k, v]
        group = self.shape.heads // self.shape.kv_heads
        attended = F.scaled_dot_product_attention(
            q, k.repeat_interleave(group, 1), v.repeat_interleave(group, 1), is_causal=start == 0)
        x = x + self.attn_output(attended.transpose(1, 2).flatten(2))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Guide(nn.Module):
    """Parameters are named as their tensors in the file."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.hidden)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = nn.RMSNorm(shape.hidden, eps=shape.norm_eps)
        self.rotation = Rotation(shape)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                # The matrices that write into the residual stream begin smaller, as in GPT-2.
                last = name.endswith(("attn_output.weight", "ffn_down.weight"))
                std = 0.02 if "token_embd" in name else parameter.shape[1] ** -0.5
                nn.init.normal_(parameter, std=std * ((2 * shape.layers) ** -0.5 if last else 1))

    def hidden(self, ids, caches=None):
        x = self.token_embd(ids)
        for i, block in enumerate(self.blk):
            x = block(x, self.rotation, caches[i] if caches else None)
        return self.output_norm(x)

    def forward(self, ids, caches=None):
        """[batch, tokens] to [batch, tokens, vocabulary]; the output matrix is the embedding."""
        return self.hidden(ids, caches) @ self.token_embd.weight.T

    def caches(self):
        return [[] for _ in self.blk]


@torch.no_grad()
def generate(model, prompts, end, max_tokens, temperature=0.0, top_p=1.0, generator=None):
    """Answers as lists of ids, without the end token. Prompts of one length run together, so nothing is padded."""
    answers = [[] for _ in prompts]
    by_length = {}
    for i, prompt in enumerate(prompts):
        by_length.setdefault(len(prompt), []).append(i)
    for indices in by_length.values():
        caches, ids = model.caches(), torch.tensor([prompts[i] for i in indices])
        open_ = torch.ones(len(indices), dtype=torch.bool)
        for _ in range(max_tokens):
            logits = model(ids, caches)[:, -1]
            token = choose(logits, temperature, top_p, generator)
            open_ &= token != end
            if not open_.any():
                break
            for row, i in enumerate(indices):
                if open_[row]:
                    answers[i].append(int(token[row]))
            ids = token[:, None]
    return answers


def choose(logits, temperature, top_p, generator):
    if temperature == 0:
        return logits.argmax(-1)
    probability, order = (logits / temperature).softmax(-1).sort(-1, descending=True)
    # The first token beyond the nucleus is the first whose predecessors already fill it.
    probability[probability.cumsum(-1) - probability >= top_p] = 0
    return order.gather(-1, torch.multinomial(probability, 1, generator=generator))[:, 0]
