"""The GGUF file, and the network as it is in one."""
import json

import gguf
import numpy as np
import torch
from gguf.quants import dequantize, quantize

from . import vocabulary
from .network import Guide, Shape

NAME = "Inkling guide"
LICENCE = "MIT OR Apache-2.0"
DESCRIPTION = (
    "A tiny guide to Inkling and to efficient language models, trained from scratch on questions and answers written "
    "for it. It answers in sentences that it has learned and declines everything else."
)
SAMPLING = {"temp": 0.3, "top_p": 0.9, "top_k": 20}
FORMATS = {"F32": gguf.GGMLQuantizationType.F32, "Q8_0": gguf.GGMLQuantizationType.Q8_0,
           "Q4_0": gguf.GGMLQuantizationType.Q4_0}
FILE_TYPES = {"F32": gguf.LlamaFileType.ALL_F32, "Q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
              "Q4_0": gguf.LlamaFileType.MOSTLY_Q4_0}
CONTROL, NORMAL = 3, 1


def kind_of(name, tensor, format_):
    """Norms stay as they are. In a 4-bit file the embedding has 8 bits, as in llama.cpp's: it is the output too."""
    if tensor.ndim == 1:
        return FORMATS["F32"]
    return FORMATS["Q8_0"] if format_ == "Q4_0" and name == "token_embd.weight" else FORMATS[format_]


def write(model, tokenizer_path, path, format_):
    shape = model.shape
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(NAME)
    writer.add_description(DESCRIPTION)
    writer.add_license(LICENCE)
    writer.add_file_type(FILE_TYPES[format_])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_rope_freq_base(shape.rope_theta)
    writer.add_layer_norm_rms_eps(shape.norm_eps)
    writer.add_float32("general.sampling.temp", SAMPLING["temp"])
    writer.add_float32("general.sampling.top_p", SAMPLING["top_p"])
    writer.add_int32("general.sampling.top_k", SAMPLING["top_k"])
    add_tokenizer(writer, vocabulary.load(tokenizer_path))
    for name, tensor in model.state_dict().items():
        array = tensor.numpy().astype(np.float32)
        kind = kind_of(name, array, format_)
        writer.add_tensor(name, quantize(array, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_tokenizer(writer, tokenizer):
    ids = tokenizer.get_vocab()
    tokens = sorted(ids, key=ids.get)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    end = tokenizer.token_to_id(vocabulary.END)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([CONTROL if vocabulary.is_control(token) else NORMAL for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_eos_token_id(end)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_chat_template(vocabulary.TEMPLATE)


def read(path):
    """The network that a file holds, its weights as exactly as the file has them."""
    reader = gguf.GGUFReader(path)
    value = lambda key: reader.fields[key].contents()
    shape = Shape(
        vocabulary=value("llama.vocab_size"), hidden=value("llama.embedding_length"), layers=value("llama.block_count"),
        heads=value("llama.attention.head_count"), kv_heads=value("llama.attention.head_count_kv"),
        head_dim=value("llama.rope.dimension_count"), feed_forward=value("llama.feed_forward_length"),
        context=value("llama.context_length"), rope_theta=value("llama.rope.freq_base"),
        norm_eps=value("llama.attention.layer_norm_rms_epsilon"),
    )
    model = Guide(shape)
    weights = {tensor.name: torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).astype(np.float32))
               for tensor in reader.tensors}
    model.load_state_dict(weights)
    return model.eval()
