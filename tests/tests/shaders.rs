//! Every program that can be put together is valid, and says what its row in the kernel table says.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use inkling_engine::kernel::{Access, KERNELS, Kernel, PARAMS_BINDING, Reduction, STEP_BINDING};
use inkling_engine::plan::{Step, Variant};
use naga::valid::{Capabilities, ValidationFlags, Validator};

fn parse(kernel: &Kernel, variant: Variant, reduction: Reduction) -> naga::Module {
    let source = kernel.source(variant, reduction).unwrap();
    match naga::front::wgsl::parse_str(&source) {
        Ok(module) => module,
        Err(error) => panic!(
            "{} {variant:?}: {}",
            kernel.name,
            error.emit_to_string(&source)
        ),
    }
}

fn programs() -> impl Iterator<Item = (&'static Kernel, Variant, Reduction)> {
    KERNELS.iter().flat_map(|&kernel| {
        kernel.variants().into_iter().flat_map(move |variant| {
            [Reduction::Tree, Reduction::Subgroup].map(|reduction| (kernel, variant, reduction))
        })
    })
}

#[test]
fn programs_are_valid() {
    let mut count = 0;
    for (kernel, variant, reduction) in programs() {
        let module = parse(kernel, variant, reduction);
        // unpack2x16float; every adapter has it.
        let mut capabilities = Capabilities::SHADER_FLOAT16_IN_FLOAT32;
        if kernel.reduces() && reduction == Reduction::Subgroup {
            capabilities |= Capabilities::SUBGROUP;
        }
        if let Err(error) = Validator::new(ValidationFlags::all(), capabilities).validate(&module) {
            panic!("{} {variant:?} {reduction:?}: {error:?}", kernel.name);
        }
        count += 1;
    }
    assert!(count >= 40, "{count}");
}

fn struct_fields(module: &naga::Module, binding: u32) -> Option<Vec<(String, u32)>> {
    let variable = module.global_variables.iter().find(|(_, variable)| {
        variable
            .binding
            .is_some_and(|at| at.group == 0 && at.binding == binding)
    })?;
    match &module.types[variable.1.ty].inner {
        naga::TypeInner::Struct { members, .. } => Some(
            members
                .iter()
                .map(|member| (member.name.clone().unwrap_or_default(), member.offset))
                .collect(),
        ),
        _ => None,
    }
}

#[test]
fn parameters_are_the_declared_words() {
    for (kernel, variant, reduction) in programs() {
        let module = parse(kernel, variant, reduction);
        let declared = |names: &[&str]| -> Vec<(String, u32)> {
            names
                .iter()
                .enumerate()
                .map(|(i, name)| ((*name).to_owned(), 4 * i as u32))
                .collect()
        };
        assert_eq!(
            struct_fields(&module, PARAMS_BINDING),
            Some(declared(kernel.params)),
            "{}",
            kernel.name
        );
        assert_eq!(
            struct_fields(&module, STEP_BINDING),
            Some(declared(&Step::FIELDS)),
            "{}",
            kernel.name
        );
    }
}

#[test]
fn bindings_are_the_declared_ones() {
    for (kernel, variant, reduction) in programs() {
        let module = parse(kernel, variant, reduction);
        for (_, variable) in module.global_variables.iter() {
            let Some(at) = variable.binding else { continue };
            if at.binding == PARAMS_BINDING || at.binding == STEP_BINDING {
                continue;
            }
            let name = variable.name.clone().unwrap_or_default();
            let bind = kernel.binds.iter().find(|bind| bind.index == at.binding);
            let bind = bind.unwrap_or_else(|| {
                panic!(
                    "{}: binding {} ({name}) is not declared",
                    kernel.name, at.binding
                )
            });
            assert_eq!(bind.name, name, "{}", kernel.name);
            let naga::AddressSpace::Storage { access } = variable.space else {
                panic!("{}: {name} is not in storage", kernel.name)
            };
            let writes = access.contains(naga::StorageAccess::STORE);
            assert_eq!(
                writes,
                bind.access == Access::ReadWrite,
                "{}: {name}",
                kernel.name
            );
        }
    }
}

/// Numbers that stand in a shader and in Rust, because the grid depends on them.
#[test]
fn shared_numbers_are_the_shaders() {
    use inkling_engine::kernel::{expert_route, fma, linear, matmul, matvec, rope_cache, stream};
    let activation = include_str!("../../shaders/lib/activation.wgsl");
    let linear_source = include_str!("../../shaders/lib/linear.wgsl");
    let matmul_source = include_str!("../../shaders/matmul.wgsl");
    for (source, name, number) in [
        (activation, "ACTIVATION_NONE", linear::ACTIVATION_NONE),
        (activation, "ACTIVATION_SILU", linear::ACTIVATION_SILU),
        (
            activation,
            "ACTIVATION_GELU_TANH",
            linear::ACTIVATION_GELU_TANH,
        ),
        (activation, "ACTIVATION_GELU", linear::ACTIVATION_GELU),
        (linear_source, "ACCUMULATE_SUM", linear::ACCUMULATE_SUM),
        (
            linear_source,
            "ACCUMULATE_PRODUCT",
            linear::ACCUMULATE_PRODUCT,
        ),
        (matmul_source, "TILE_ROWS", matmul::TILE_ROWS),
        (matmul_source, "TILE_TOKENS", matmul::TILE_TOKENS),
        (
            include_str!("../../shaders/matvec.wgsl"),
            "ROWS_PER_WORKGROUP",
            matvec::ROWS_PER_WORKGROUP,
        ),
        (
            include_str!("../../shaders/expert_up.wgsl"),
            "ROWS_PER_WORKGROUP",
            matvec::ROWS_PER_WORKGROUP,
        ),
        (
            include_str!("../../shaders/expert_down.wgsl"),
            "ROWS_PER_WORKGROUP",
            matvec::ROWS_PER_WORKGROUP,
        ),
        (
            include_str!("../../shaders/expert_route.wgsl"),
            "MAX_EXPERTS",
            expert_route::MAX_EXPERTS as u32,
        ),
        (
            include_str!("../../shaders/rope_cache.wgsl"),
            "MAX_HEAD_DIM",
            rope_cache::MAX_HEAD_DIM as u32,
        ),
        (
            include_str!("../../shaders/rope_shift.wgsl"),
            "MAX_HEAD_DIM",
            rope_cache::MAX_HEAD_DIM as u32,
        ),
        (
            include_str!("../../shaders/stream.wgsl"),
            "WORKGROUP",
            stream::WORKGROUP,
        ),
        (
            include_str!("../../shaders/fma.wgsl"),
            "WORKGROUP",
            fma::WORKGROUP,
        ),
        (
            include_str!("../../shaders/attention.wgsl"),
            "MAX_HEAD_VEC4",
            rope_cache::MAX_HEAD_DIM as u32 / 4,
        ),
    ] {
        let declaration = format!("const {name}: u32 = {number}u;");
        assert!(source.contains(&declaration), "{declaration}");
    }
}

#[test]
fn an_invalid_program_is_noticed() {
    assert!(
        naga::front::wgsl::parse_str("@compute @workgroup_size(1) fn main() { undeclared = 1; }")
            .is_err()
    );
}
