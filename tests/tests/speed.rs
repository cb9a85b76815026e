//! What is known of a model's speed before it runs: bytes per token, and the rate at which this device reads them.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use inkling_engine::executor::Limits;
use inkling_engine::kernel::KvPrecision;
use inkling_engine::model::description::{Description, HfConfigs};
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::model::traffic::weight_bytes_per_token;
use inkling_engine::speed::{Roofline, SpeedTest};
use inkling_engine::weights::Parsed;
use inkling_engine::weights::layout::WeightPolicy;
use inkling_engine::weights::safetensors::header_from_bytes;
use inkling_tests::{fixtures, gpu};

/// Bytes of weights, and bytes of weights read for one token.
fn weights_and_traffic(model: &str) -> Option<(u64, u64)> {
    let folder = fixtures()?.join("models").join(model);
    let config = std::fs::read(folder.join("config.json")).unwrap();
    let file = std::fs::read(folder.join("model.safetensors")).unwrap();
    let Parsed::Done(header) = header_from_bytes(&file, Some(file.len() as u64)).unwrap() else {
        panic!("the file is whole")
    };
    let configs = HfConfigs {
        config: &config,
        generation_config: None,
        quantize_config: None,
    };
    let header = ("model.safetensors".to_owned(), header);
    let description = Description::from_hf(configs, vec![header]).unwrap();
    let options = PlanOptions {
        context_length: Some(64),
        kv: KvPrecision::F32,
        weights: WeightPolicy::Keep,
    };
    let limits = Limits {
        max_binding_bytes: 128 << 20,
        max_buffer_bytes: 256 << 20,
    };
    let plan = ModelPlan::new(&description, &options, limits).unwrap();
    Some((
        plan.memory.weights,
        weight_bytes_per_token(&description.config, &plan),
    ))
}

#[test]
fn a_dense_model_reads_all_but_its_embedding_and_a_mixture_only_the_chosen_experts() {
    let Some((weights, read)) = weights_and_traffic("qwen3-qknorm") else {
        return;
    };
    assert!(read > weights / 2 && read <= weights, "{read} of {weights}");
    // Two of six experts; attention, router and head are read whole.
    let (weights, read) = weights_and_traffic("qwen3-moe").unwrap();
    assert!(read < weights * 2 / 3, "{read} of {weights}");
}

#[test]
fn the_speed_test_reads_what_it_says() {
    pollster::block_on(async {
        let device = gpu(true);
        let mut test = SpeedTest::new(device).await.unwrap();
        let one = test.run(1).await.unwrap();
        assert_eq!(one, 4096 * 4096 / 32 * 18);
        assert_eq!(test.run(9).await.unwrap(), 9 * one);
    });
}

#[test]
fn the_roofline_counts_what_it_does() {
    pollster::block_on(async {
        let mut roofline = Roofline::new(gpu(true)).await.unwrap();
        let bytes = roofline.stream_bytes();
        assert!((16 << 20..=512 << 20).contains(&bytes), "{bytes}");
        assert_eq!(roofline.read(3).await.unwrap(), 3 * bytes);
        // 2048 workgroups of 256, eight sequences of four numbers, 128 steps of a product and a sum.
        let operations = 2048 * 256 * 8 * 4 * 128 * 2;
        assert_eq!(roofline.multiply(1).await.unwrap(), operations);
    });
}
