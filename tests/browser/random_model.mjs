// A Llama with random weights and a large vocabulary, written as a GGUF file.
//
// It says nothing sensible. It is there to be big: several times what the page may hold in its own memory, with
// a vocabulary of the size that real models have. The layout is that of the GGUF specification, version 3.

import { randomFillSync } from 'node:crypto';
import { open } from 'node:fs/promises';

const TYPE = { F32: 0, F16: 1, Q4_0: 2 };
const VALUE = { UINT32: 4, INT32: 5, FLOAT32: 6, STRING: 8, ARRAY: 9 };
const ALIGNMENT = 32;
const CHUNK_BYTES = 1 << 20;
const Q4_0_BLOCK = { weights: 32, bytes: 18 };

/** About 330 MB: the embedding alone is larger than the memory that the page may use. */
export const LARGE = {
  vocabularySize: 150_000,
  hiddenSize: 768,
  feedForwardSize: 2048,
  numLayers: 3,
  numHeads: 12,
  numKvHeads: 4,
  contextLength: 256,
};

/** Writes the file and returns its length in bytes. A shape may have a `chatTemplate`. */
export async function writeRandomModel(path, shape = LARGE) {
  const tensors = tensorsOf(shape);
  let offset = 0;
  for (const tensor of tensors) {
    tensor.offset = offset;
    offset += align(tensor.bytes);
  }
  const header = headerBytes(shape, tensors);
  const file = await open(path, 'w');
  try {
    let written = 0;
    const write = async (bytes) => {
      await file.write(bytes, 0, bytes.length);
      written += bytes.length;
    };
    await write(header);
    await write(Buffer.alloc(align(written) - written));
    const patterns = new Map(Object.values(TYPE).map((type) => [type, randomChunk(type)]));
    for (const { type, bytes } of tensors) {
      const pattern = patterns.get(type);
      for (let left = bytes; left > 0; left -= pattern.length) {
        await write(left >= pattern.length ? pattern : pattern.subarray(0, left));
      }
      await write(Buffer.alloc(align(bytes) - bytes));
    }
    return written;
  } finally {
    await file.close();
  }
}

function align(bytes) {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Random bytes that are finite numbers of a small size in the given type; a whole number of blocks. */
function randomChunk(type) {
  if (type === TYPE.Q4_0) {
    const blocks = Math.floor(CHUNK_BYTES / Q4_0_BLOCK.bytes);
    const bytes = randomFillSync(Buffer.alloc(blocks * Q4_0_BLOCK.bytes));
    // The scale stands first: 2^-8 as a half.
    for (let block = 0; block < blocks; block++) {
      bytes.writeUInt16LE(0x1c00, block * Q4_0_BLOCK.bytes);
    }
    return bytes;
  }
  const bytes = randomFillSync(Buffer.alloc(CHUNK_BYTES));
  if (type === TYPE.F16) {
    // Any sign and fraction, the exponent that makes it lie between 2^-6 and 2^-5.
    for (let at = 0; at < bytes.length; at += 2) {
      bytes.writeUInt16LE((bytes.readUInt16LE(at) & 0x83ff) | 0x2400, at);
    }
  } else {
    for (let at = 0; at < bytes.length; at += 4) bytes.writeFloatLE(1, at);
  }
  return bytes;
}

function tensorsOf(shape) {
  const { hiddenSize, feedForwardSize, numHeads, numKvHeads, vocabularySize } = shape;
  const kvSize = (hiddenSize / numHeads) * numKvHeads;
  const tensors = [];
  // Dimensions in GGUF's order: the length of a row first.
  const add = (name, type, ...dimensions) => {
    const weights = dimensions.reduce((product, size) => product * size, 1);
    const bytes = {
      [TYPE.F32]: weights * 4,
      [TYPE.F16]: weights * 2,
      [TYPE.Q4_0]: (weights / Q4_0_BLOCK.weights) * Q4_0_BLOCK.bytes,
    }[type];
    tensors.push({ name, type, dimensions, bytes });
  };
  add('token_embd.weight', TYPE.F16, hiddenSize, vocabularySize);
  for (let layer = 0; layer < shape.numLayers; layer++) {
    const inLayer = (name, ...rest) => add(`blk.${layer}.${name}.weight`, ...rest);
    inLayer('attn_norm', TYPE.F32, hiddenSize);
    inLayer('attn_q', TYPE.Q4_0, hiddenSize, hiddenSize);
    inLayer('attn_k', TYPE.Q4_0, hiddenSize, kvSize);
    inLayer('attn_v', TYPE.Q4_0, hiddenSize, kvSize);
    inLayer('attn_output', TYPE.Q4_0, hiddenSize, hiddenSize);
    inLayer('ffn_norm', TYPE.F32, hiddenSize);
    inLayer('ffn_gate', TYPE.Q4_0, hiddenSize, feedForwardSize);
    inLayer('ffn_up', TYPE.Q4_0, hiddenSize, feedForwardSize);
    inLayer('ffn_down', TYPE.Q4_0, feedForwardSize, hiddenSize);
  }
  add('output_norm.weight', TYPE.F32, hiddenSize);
  add('output.weight', TYPE.Q4_0, hiddenSize, vocabularySize);
  return tensors;
}

function headerBytes(shape, tensors) {
  const { tokens, merges, endId } = vocabulary(shape.vocabularySize);
  const metadata = [
    ['general.architecture', VALUE.STRING, 'llama'],
    ['general.name', VALUE.STRING, 'Random and large'],
    ['general.alignment', VALUE.UINT32, ALIGNMENT],
    ['llama.block_count', VALUE.UINT32, shape.numLayers],
    ['llama.context_length', VALUE.UINT32, shape.contextLength],
    ['llama.embedding_length', VALUE.UINT32, shape.hiddenSize],
    ['llama.feed_forward_length', VALUE.UINT32, shape.feedForwardSize],
    ['llama.attention.head_count', VALUE.UINT32, shape.numHeads],
    ['llama.attention.head_count_kv', VALUE.UINT32, shape.numKvHeads],
    ['llama.attention.layer_norm_rms_epsilon', VALUE.FLOAT32, 1e-5],
    ['llama.rope.dimension_count', VALUE.UINT32, shape.hiddenSize / shape.numHeads],
    ['llama.rope.freq_base', VALUE.FLOAT32, 10_000],
    ['llama.vocab_size', VALUE.UINT32, shape.vocabularySize],
    ['tokenizer.ggml.model', VALUE.STRING, 'gpt2'],
    ['tokenizer.ggml.pre', VALUE.STRING, 'gpt-2'],
    ['tokenizer.ggml.tokens', VALUE.ARRAY, { type: VALUE.STRING, values: tokens }],
    [
      'tokenizer.ggml.token_type',
      VALUE.ARRAY,
      // 1 is an ordinary token, 3 one that controls.
      { type: VALUE.INT32, values: tokens.map((_, id) => (id === endId ? 3 : 1)) },
    ],
    ['tokenizer.ggml.merges', VALUE.ARRAY, { type: VALUE.STRING, values: merges }],
    ['tokenizer.ggml.bos_token_id', VALUE.UINT32, endId],
    ['tokenizer.ggml.eos_token_id', VALUE.UINT32, endId],
  ];
  if (shape.chatTemplate) metadata.push(['tokenizer.chat_template', VALUE.STRING, shape.chatTemplate]);
  const parts = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.length)];
  for (const [key, type, value] of metadata) {
    parts.push(string(key), u32(type), valueBytes(type, value));
  }
  for (const { name, type, dimensions, offset } of tensors) {
    parts.push(string(name), u32(dimensions.length));
    parts.push(...dimensions.map(u64), u32(type), u64(offset));
  }
  return Buffer.concat(parts);
}

/** 256 bytes, then words of letters, each made of an earlier word and a letter, then the end of a text. */
function vocabulary(size) {
  const tokens = byteSymbols();
  const merges = [];
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  let words = [...letters];
  while (tokens.length < size - 1) {
    const longer = [];
    for (const word of words) {
      for (const letter of letters) {
        if (tokens.length === size - 1) break;
        longer.push(word + letter);
        tokens.push(word + letter);
        merges.push(`${word} ${letter}`);
      }
    }
    words = longer;
  }
  tokens.push('<|endoftext|>');
  return { tokens, merges, endId: size - 1 };
}

/** How byte-level vocabularies write a byte: printable ones as they are, the others from U+0100 on. */
function byteSymbols() {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
    return String.fromCharCode(printable ? byte : next++);
  });
}

function valueBytes(type, value) {
  switch (type) {
    case VALUE.UINT32:
      return u32(value);
    case VALUE.INT32: {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(value);
      return bytes;
    }
    case VALUE.FLOAT32: {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(value);
      return bytes;
    }
    case VALUE.STRING:
      return string(value);
    case VALUE.ARRAY:
      return Buffer.concat([
        u32(value.type),
        u64(value.values.length),
        ...value.values.map((item) => valueBytes(value.type, item)),
      ]);
    default:
      throw new Error(`no value of type ${type}`);
  }
}

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function string(text) {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}
