#!/usr/bin/env python3
"""Makes the golden set: a tiny random Llama and what it computes, by an implementation that shares nothing with the
engine: NumPy in float64, whole sequences at once, no cache, straight from the equations (RMSNorm, RoPE with
half-split pairs, grouped-query attention, SwiGLU). With it a lone clone can prove the engine wrong.

Run from this folder: python3 make.py   (needs numpy; the seed is fixed, so the files come out the same)
"""
import json
import struct

import numpy as np

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": 61,
    "hidden_size": 40,
    "intermediate_size": 56,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 12,
    "max_position_embeddings": 64,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
PROMPT = [1, 17, 4, 60, 33, 33, 9, 0, 21, 58, 5]
NUM_GREEDY = 12


def weights(rng):
    c = CONFIG
    hidden, ff, head = c["hidden_size"], c["intermediate_size"], c["head_dim"]
    q, kv = c["num_attention_heads"] * head, c["num_key_value_heads"] * head
    matrix = lambda rows, cols: rng.normal(0, 1.5 / np.sqrt(cols), (rows, cols)).astype(np.float32)
    norm = lambda: rng.normal(1, 0.2, hidden).astype(np.float32)
    w = {"model.embed_tokens.weight": rng.normal(0, 1, (c["vocab_size"], hidden)).astype(np.float32)}
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."
        w[p + "input_layernorm.weight"] = norm()
        w[p + "self_attn.q_proj.weight"] = matrix(q, hidden)
        w[p + "self_attn.k_proj.weight"] = matrix(kv, hidden)
        w[p + "self_attn.v_proj.weight"] = matrix(kv, hidden)
        w[p + "self_attn.o_proj.weight"] = matrix(hidden, q)
        w[p + "post_attention_layernorm.weight"] = norm()
        w[p + "mlp.gate_proj.weight"] = matrix(ff, hidden)
        w[p + "mlp.up_proj.weight"] = matrix(ff, hidden)
        w[p + "mlp.down_proj.weight"] = matrix(hidden, ff)
    w["model.norm.weight"] = norm()
    w["lm_head.weight"] = matrix(c["vocab_size"], hidden)
    return w


def rms_norm(x, gamma):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + CONFIG["rms_norm_eps"]) * gamma


def rope(x):
    """[tokens, heads, head_dim]"""
    tokens, _, dim = x.shape
    frequency = CONFIG["rope_theta"] ** (-np.arange(0, dim, 2) / dim)
    angle = np.outer(np.arange(tokens), frequency)[:, None, :]
    a, b = x[..., : dim // 2], x[..., dim // 2 :]
    return np.concatenate([a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)], -1)


def logits(w, ids):
    c = CONFIG
    w = {name: value.astype(np.float64) for name, value in w.items()}
    heads, kv_heads, dim = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
    tokens = len(ids)
    x = w["model.embed_tokens.weight"][ids]
    hidden_from_past = np.triu(np.full((tokens, tokens), -np.inf), 1)
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."
        h = rms_norm(x, w[p + "input_layernorm.weight"])
        q = rope((h @ w[p + "self_attn.q_proj.weight"].T).reshape(tokens, heads, dim))
        k = rope((h @ w[p + "self_attn.k_proj.weight"].T).reshape(tokens, kv_heads, dim))
        v = (h @ w[p + "self_attn.v_proj.weight"].T).reshape(tokens, kv_heads, dim)
        k, v = (np.repeat(t, heads // kv_heads, axis=1) for t in (k, v))
        score = np.einsum("qhd,khd->hqk", q, k) / np.sqrt(dim) + hidden_from_past
        weight = np.exp(score - score.max(-1, keepdims=True))
        weight /= weight.sum(-1, keepdims=True)
        attended = np.einsum("hqk,khd->qhd", weight, v).reshape(tokens, heads * dim)
        x = x + attended @ w[p + "self_attn.o_proj.weight"].T
        h = rms_norm(x, w[p + "post_attention_layernorm.weight"])
        gate, up = h @ w[p + "mlp.gate_proj.weight"].T, h @ w[p + "mlp.up_proj.weight"].T
        x = x + (gate / (1 + np.exp(-gate)) * up) @ w[p + "mlp.down_proj.weight"].T
    return rms_norm(x, w["model.norm.weight"]) @ w["lm_head.weight"].T


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, value in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in tensors.values():
            file.write(value.tobytes())


def main():
    w = weights(np.random.default_rng(6))
    rows = logits(w, PROMPT)
    ids, greedy, margins = list(PROMPT), [], []
    for _ in range(NUM_GREEDY):
        last = logits(w, ids)[-1]
        top = np.argsort(-last)[:2]
        greedy.append(int(top[0]))
        margins.append(float(last[top[0]] - last[top[1]]))
        ids.append(int(top[0]))
    write_safetensors("model.safetensors", w)
    with open("config.json", "w") as file:
        json.dump(CONFIG, file, indent=1)
    expected = {"prompt": PROMPT, "logits": np.round(rows, 6).tolist(), "greedy": greedy, "margins": margins}
    with open("expected.json", "w") as file:
        json.dump(expected, file)
    print(f"smallest margin {min(margins):.4f}, logits up to {np.abs(rows).max():.2f}")


main()
