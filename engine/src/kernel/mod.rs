//! The kernels, as a table.
//!
//! One row per kernel names its WGSL, the modules it imports, its bindings and its parameters; validation, the
//! executors, the tests and the benchmarks read nothing else. A WGSL program is a set of declarations in any
//! order, so "importing" is choosing which module supplies a declaration: `load_weights` comes from
//! `weights_q4.wgsl` or `weights_f16.wgsl`, and a variant is another choice, not an `#ifdef`. No preprocessor, no
//! text is made at run time beyond setting whole files one after another, and naga checks every choice in tests.
//! Must not know wgpu.

pub mod attention;
pub mod attention_merge;
pub mod constrain;
pub mod embed;
pub mod expert_down;
pub mod expert_route;
pub mod expert_up;
pub mod fma;
pub mod gather;
pub mod kv_blocks;
pub mod linear;
pub mod matmul;
pub mod matvec;
pub mod norm;
pub mod rope_cache;
pub mod rope_shift;
pub mod sample;
pub mod stream;

use crate::plan::Variant;
use crate::weights::layout::Layout;

pub use kv_blocks::KvPrecision;

/// A kernel's row in the table.
#[derive(Debug)]
pub struct Kernel {
    pub name: &'static str,
    pub wgsl: &'static str,
    pub imports: &'static [Import],
    /// Storage bindings, in the order a [`crate::plan::Command`] lists its slots.
    pub binds: &'static [Bind],
    /// Names of the parameters, in order; each is one 32-bit word.
    pub params: &'static [&'static str],
}

impl PartialEq for Kernel {
    /// Kernels are the rows of one static table: the name is the identity.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// One storage binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bind {
    pub index: u32,
    pub name: &'static str,
    pub access: Access,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    ReadWrite,
}

/// A read-only storage binding.
pub const fn read(index: u32, name: &'static str) -> Bind {
    Bind {
        index,
        name,
        access: Access::Read,
    }
}

/// A storage binding the kernel writes.
pub const fn write(index: u32, name: &'static str) -> Bind {
    Bind {
        index,
        name,
        access: Access::ReadWrite,
    }
}

/// Binding of a kernel's own parameters, and of the step (dynamic offset).
pub const PARAMS_BINDING: u32 = 0;
pub const STEP_BINDING: u32 = 1;

/// A declaration that another module supplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Import {
    Activation,
    /// Shared bindings and epilogue of the matrix products.
    Linear,
    /// `load_weights` of the command's layout.
    Weights,
    /// `load_key`, `load_value`.
    KvRead,
    /// `store_key`, `store_value`, `load_key`, `move_value`.
    KvWrite,
    /// `sum_over_32` and its `Lanes`.
    Reduce,
    /// The constant `ROWS`.
    Rows,
}

/// Which way sums over lanes take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reduction {
    Tree,
    Subgroup,
}

/// Every kernel. Validation, tests and benchmarks iterate over this.
pub const KERNELS: &[&Kernel] = &[
    &embed::EMBED,
    &norm::NORM,
    &gather::GATHER,
    &matvec::MATVEC,
    &matmul::MATMUL,
    &expert_route::EXPERT_ROUTE,
    &expert_up::EXPERT_UP,
    &expert_down::EXPERT_DOWN,
    &rope_cache::ROPE_CACHE,
    &rope_shift::ROPE_SHIFT,
    &attention::ATTENTION,
    &attention_merge::ATTENTION_MERGE,
    &constrain::CONSTRAIN,
    &sample::SAMPLE,
    &stream::STREAM,
    &fma::FMA,
];

impl Kernel {
    /// The WGSL modules of a variant. `None` where the variant lacks a choice that an import needs.
    pub fn modules(&self, variant: Variant, reduction: Reduction) -> Option<Vec<&'static str>> {
        let mut modules = vec![include_str!("../../../shaders/lib/step.wgsl")];
        for import in self.imports {
            let module = match import {
                Import::Activation => include_str!("../../../shaders/lib/activation.wgsl"),
                Import::Linear => include_str!("../../../shaders/lib/linear.wgsl"),
                Import::Weights => {
                    let (fields, weights) = weights_modules(variant.weights?);
                    modules.extend(fields);
                    weights
                }
                Import::KvRead => {
                    modules.extend(variant.kv?.read_modules());
                    continue;
                }
                Import::KvWrite => {
                    modules.extend(variant.kv?.write_modules());
                    continue;
                }
                Import::Reduce => match reduction {
                    Reduction::Tree => include_str!("../../../shaders/lib/reduce_tree.wgsl"),
                    Reduction::Subgroup => {
                        include_str!("../../../shaders/lib/reduce_subgroup.wgsl")
                    }
                },
                Import::Rows => match variant.rows? {
                    1 => include_str!("../../../shaders/lib/rows_1.wgsl"),
                    2 => include_str!("../../../shaders/lib/rows_2.wgsl"),
                    4 => include_str!("../../../shaders/lib/rows_4.wgsl"),
                    8 => include_str!("../../../shaders/lib/rows_8.wgsl"),
                    _ => return None,
                },
            };
            modules.push(module);
        }
        modules.push(self.wgsl);
        Some(modules)
    }

    /// The program of a variant: its modules one after another.
    pub fn source(&self, variant: Variant, reduction: Reduction) -> Option<String> {
        Some(self.modules(variant, reduction)?.join("\n"))
    }

    /// Whether the kernel has a subgroup variant at all.
    pub fn reduces(&self) -> bool {
        self.imports.contains(&Import::Reduce)
    }

    /// Every variant that exists, for validation and tests.
    pub fn variants(&self) -> Vec<Variant> {
        let mut all = vec![Variant::default()];
        if self.imports.contains(&Import::Weights) {
            all = Layout::ALL
                .iter()
                .map(|&layout| Variant {
                    weights: Some(layout),
                    ..Variant::default()
                })
                .collect();
        }
        if self
            .imports
            .iter()
            .any(|import| matches!(import, Import::KvRead | Import::KvWrite))
        {
            all = KvPrecision::ALL
                .map(|kv| Variant {
                    kv: Some(kv),
                    ..Variant::default()
                })
                .into();
        }
        if self.imports.contains(&Import::Rows) {
            all = all
                .iter()
                .flat_map(|&variant| {
                    [1, 2, 4, 8].map(|rows| Variant {
                        rows: Some(rows),
                        ..variant
                    })
                })
                .collect();
        }
        all
    }
}

/// `load_weights` of a layout, after what block formats share or what groups differ in.
fn weights_modules(layout: Layout) -> (Option<&'static str>, &'static str) {
    let fields = include_str!("../../../shaders/lib/block_fields.wgsl");
    match layout {
        Layout::F32 => (None, include_str!("../../../shaders/lib/weights_f32.wgsl")),
        Layout::F16 => (None, include_str!("../../../shaders/lib/weights_f16.wgsl")),
        Layout::Bf16 => (None, include_str!("../../../shaders/lib/weights_bf16.wgsl")),
        Layout::Q8 => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_q8.wgsl"),
        ),
        Layout::Q4 => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_q4.wgsl"),
        ),
        Layout::Q4_1 => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_q4_1.wgsl"),
        ),
        Layout::Q5_0 => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_q5_0.wgsl"),
        ),
        Layout::Q5_1 => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_q5_1.wgsl"),
        ),
        Layout::Q2_K => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_q2_k.wgsl"),
        ),
        Layout::Q3_K => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_q3_k.wgsl"),
        ),
        Layout::Q4_K => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_q4_k.wgsl"),
        ),
        Layout::Q5_K => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_q5_k.wgsl"),
        ),
        Layout::Q6_K => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_q6_k.wgsl"),
        ),
        Layout::IQ4_NL => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_iq4_nl.wgsl"),
        ),
        Layout::IQ4_XS => (
            Some(fields),
            include_str!("../../../shaders/lib/weights_iq4_xs.wgsl"),
        ),
        Layout::Q4Group32 => (
            Some(include_str!("../../../shaders/lib/group_32.wgsl")),
            include_str!("../../../shaders/lib/weights_q4_group.wgsl"),
        ),
        Layout::Q4Group64 => (
            Some(include_str!("../../../shaders/lib/group_64.wgsl")),
            include_str!("../../../shaders/lib/weights_q4_group.wgsl"),
        ),
        Layout::Q4Group128 => (
            Some(include_str!("../../../shaders/lib/group_128.wgsl")),
            include_str!("../../../shaders/lib/weights_q4_group.wgsl"),
        ),
    }
}

/// One 32-bit word of a parameter struct.
pub trait Word: Copy {
    fn to_word(self) -> u32;
    fn from_word(word: u32) -> Self;
}

impl Word for u32 {
    fn to_word(self) -> u32 {
        self
    }
    fn from_word(word: u32) -> Self {
        word
    }
}

impl Word for f32 {
    fn to_word(self) -> u32 {
        self.to_bits()
    }
    fn from_word(word: u32) -> Self {
        f32::from_bits(word)
    }
}

/// Declares a kernel's parameters once: the struct, its words, and the names that a test compares with the WGSL.
macro_rules! params {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }

        impl $name {
            /// Field names in the order of the words.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];

            /// The words of the uniform struct.
            pub fn words(&self) -> Vec<u32> {
                vec![$($crate::kernel::Word::to_word(self.$field)),*]
            }

            /// The parameters back from their words; missing words read as zero.
            pub fn from_words(words: &[u32]) -> Self {
                let mut words = words.iter().copied();
                $(let $field = $crate::kernel::Word::from_word(words.next().unwrap_or(0));)*
                $name { $($field),* }
            }
        }
    };
}
pub(crate) use params;
