//! ggml's block formats in the layouts made for them, and back.
//!
//! Packing only moves bits: codes into words of which one mask yields four consecutive codes, scales as they are.
//! Both directions hold 32 codes as eight words with a code in each byte, which is how the kernels see them too;
//! unpacking multiplies in the order of ggml (`dequantize_row_*`), so that it gives the very numbers of
//! [`super::dtype::dequantize_row`]. Knows nothing of rounding; `quantize` does that.

use half::f16;

use super::dtype::iq4_level;
use super::layout::{BLOCK_LEN, Layout};
use crate::error::{Error, Result};

/// The codes of a block: code 4i + j is byte j of word i.
type Codes = [u32; 8];

/// Blocks of a superblock, in the formats whose names end in K and in IQ4_XS.
const SUPERBLOCK: usize = 8;

/// Appends a row of the block format that `layout` was made for.
pub(super) fn pack_row(
    layout: Layout,
    src: &[u8],
    codes: &mut Vec<u8>,
    scales: &mut Vec<u8>,
) -> Result<()> {
    match layout {
        Layout::Q4 | Layout::IQ4_NL => {
            for [d0, d1, nibbles @ ..] in src.as_chunks::<18>().0 {
                push_halves(scales, &[*d0, *d1])?;
                push_four_bits(codes, &codes_of_nibbles(nibbles));
            }
        }
        Layout::Q8 => {
            for [d0, d1, bytes @ ..] in src.as_chunks::<34>().0 {
                push_halves(scales, &[*d0, *d1])?;
                codes.extend_from_slice(bytes);
            }
        }
        Layout::Q4_1 => {
            for block in src.as_chunks::<20>().0 {
                push_halves(scales, &block[..4])?;
                push_four_bits(codes, &codes_of_nibbles(&block[4..]));
            }
        }
        Layout::Q5_0 => {
            for pair in src.chunks(2 * 22) {
                let mut high_bits = [0; 8];
                let blocks = pair.as_chunks::<22>().0;
                for (block, high_bits) in blocks.iter().zip(high_bits.as_chunks_mut::<4>().0) {
                    push_halves(scales, &block[..2])?;
                    let block = codes_of_five_bits(word_at(block, 2), &block[6..]);
                    push_four_bits(codes, &block);
                    *high_bits = one_bit_fields(&block, 4).to_le_bytes();
                }
                scales.resize(scales.len().next_multiple_of(4), 0);
                scales.extend_from_slice(&high_bits);
            }
        }
        Layout::Q5_1 => {
            for block in src.as_chunks::<24>().0 {
                push_halves(scales, &block[..4])?;
                let block = codes_of_five_bits(word_at(block, 4), &block[8..]);
                push_four_bits(codes, &block);
                push_word(scales, one_bit_fields(&block, 4));
            }
        }
        Layout::Q2_K => {
            for superblock in src.as_chunks::<84>().0 {
                push_halves(scales, &superblock[80..84])?;
                scales.extend_from_slice(&superblock[..16]);
                for block in 0..SUPERBLOCK {
                    push_two_bits(codes, &two_bit_codes(&superblock[16..80], block), 0);
                }
            }
        }
        Layout::Q3_K => {
            for superblock in src.as_chunks::<110>().0 {
                push_halves(scales, &superblock[108..110])?;
                scales.extend_from_slice(&[0; 2]);
                scales.extend_from_slice(&superblock[96..108]);
                for block in 0..SUPERBLOCK {
                    let mut code = two_bit_codes(&superblock[32..96], block);
                    for (i, code) in code.iter_mut().enumerate() {
                        *code |= (word_at(superblock, 4 * i) >> block & ONE_BIT) << 2;
                    }
                    push_two_bits(codes, &code, 0);
                    push_word(scales, one_bit_fields(&code, 2));
                }
            }
        }
        Layout::Q4_K => {
            for superblock in src.as_chunks::<144>().0 {
                push_halves(scales, &superblock[..4])?;
                scales.extend_from_slice(&superblock[4..16]);
                for block in 0..SUPERBLOCK {
                    push_four_bits(codes, &four_bit_codes(&superblock[16..], block));
                }
            }
        }
        Layout::Q5_K => {
            for superblock in src.as_chunks::<176>().0 {
                push_halves(scales, &superblock[..4])?;
                scales.extend_from_slice(&superblock[4..16]);
                for block in 0..SUPERBLOCK {
                    let mut code = four_bit_codes(&superblock[48..], block);
                    for (i, code) in code.iter_mut().enumerate() {
                        *code |= (word_at(superblock, 16 + 4 * i) >> block & ONE_BIT) << 4;
                    }
                    push_four_bits(codes, &code);
                    push_word(scales, one_bit_fields(&code, 4));
                }
            }
        }
        Layout::Q6_K => {
            for superblock in src.as_chunks::<210>().0 {
                push_halves(scales, &superblock[208..210])?;
                scales.extend_from_slice(&[0; 2]);
                scales.extend_from_slice(&superblock[192..208]);
                for block in 0..SUPERBLOCK {
                    let code = six_bit_codes(superblock, block);
                    push_four_bits(codes, &code);
                    push_two_bits(scales, &code, 4);
                }
            }
        }
        Layout::IQ4_XS => {
            for superblock in src.as_chunks::<136>().0 {
                push_halves(scales, &superblock[..2])?;
                scales.extend_from_slice(&superblock[2..8]);
                for nibbles in superblock[8..].as_chunks::<16>().0 {
                    push_four_bits(codes, &codes_of_nibbles(nibbles));
                }
            }
        }
        Layout::F32
        | Layout::F16
        | Layout::Bf16
        | Layout::Q4Group32
        | Layout::Q4Group64
        | Layout::Q4Group128 => {
            return Err(Error::Unsupported(format!(
                "{} is no block format",
                layout.name()
            )));
        }
    }
    Ok(())
}

/// The numbers of a packed row; both planes must be a row's.
pub(super) fn unpack_row(layout: Layout, codes: &[u8], scales: &[u8], out: &mut [f32]) {
    let shape = layout.shape();
    let rows = codes
        .chunks(shape.code_bytes)
        .zip(out.chunks_mut(BLOCK_LEN));
    for (index, (codes, out)) in rows.enumerate() {
        let shared = scales
            .chunks(shape.scale_words * 4)
            .nth(index / shape.shared_by)
            .unwrap_or_default();
        let values = unpack_block(layout, index % shape.shared_by, codes, shared);
        for (out, value) in out.iter_mut().zip(values) {
            *out = value;
        }
    }
}

/// The numbers of one block: the `block`th of those that share `scales`.
fn unpack_block(layout: Layout, block: usize, codes: &[u8], scales: &[u8]) -> [f32; BLOCK_LEN] {
    let half = |index: usize| f16::from_bits(half_at(scales, index)).to_f32();
    let byte = |at: usize| scales.get(at).copied().unwrap_or(0);
    let word = |index: usize| word_at(scales, 4 * index);
    match layout {
        Layout::Q8 => {
            let d = half(block);
            let bytes = std::array::from_fn(|i| word_at(codes, 4 * i));
            values(bytes, |_, code| d * f32::from(code as i8))
        }
        Layout::Q4 => {
            let d = half(block);
            values(four_bits(codes), |_, code| d * (f32::from(code) - 8.0))
        }
        Layout::Q4_1 => {
            let (d, m) = (half(0), half(1));
            values(four_bits(codes), |_, code| f32::from(code) * d + m)
        }
        Layout::Q5_0 => {
            let d = half(block);
            let codes = with_one_bit(four_bits(codes), word(1 + block), 4);
            values(codes, |_, code| (f32::from(code) - 16.0) * d)
        }
        Layout::Q5_1 => {
            let (d, m) = (half(0), half(1));
            let codes = with_one_bit(four_bits(codes), word(1), 4);
            values(codes, |_, code| f32::from(code) * d + m)
        }
        Layout::Q2_K => {
            let scales = [0, 1].map(|part| {
                let packed = byte(4 + 2 * block + part);
                (
                    half(0) * f32::from(packed & 0xf),
                    half(1) * f32::from(packed >> 4),
                )
            });
            let codes = with_two_bits([0; 8], [word_at(codes, 0), word_at(codes, 4)], 0);
            values(codes, |part, code| {
                let (scale, minimum) = scales[part];
                scale * f32::from(code) - minimum
            })
        }
        Layout::Q3_K => {
            let scales = [0, 1].map(|part| {
                let group = 2 * block + part;
                let low = byte(4 + group % 8) >> (group / 8 * 4) & 0xf;
                let top = byte(12 + group % 4) >> (group / 4 * 2) & 3;
                half(0) * (f32::from(low | top << 4) - 32.0)
            });
            let codes = with_two_bits([0; 8], [word_at(codes, 0), word_at(codes, 4)], 0);
            let codes = with_one_bit(codes, word(4 + block), 2);
            values(codes, |part, code| scales[part] * (f32::from(code) - 4.0))
        }
        Layout::Q4_K | Layout::Q5_K => {
            let shift = 8 * (block % 4);
            let [first, second, third] = [1, 2, 3].map(|index| word(index) >> shift);
            let (scale, minimum) = if block < 4 {
                (first & 63, second & 63)
            } else {
                (
                    third & 0xf | first >> 2 & 0x30,
                    third >> 4 & 0xf | second >> 2 & 0x30,
                )
            };
            let (scale, minimum) = (half(0) * scale as f32, half(1) * minimum as f32);
            let mut codes = four_bits(codes);
            if layout == Layout::Q5_K {
                codes = with_one_bit(codes, word(4 + block), 4);
            }
            values(codes, |_, code| scale * f32::from(code) - minimum)
        }
        Layout::Q6_K => {
            let scales = [0, 1].map(|part| half(0) * f32::from(byte(4 + 2 * block + part) as i8));
            let high_bits = [word(5 + 2 * block), word(6 + 2 * block)];
            let codes = with_two_bits(four_bits(codes), high_bits, 4);
            values(codes, |part, code| scales[part] * (f32::from(code) - 32.0))
        }
        Layout::IQ4_NL => {
            let d = half(block);
            values(four_bits(codes), |_, code| d * iq4_level(code))
        }
        Layout::IQ4_XS => {
            let high = half_at(scales, 1) >> (2 * block) & 3;
            let low = word(1) >> (4 * block) & 0xf;
            let scale = half(0) * (f32::from(high << 4 | low as u16) - 32.0);
            values(four_bits(codes), |_, code| scale * iq4_level(code))
        }
        Layout::F32
        | Layout::F16
        | Layout::Bf16
        | Layout::Q4Group32
        | Layout::Q4Group64
        | Layout::Q4Group128 => [0.0; BLOCK_LEN],
    }
}

/// A number for each code; `value` is told in which half of the block it is.
fn values(codes: Codes, value: impl Fn(usize, u8) -> f32) -> [f32; BLOCK_LEN] {
    std::array::from_fn(|i| value(i / 16, codes[i / 4].to_le_bytes()[i % 4]))
}

// Fields of four codes: the bits that one mask leaves of a word.

const FOUR_BITS: u32 = 0x0f0f_0f0f;
const TWO_BITS: u32 = 0x0303_0303;
const ONE_BIT: u32 = 0x0101_0101;

/// The word at byte `at`.
fn word_at(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..at + 4).and_then(|word| word.first_chunk());
    word.map_or(0, |&word| u32::from_le_bytes(word))
}

/// The half at `index`, as bits.
fn half_at(bytes: &[u8], index: usize) -> u16 {
    let halves = bytes.as_chunks::<2>().0;
    halves
        .get(index)
        .map_or(0, |&half| u16::from_le_bytes(half))
}

fn push_word(plane: &mut Vec<u8>, word: u32) {
    plane.extend_from_slice(&word.to_le_bytes());
}

/// Appends halves; one that is not a number is refused.
pub(super) fn push_halves(plane: &mut Vec<u8>, halves: &[u8]) -> Result<()> {
    for &half in halves.as_chunks::<2>().0 {
        if !f16::from_le_bytes(half).is_finite() {
            return super::pack::not_finite();
        }
        plane.extend_from_slice(&half);
    }
    Ok(())
}

/// The low four bits of the codes, as a `vec4<u32>`.
fn push_four_bits(plane: &mut Vec<u8>, codes: &Codes) {
    for [low, high] in codes.as_chunks().0 {
        push_word(plane, low & FOUR_BITS | (high & FOUR_BITS) << 4);
    }
}

fn four_bits(bytes: &[u8]) -> Codes {
    std::array::from_fn(|i| word_at(bytes, i / 2 * 4) >> (i % 2 * 4) & FOUR_BITS)
}

/// Two bits of the codes, from bit `shift` on, as two words.
fn push_two_bits(plane: &mut Vec<u8>, codes: &Codes, shift: u32) {
    for codes in codes.as_chunks::<4>().0 {
        let fields = codes.iter().enumerate();
        let word = fields.fold(0, |word, (k, code)| {
            word | (code >> shift & TWO_BITS) << (2 * k)
        });
        push_word(plane, word);
    }
}

fn with_two_bits(codes: Codes, fields: [u32; 2], shift: u32) -> Codes {
    std::array::from_fn(|i| codes[i] | (fields[i / 4] >> (i % 4 * 2) & TWO_BITS) << shift)
}

/// One bit of the codes, bit `shift`, as a word.
fn one_bit_fields(codes: &Codes, shift: u32) -> u32 {
    let fields = codes.iter().enumerate();
    fields.fold(0, |word, (i, code)| word | (code >> shift & ONE_BIT) << i)
}

fn with_one_bit(codes: Codes, fields: u32, shift: u32) -> Codes {
    std::array::from_fn(|i| codes[i] | (fields >> i & ONE_BIT) << shift)
}

// Codes as the files have them.

/// Sixteen bytes, of codes j and j + 16 in the nibbles of byte j.
fn codes_of_nibbles(nibbles: &[u8]) -> Codes {
    std::array::from_fn(|i| word_at(nibbles, i % 4 * 4) >> (i / 4 * 4) & FOUR_BITS)
}

/// Nibbles as above, and the fifth bit of code j in bit j of `high`.
fn codes_of_five_bits(high: u32, nibbles: &[u8]) -> Codes {
    let mut codes = codes_of_nibbles(nibbles);
    for (i, code) in codes.iter_mut().enumerate() {
        let bits = high >> (4 * i) & 0xf;
        // Bit j to byte j: no two of the shifted copies meet in a bit that the mask leaves.
        *code |= ((bits * 0x0020_4081) & ONE_BIT) << 4;
    }
    codes
}

/// Q4_K and Q5_K: the low nibbles of 32 bytes are one block, their high nibbles the next.
fn four_bit_codes(bytes: &[u8], block: usize) -> Codes {
    std::array::from_fn(|i| word_at(bytes, block / 2 * 32 + 4 * i) >> (block % 2 * 4) & FOUR_BITS)
}

/// Q2_K and Q3_K: 32 bytes hold four blocks, two bits of each byte to a block.
fn two_bit_codes(bytes: &[u8], block: usize) -> Codes {
    std::array::from_fn(|i| word_at(bytes, block / 4 * 32 + 4 * i) >> (block % 4 * 2) & TWO_BITS)
}

/// Q6_K: in each half of a superblock, 64 bytes of nibbles and 32 bytes of further bits hold four blocks.
fn six_bit_codes(superblock: &[u8; 210], block: usize) -> Codes {
    let (half, quarter) = (block / 4, block % 4);
    std::array::from_fn(|i| {
        let low = word_at(superblock, half * 64 + quarter % 2 * 32 + 4 * i);
        let high = word_at(superblock, 128 + half * 32 + 4 * i);
        low >> (quarter / 2 * 4) & FOUR_BITS | (high >> (quarter * 2) & TWO_BITS) << 4
    })
}
