//! Packing against a plain matrix packed as AutoGPTQ and AutoAWQ do it, and every value compared.

use proptest::prelude::*;

use super::super::pack::unpack_row;
use super::*;

/// A matrix as mathematics: what the packing must stand for.
struct Plain {
    rows: usize,
    cols: usize,
    codes: Vec<u8>,
    /// By row and group.
    scales: Vec<f16>,
    zeros: Vec<u8>,
    group_of: Vec<usize>,
}

impl Plain {
    fn new(seed: u64, rows: usize, num_groups: usize, scheme: Scheme) -> Self {
        let mut state = seed | 1;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        let group_len = scheme.group_len as usize;
        let cols = num_groups * group_len;
        let mut group_of: Vec<usize> = (0..cols).map(|c| c / group_len).collect();
        if scheme.reordered {
            for i in (1..cols).rev() {
                group_of.swap(i, next(i as u64 + 1) as usize);
            }
        }
        let grouped = rows * num_groups;
        Plain {
            rows,
            cols,
            codes: (0..rows * cols).map(|_| next(16) as u8).collect(),
            scales: (0..grouped)
                .map(|_| f16::from_f32(next(2000) as f32 * 1e-4 - 0.1))
                .collect(),
            zeros: (0..grouped).map(|_| next(16) as u8).collect(),
            group_of,
        }
    }

    fn value(&self, row: usize, col: usize) -> f32 {
        let num_groups = self.scales.len() / self.rows;
        let at = row * num_groups + self.group_of[col];
        let code = f32::from(self.codes[row * self.cols + col]);
        self.scales[at].to_f32() * (code - f32::from(self.zeros[at]))
    }

    /// A word of nibbles, as `pack` of AutoGPTQ and AutoAWQ make it.
    fn word(nibbles: impl Iterator<Item = u8>) -> [u8; 4] {
        let shifted = nibbles.enumerate().map(|(i, n)| u32::from(n) << (4 * i));
        shifted.sum::<u32>().to_le_bytes()
    }

    fn part(&self, part: Part, scheme: Scheme) -> Vec<u8> {
        let num_groups = self.scales.len() / self.rows;
        // Which row of eight stands at each place of a word of eight rows.
        let rows_of_word: [usize; 8] = match scheme.packing {
            Packing::Gptq => [0, 1, 2, 3, 4, 5, 6, 7],
            Packing::Awq => [0, 2, 4, 6, 1, 3, 5, 7],
        };
        let mut bytes = Vec::new();
        match (part, scheme.packing) {
            (Part::Codes, Packing::Gptq) => {
                for eight in 0..self.cols / 8 {
                    for row in 0..self.rows {
                        let code = |i| self.codes[row * self.cols + eight * 8 + i];
                        bytes.extend(Self::word((0..8).map(code)));
                    }
                }
            }
            (Part::Codes, Packing::Awq) => {
                for col in 0..self.cols {
                    for eight in 0..self.rows / 8 {
                        let code = |i| self.codes[(eight * 8 + i) * self.cols + col];
                        bytes.extend(Self::word(rows_of_word.into_iter().map(code)));
                    }
                }
            }
            (Part::Scales, _) => {
                for group in 0..num_groups {
                    for row in 0..self.rows {
                        bytes.extend(self.scales[row * num_groups + group].to_le_bytes());
                    }
                }
            }
            (Part::Zeros, _) => {
                for group in 0..num_groups {
                    for eight in 0..self.rows / 8 {
                        let zero = |i: usize| {
                            let zero = self.zeros[(eight * 8 + i) * num_groups + group];
                            zero.wrapping_sub(scheme.zero_offset) & 0xf
                        };
                        bytes.extend(Self::word(rows_of_word.into_iter().map(zero)));
                    }
                }
            }
            (Part::Order, _) => {
                for &group in &self.group_of {
                    bytes.extend((group as i32).to_le_bytes());
                }
            }
        }
        bytes
    }
}

fn check(seed: u64, eights: usize, num_groups: usize, scheme: Scheme) {
    let plain = Plain::new(seed, 8 * eights, num_groups, scheme);
    let (rows, cols) = (plain.rows, plain.cols);
    let layout = layout_for(scheme.group_len, cols as u64).unwrap();
    let groups = plain.part(Part::Order, scheme);
    let order = order_from_groups(&groups, scheme).unwrap();
    let packed = Packed {
        scheme,
        layout,
        rows,
        cols,
        order: scheme.reordered.then_some(order.as_slice()),
    };
    let planes = [Part::Codes, Part::Scales, Part::Zeros].map(|part| {
        let bytes = plain.part(part, scheme);
        let size = part_bytes(part, scheme, rows as u64, cols as u64);
        assert_eq!(size, Some(bytes.len() as u64));
        // In two pieces, as shards and batches cut them.
        let mut plane = packed.plane_rows(part, &bytes, 0..3).unwrap();
        plane.extend(packed.plane_rows(part, &bytes, 3..rows).unwrap());
        plane
    });
    let sizes = layout.planes(cols);
    for row in 0..rows {
        let row_planes: Vec<&[u8]> = planes
            .iter()
            .zip(sizes.iter())
            .map(|(plane, &size)| &plane[row * size..(row + 1) * size])
            .collect();
        let mut got = vec![0.0; cols];
        unpack_row(layout, cols, &row_planes, &mut got).unwrap();
        for (got, &column) in got.iter().zip(&order) {
            let want = plain.value(row, column as usize);
            assert_eq!(want.to_bits(), got.to_bits(), "{scheme:?} {row} {column}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_packing_keeps_every_value(
        seed: u64,
        eights in 1usize..4,
        num_groups in 1usize..10,
        group_len in prop_oneof![Just(32u64), Just(64), Just(128), Just(96), Just(256)],
        reordered: bool,
    ) {
        // Other lengths are whole rows.
        let num_groups = if [32, 64, 128].contains(&group_len) { num_groups } else { 1 };
        for (packing, zero_offset) in [(Packing::Gptq, 1), (Packing::Gptq, 0), (Packing::Awq, 0)] {
            check(seed, eights, num_groups, Scheme { packing, zero_offset, group_len, reordered });
        }
    }
}

#[test]
fn a_word_by_hand() {
    // Codes 0 to 7 of a column's eight rows in AutoAWQ's order, and the layout's order of eight columns.
    assert_eq!(in_kernel_order(0x7654_3210), 0x7362_5140);
    let word = [0, 2, 4, 6, 1, 3, 5, 7u32];
    let word = word.iter().rev().fold(0, |all, code| all << 4 | code);
    for row in 0..8u32 {
        assert_eq!(word >> awq_shift(row as usize) & 0xf, row);
    }
}

#[test]
fn groups_that_do_not_fit_are_refused() {
    let scheme = Scheme {
        packing: Packing::Gptq,
        zero_offset: 1,
        group_len: 32,
        reordered: true,
    };
    let order = |scheme, change: fn(&mut Vec<i32>)| {
        let mut groups: Vec<i32> = (0..64).map(|c| c / 32).collect();
        change(&mut groups);
        let bytes: Vec<u8> = groups.iter().flat_map(|g| g.to_le_bytes()).collect();
        order_from_groups(&bytes, scheme)
    };
    assert!(order(scheme, |_| {}).is_ok());
    assert!(order(scheme, |groups| groups.swap(0, 63)).is_ok());
    assert!(order(scheme, |groups| groups[0] = 1).is_err());
    assert!(order(scheme, |groups| groups[0] = 2).is_err());
    assert!(order(scheme, |groups| groups[0] = -1).is_err());
    let in_order = Scheme {
        reordered: false,
        ..scheme
    };
    assert!(order(in_order, |_| {}).is_ok());
    assert!(order(in_order, |groups| groups.swap(0, 63)).is_err());
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    assert_eq!(layout_for(32, 96), Some(Layout::Q4Group32));
    assert_eq!(layout_for(128, 96), None);
    assert_eq!(layout_for(48, 96), None);
    assert_eq!(layout_for(16, 96), None);
    assert_eq!(layout_for(200, 200), None);
    assert_eq!(layout_for(192, 192), Some(Layout::Q4Group64));
    let scheme = Scheme {
        packing: Packing::Awq,
        zero_offset: 0,
        group_len: 128,
        reordered: false,
    };
    assert_eq!(part_bytes(Part::Codes, scheme, 12, 256), None);
    assert_eq!(part_bytes(Part::Codes, scheme, u64::MAX / 8 * 8, 256), None);
    let packed = Packed {
        scheme,
        layout: Layout::Q4Group128,
        rows: 8,
        cols: 128,
        order: None,
    };
    for part in [Part::Codes, Part::Scales, Part::Zeros] {
        let bytes = part_bytes(part, scheme, 8, 128).unwrap() as usize;
        assert!(packed.plane_rows(part, &vec![0; bytes], 0..8).is_ok());
        assert!(packed.plane_rows(part, &vec![0; bytes - 4], 0..8).is_err());
    }
    let infinite = [0, 0x7c].repeat(8);
    assert!(packed.plane_rows(Part::Scales, &infinite, 0..8).is_err());
}
