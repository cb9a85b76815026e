//! Pipelines by kernel and variant, compiled once.

use std::collections::HashMap;

use super::Counters;
use crate::error::{Error, Result};
use crate::kernel::{Access, Kernel, PARAMS_BINDING, Reduction, STEP_BINDING};
use crate::plan::Variant;

type Key = (&'static str, Variant, Reduction);

#[derive(Clone)]
pub(super) struct Pipeline {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

#[derive(Default)]
pub(super) struct Pipelines {
    made: HashMap<Key, Pipeline>,
}

impl Pipelines {
    pub(super) fn get(
        &mut self,
        device: &wgpu::Device,
        (kernel, variant, reduction): (&'static Kernel, Variant, Reduction),
        counters: &mut Counters,
    ) -> Result<Pipeline> {
        let key = (kernel.name, variant, reduction);
        if let Some(made) = self.made.get(&key) {
            return Ok(made.clone());
        }
        let uses_subgroups = kernel.reduces() && reduction == Reduction::Subgroup;
        let source = kernel.source(variant, reduction).ok_or_else(|| {
            Error::Gpu(format!(
                "the kernel '{}' lacks a choice of module",
                kernel.name
            ))
        })?;
        let module = shader_module(device, kernel.name, source, uses_subgroups);
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some(kernel.name),
            entries: &layout_entries(kernel),
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(kernel.name),
            bind_group_layouts: &[Some(&layout)],
            ..Default::default()
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(kernel.name),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                // Every kernel writes workgroup memory before it reads it.
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
        counters.pipelines_created += 1;
        let made = Pipeline { pipeline, layout };
        self.made.insert(key, made.clone());
        Ok(made)
    }
}

fn layout_entries(kernel: &Kernel) -> Vec<wgpu::BindGroupLayoutEntry> {
    let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    };
    let mut entries = vec![
        entry(PARAMS_BINDING, wgpu::BufferBindingType::Uniform),
        entry(STEP_BINDING, wgpu::BufferBindingType::Uniform),
    ];
    entries.extend(kernel.binds.iter().map(|bind| {
        let read_only = bind.access == Access::Read;
        entry(bind.index, wgpu::BufferBindingType::Storage { read_only })
    }));
    entries
}

/// Bounds checks stay on; the counters that wgpu adds to every loop go, because our loops are all bounded by
/// uniform counts and the counters cost up to a hundredfold (wgpu#7698).
#[cfg(not(target_arch = "wasm32"))]
#[allow(
    unsafe_code,
    reason = "create_shader_module_trusted is unsafe because a loop could be infinite; ours are not"
)]
fn shader_module(
    device: &wgpu::Device,
    label: &str,
    source: String,
    _subgroups: bool,
) -> wgpu::ShaderModule {
    let checks = wgpu::ShaderRuntimeChecks {
        force_loop_bounding: false,
        ..wgpu::ShaderRuntimeChecks::checked()
    };
    let descriptor = wgpu::ShaderModuleDescriptor {
        label: Some(label),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    };
    // SAFETY: every loop of every kernel counts towards a bound that does not change inside the loop.
    unsafe { device.create_shader_module_trusted(descriptor, checks) }
}

/// A browser wants `enable subgroups;` where naga refuses it.
#[cfg(target_arch = "wasm32")]
fn shader_module(
    device: &wgpu::Device,
    label: &str,
    source: String,
    subgroups: bool,
) -> wgpu::ShaderModule {
    let source = if subgroups {
        format!("enable subgroups;\n{source}")
    } else {
        source
    };
    device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(label),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    })
}
