//! The loader against files made here, cut in every way.

use proptest::prelude::*;

use super::super::layout::Layout;
use super::super::packed::{Packing, Scheme};
use super::*;

/// Buffers in memory, and how they were written.
#[derive(Default)]
struct Memory {
    buffers: BTreeMap<BufferId, Vec<u8>>,
    num_writes: usize,
    largest_bytes: usize,
}

impl WeightSink for Memory {
    fn write(&mut self, buffer: BufferId, offset_bytes: u64, bytes: &[u8]) -> Result<()> {
        assert!(offset_bytes.is_multiple_of(4) && bytes.len().is_multiple_of(4));
        let at = offset_bytes as usize;
        let to = self.buffers.entry(buffer).or_default();
        to.resize(to.len().max(at + bytes.len()), 0xee);
        assert!(to[at..at + bytes.len()].iter().all(|&b| b == 0xee), "twice");
        to[at..at + bytes.len()].copy_from_slice(bytes);
        self.num_writes += 1;
        self.largest_bytes = self.largest_bytes.max(bytes.len());
        Ok(())
    }
}

fn f32s(values: impl IntoIterator<Item = f32>) -> Vec<u8> {
    values.into_iter().flat_map(f32::to_le_bytes).collect()
}

const COLS: u64 = 33;
const ROWS: u64 = 10;

/// A file with junk, a vector, a matrix in two shards, junk, and the same matrix again as Q8.
fn file() -> (Vec<u8>, Vec<Placement>) {
    let matrix = f32s((0..ROWS * COLS).map(|i| (i as f32 * 0.37).sin()));
    let mut bytes = vec![9; 5];
    bytes.extend(f32s([1.0, 2.0, 3.0]));
    let at = bytes.len() as u64;
    bytes.extend(&matrix);
    bytes.extend([7; 11]);
    let place = |name: &str, offset_bytes, rows, cols, target| Placement {
        name: name.into(),
        file: 0,
        offset_bytes,
        len_bytes: rows * cols * 4,
        dtype: Dtype::F32,
        rows,
        cols,
        target,
    };
    let shard = |first_row, num_rows, planes: &[(u32, u64)]| Shard {
        first_row,
        num_rows,
        planes: planes.iter().map(|&(b, at)| (BufferId(b), at)).collect(),
    };
    let vector = Target::Vector {
        buffer: BufferId(0),
        offset_bytes: 8,
        add: 1.0,
    };
    let split = Target::Matrix {
        layout: Layout::F32,
        shards: vec![shard(0, 7, &[(1, 256)]), shard(7, 3, &[(2, 0)])],
    };
    let q8 = Target::Matrix {
        layout: Layout::Q8,
        shards: vec![shard(0, ROWS, &[(3, 0), (4, 0)])],
    };
    let placements = vec![
        place("matrix", at, ROWS, COLS, split),
        place("again", at, ROWS, COLS, q8),
        place("vector", 5, 1, 3, vector),
    ];
    (bytes, placements)
}

fn load(bytes: &[u8], placements: Vec<Placement>, cuts: &[usize]) -> Result<(Memory, LoadReport)> {
    let mut memory = Memory::default();
    let mut loader = Loader::new(placements)?;
    let mut at = 0;
    for &cut in cuts.iter().chain([&bytes.len()]) {
        if cut > at && cut <= bytes.len() {
            loader.push(0, at as u64, &bytes[at..cut], &mut memory)?;
            at = cut;
        }
    }
    Ok((memory, loader.finish()?))
}

proptest! {
    #[test]
    fn the_cut_into_chunks_does_not_matter(mut cuts in prop::collection::vec(0usize..1400, 0..40)) {
        cuts.sort_unstable();
        let (bytes, placements) = file();
        let (whole, report) = load(&bytes, placements.clone(), &[]).unwrap();
        let (cut, cut_report) = load(&bytes, placements, &cuts).unwrap();
        prop_assert_eq!(whole.buffers, cut.buffers);
        prop_assert_eq!(report.bytes_by_type, cut_report.bytes_by_type);
        prop_assert_eq!(report.written_bytes, cut_report.written_bytes);
    }
}

#[test]
fn bytes_land_where_the_placements_say() {
    let (bytes, placements) = file();
    let loader = Loader::new(placements.clone()).unwrap();
    let needed = 5..17 + ROWS * COLS * 4;
    assert_eq!(loader.needed_ranges(0), std::slice::from_ref(&needed));
    assert!(loader.needed_ranges(1).is_empty());
    let (memory, report) = load(&bytes, placements, &[100]).unwrap();
    assert_eq!(memory.buffers[&BufferId(0)][8..], f32s([2.0, 3.0, 4.0]));
    let row = 64 * 4;
    assert_eq!(memory.buffers[&BufferId(1)].len(), 256 + 7 * row);
    let last = &memory.buffers[&BufferId(2)][2 * row..];
    assert_eq!(last[..132], bytes[17 + 9 * 132..17 + 10 * 132]);
    assert!(last[132..].iter().all(|&b| b == 0));
    assert_eq!(memory.buffers[&BufferId(3)].len(), 640);
    assert_eq!(report.bytes_by_type[&Dtype::F32], 12 + 2 * ROWS * COLS * 4);
    let error = report.conversion.relative_error();
    assert!(error > 0.0 && error < 0.01, "{error}");
}

#[test]
fn a_large_matrix_costs_few_writes() {
    let (rows, cols) = (3000u64, 1024u64);
    let bytes = f32s((0..rows * cols).map(|i| i as f32));
    let placement = Placement {
        name: "w".into(),
        file: 0,
        offset_bytes: 0,
        len_bytes: bytes.len() as u64,
        dtype: Dtype::F32,
        rows,
        cols,
        target: Target::Matrix {
            layout: Layout::F32,
            shards: vec![Shard {
                first_row: 0,
                num_rows: rows,
                planes: vec![(BufferId(0), 0)],
            }],
        },
    };
    let cuts: Vec<usize> = (0..bytes.len()).step_by(10_007).collect();
    let (memory, _) = load(&bytes, vec![placement], &cuts).unwrap();
    assert_eq!(memory.buffers[&BufferId(0)], bytes);
    assert!(memory.num_writes <= 13, "{}", memory.num_writes);
    assert!(memory.largest_bytes <= BATCH_BYTES);
}

#[test]
fn what_does_not_arrive_is_named() {
    let (bytes, placements) = file();
    let error = load(&bytes[..300], placements.clone(), &[])
        .map(|_| ())
        .unwrap_err();
    assert!(error.to_string().contains("'matrix'"), "{error}");
    let mut memory = Memory::default();
    let mut loader = Loader::new(placements).unwrap();
    loader.push(0, 0, &bytes[..50], &mut memory).unwrap();
    assert!(loader.push(0, 40, &bytes[40..60], &mut memory).is_err());
    assert!(loader.push(0, 60, &bytes[60..90], &mut memory).is_err());
}

#[test]
fn values_that_are_not_numbers_are_named() {
    let (mut bytes, placements) = file();
    bytes[5..9].copy_from_slice(&f32::NAN.to_le_bytes());
    let error = load(&bytes, placements.clone(), &[])
        .map(|_| ())
        .unwrap_err();
    assert!(error.to_string().contains("'vector'"), "{error}");
    let (mut bytes, _) = file();
    bytes[400..404].copy_from_slice(&f32::NAN.to_le_bytes());
    let at = 17 + (400 - 17) / 4 * 4;
    bytes[at..at + 4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let error = load(&bytes, placements, &[]).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Tensor { .. }), "{error}");
}

#[test]
fn impossible_placements_are_refused() {
    let (_, placements) = file();
    let broken = |change: fn(&mut Placement)| {
        let mut placements = placements.clone();
        change(&mut placements[0]);
        Loader::new(placements).is_err()
    };
    assert!(!broken(|_| {}));
    assert!(broken(|p| p.rows += 1));
    assert!(broken(|p| p.cols = u64::MAX));
    assert!(broken(|p| p.offset_bytes = u64::MAX));
    assert!(broken(|p| {
        if let Target::Matrix { shards, .. } = &mut p.target {
            shards.pop();
        }
    }));
    assert!(broken(|p| {
        if let Target::Matrix { layout, .. } = &mut p.target {
            *layout = Layout::Q4;
        }
    }));
}

/// One shard that holds everything, each plane in a buffer of its own.
fn whole(num_rows: u64, first_buffer: u32, num_planes: u32) -> Vec<Shard> {
    vec![Shard {
        first_row: 0,
        num_rows,
        planes: (0..num_planes)
            .map(|plane| (BufferId(first_buffer + plane), 0))
            .collect(),
    }]
}

#[test]
fn columns_become_rows() {
    let (rows, cols) = (10usize, 33usize);
    let value = |row: usize, col: usize| (row * cols + col) as f32;
    let by_rows = f32s((0..rows * cols).map(|i| i as f32));
    let by_columns = f32s((0..rows * cols).map(|i| value(i % rows, i / rows)));
    for layout in [Layout::F32, Layout::Q8] {
        let place = |target| Placement {
            name: "w".into(),
            file: 0,
            offset_bytes: 0,
            len_bytes: by_rows.len() as u64,
            dtype: Dtype::F32,
            rows: rows as u64,
            cols: cols as u64,
            target,
        };
        let num_planes = layout.planes(cols).len() as u32;
        let mut shards = whole(7, 0, num_planes);
        shards.extend(whole(3, 2, num_planes));
        shards[1].first_row = 7;
        let straight = place(Target::Matrix {
            layout,
            shards: shards.clone(),
        });
        let turned = place(Target::Columns { layout, shards });
        let (want, _) = load(&by_rows, vec![straight], &[]).unwrap();
        for cuts in [vec![], vec![1], vec![500, 1000]] {
            let (got, _) = load(&by_columns, vec![turned.clone()], &cuts).unwrap();
            assert_eq!(want.buffers, got.buffers);
        }
    }
}

const SCHEME: Scheme = Scheme {
    packing: Packing::Gptq,
    zero_offset: 1,
    group_len: 32,
    reordered: true,
};

fn part(
    name: &str,
    part: Part,
    offset_bytes: u64,
    len_bytes: u64,
    rows: u64,
    cols: u64,
) -> Placement {
    Placement {
        name: name.into(),
        file: 0,
        offset_bytes,
        len_bytes,
        dtype: Dtype::I32,
        rows,
        cols,
        target: Target::Part {
            part,
            scheme: SCHEME,
            matrix: "w".into(),
            layout: Layout::Q4Group32,
            shards: match part {
                Part::Order => whole(1, 3, 1),
                Part::Codes | Part::Scales | Part::Zeros => whole(rows, 0, 3),
            },
        },
    }
}

#[test]
fn parts_may_come_in_any_order() {
    let (rows, cols) = (16u64, 96u64);
    let parts = [
        (
            Part::Codes,
            (0..768u32).map(|i| (i * 37 + i / 7) as u8).collect(),
        ),
        (
            Part::Scales,
            (0..96u32).map(|i| (i * 29) as u8 & 0x3f).collect(),
        ),
        (Part::Zeros, (0..24u32).map(|i| (i * 53) as u8).collect()),
        // Each group takes every third column.
        (
            Part::Order,
            (0..96u32)
                .flat_map(|i| (i % 3).to_le_bytes())
                .collect::<Vec<u8>>(),
        ),
    ];
    let load_in = |order: [usize; 4], cuts: &[usize]| {
        let (mut bytes, mut placements) = (Vec::new(), Vec::new());
        for index in order {
            let (what, content) = &parts[index];
            let (at, len) = (bytes.len() as u64, content.len() as u64);
            placements.push(part("w", *what, at, len, rows, cols));
            bytes.extend(content);
        }
        load(&bytes, placements, cuts).unwrap().0.buffers
    };
    let first = load_in([3, 0, 1, 2], &[]);
    assert_eq!(
        first[&BufferId(3)][..12],
        [0, 0, 0, 0, 3, 0, 0, 0, 6, 0, 0, 0]
    );
    assert_eq!(first[&BufferId(0)].len(), 768);
    for order in [[0, 1, 2, 3], [2, 0, 3, 1], [1, 3, 2, 0]] {
        assert_eq!(first, load_in(order, &[]));
        assert_eq!(first, load_in(order, &[5, 100, 800, 870, 900, 1000]));
    }
}

#[test]
fn what_is_held_is_bounded() {
    let (rows, cols) = (12_288u64, 4096u64);
    let len_bytes = rows * cols / 2;
    let two = vec![
        part("first", Part::Codes, 0, len_bytes, rows, cols),
        part("second", Part::Codes, len_bytes, len_bytes, rows, cols),
    ];
    let mut loader = Loader::new(two).unwrap();
    let mut memory = Memory::default();
    let bytes = vec![0; len_bytes as usize];
    loader.push(0, 0, &bytes, &mut memory).unwrap();
    let error = loader
        .push(0, len_bytes, &bytes[..8], &mut memory)
        .unwrap_err();
    assert!(
        error.to_string().contains("'second': comes before"),
        "{error}"
    );

    let large = part("w", Part::Codes, 0, 2 * len_bytes, 2 * rows, cols);
    let error = Loader::new(vec![large]).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("GGUF"), "{error}");
    let without_order = vec![part("w", Part::Codes, 0, 768, 16, 96)];
    let error = load(&[0; 768], without_order, &[]).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("did not arrive"), "{error}");
}
