"""Checkpoints of architectures without a stand-in in the project, as small as they get, in transformers' formats."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as t

from factory.web.estimators.model import Machine
from factory.web.estimators.weights import RANDOM, WeightFile, folder_sha256

MEAN_HALF = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}


def random_weights(role: str, *parts: str) -> dict[str, WeightFile]:
    """Weights that the project makes itself."""
    return {part: WeightFile(role, f"tiny {role}", RANDOM, "none", RANDOM) for part in parts or ("model",)}


def weights_at(role: str, path: Path) -> dict[str, WeightFile]:
    """Weights of a folder, named as a user names them."""
    return {"model": WeightFile(role, f"tiny {role}", folder_sha256(path), "none", str(path))}


def machine(folder: Path, batch_size: int = 4, precision: str = "float32", device: str = "cpu") -> Machine:
    return Machine(folder=folder, batch_size=batch_size, precision=precision, device=device)


def save(path: Path, model: Any, preprocessor: dict[str, Any], *finishes: Callable[[Any], None]) -> Path:
    with torch.no_grad():  # as drawn by transformers, what comes out hardly depends on what goes in
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(std=weight[0].numel() ** -0.5)
    for finish in finishes:
        finish(model)
    model.save_pretrained(path)
    (path / "preprocessor_config.json").write_text(json.dumps(preprocessor))
    return path


def zoedepth(path: Path) -> Path:
    torch.manual_seed(1)
    config = t.ZoeDepthConfig(
        backbone_config=t.BeitConfig(
            image_size=32, patch_size=16, hidden_size=16, num_hidden_layers=4, num_attention_heads=2,
            intermediate_size=16, out_indices=[1, 2, 3, 4], reshape_hidden_states=False,
        ),
        neck_hidden_sizes=[8, 8, 8, 8], fusion_hidden_size=8, bottleneck_features=8, num_relative_features=8,
        num_attractors=[2, 2, 2, 2], bin_embedding_dim=8,
        bin_configurations=[{"n_bins": 4, "min_depth": 0.001, "max_depth": 10.0, "name": "nyu"}],
    )  # fmt: skip
    return save(
        path,
        t.ZoeDepthForDepthEstimation(config),
        {"image_processor_type": "ZoeDepthImageProcessor", "size": {"height": 32, "width": 32},
         "ensure_multiple_of": 16, "keep_aspect_ratio": True, "do_pad": True, **MEAN_HALF},
    )  # fmt: skip


def glpn(path: Path) -> Path:
    torch.manual_seed(1)
    config = t.GLPNConfig(
        depths=[1, 1, 1, 1], sr_ratios=[2, 1, 1, 1], hidden_sizes=[8, 8, 16, 16], num_attention_heads=[1, 1, 1, 1],
        mlp_ratios=[1, 1, 1, 1], decoder_hidden_size=8, max_depth=10,
    )  # fmt: skip
    return save(path, t.GLPNForDepthEstimation(config), {"image_processor_type": "GLPNImageProcessor"})


def depth_pro(path: Path) -> Path:
    torch.manual_seed(1)
    vit = {
        "model_type": "dinov2", "num_hidden_layers": 2, "hidden_size": 16, "intermediate_size": 16,
        "num_attention_heads": 2, "image_size": 16, "patch_size": 8, "use_mask_token": False, "apply_layernorm": False,
    }  # fmt: skip
    config = t.DepthProConfig(
        patch_size=16, intermediate_hook_ids=[1, 0], intermediate_feature_dims=[8, 8],
        scaled_images_ratios=[0.25, 0.5, 1.0], scaled_images_overlap_ratios=[0.0, 0.5, 0.25],
        scaled_images_feature_dims=[8, 8, 8], fusion_hidden_size=8, use_fov_model=True, num_fov_head_layers=0,
        image_model_config=vit, patch_model_config=vit, fov_model_config=vit,
    )  # fmt: skip

    def positive(model: Any) -> None:
        """Inverse depth ends in a rectifier, the field of view has no bounds."""
        list(model.head.layers)[-2].bias.fill_(5.0)
        list(model.fov_model.head.layers)[-1].weight.mul_(0.1)
        list(model.fov_model.head.layers)[-1].bias.fill_(60.0)

    return save(
        path,
        t.DepthProForDepthEstimation(config),
        {"image_processor_type": "DepthProImageProcessor", "size": {"height": 64, "width": 64}, **MEAN_HALF},
        torch.no_grad()(positive),
    )


def relative_depth(path: Path) -> Path:
    from factory.web.estimators.paper.stand_ins import depth_anything

    depth_anything(path)
    config = json.loads((path / "config.json").read_text())
    config["depth_estimation_type"] = "relative"
    (path / "config.json").write_text(json.dumps(config))
    return path


def owlv2(path: Path) -> Path:
    torch.manual_seed(1)
    tower = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = t.Owlv2Config(
        text_config={**tower, "vocab_size": write_clip_tokenizer(path), "max_position_embeddings": 16},
        vision_config={**tower, "image_size": 64, "patch_size": 16},
        projection_dim=16,
    )
    preprocessor = {"image_processor_type": "Owlv2ImageProcessor", "size": {"height": 64, "width": 64}}
    return save(path, t.Owlv2ForObjectDetection(config), preprocessor)


def omdet(path: Path) -> Path:
    torch.manual_seed(1)
    config = t.OmDetTurboConfig(
        text_config=t.CLIPTextConfig(
            vocab_size=write_clip_tokenizer(path), hidden_size=32, intermediate_size=16, num_hidden_layers=1,
            num_attention_heads=2, max_position_embeddings=77, projection_dim=32,
        ),
        backbone_config=t.SwinConfig(
            image_size=64, embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 1, 1], window_size=2,
            out_indices=[2, 3, 4],
        ),
        image_size=64, text_projection_in_dim=32, text_projection_out_dim=32, task_encoder_hidden_dim=16,
        class_embed_dim=32, num_queries=20,
        apply_layernorm_after_vision_backbone=False, encoder_hidden_dim=16, vision_features_channels=[16, 16, 16],
        encoder_in_channels=[16, 32, 64], encoder_attention_heads=2, encoder_dim_feedforward=16,
        decoder_hidden_dim=16, decoder_num_heads=2, decoder_num_layers=1, decoder_dim_feedforward=16,
    )  # fmt: skip
    preprocessor = {"image_processor_type": "DetrImageProcessor", "size": {"height": 64, "width": 64}}
    return save(path, t.OmDetTurboForObjectDetection(config), preprocessor)


def d_fine(path: Path) -> Path:
    torch.manual_seed(1)
    config = t.DFineConfig(
        backbone_config=t.HGNetV2Config(
            stem_channels=[3, 8, 8], stage_in_channels=[8, 16, 16, 16], stage_mid_channels=[8, 8, 8, 8],
            stage_out_channels=[16, 16, 16, 16], stage_num_blocks=[1, 1, 1, 1], stage_numb_of_layers=[1, 1, 1, 1],
            embedding_size=8, hidden_sizes=[16, 16, 16, 16], depths=[1, 1, 1, 1],
            out_features=["stage2", "stage3", "stage4"],
        ),
        encoder_in_channels=[16, 16, 16], encoder_hidden_dim=16, encoder_ffn_dim=16, d_model=16,
        encoder_attention_heads=2, decoder_attention_heads=2, decoder_in_channels=[16, 16, 16], decoder_ffn_dim=16,
        decoder_layers=2, num_queries=20, decoder_n_points=[2, 2, 2], id2label={0: "chair", 1: "desk"},
    )  # fmt: skip
    preprocessor = {
        "image_processor_type": "RTDetrImageProcessor", "size": {"height": 64, "width": 64}, "do_normalize": False
    }  # fmt: skip
    return save(path, t.DFineForObjectDetection(config), preprocessor)


def rf_detr(path: Path) -> Path:
    torch.manual_seed(1)
    config = t.RfDetrConfig(
        backbone_config={
            "model_type": "rf_detr_dinov2", "image_size": 64, "patch_size": 16, "hidden_size": 32,
            "num_hidden_layers": 2, "num_attention_heads": 2, "out_features": ["stage1", "stage2"], "num_windows": 1,
        },
        d_model=32, decoder_ffn_dim=16, decoder_layers=1, decoder_self_attention_heads=2,
        decoder_cross_attention_heads=2, decoder_n_points=2, num_queries=10, group_detr=1,
        id2label={0: "background", 1: "chair", 2: "desk"},
    )  # fmt: skip
    preprocessor = {"image_processor_type": "RfDetrImageProcessor", "size": {"height": 64, "width": 64}}
    return save(path, t.RfDetrForObjectDetection(config), preprocessor)


def sam2(path: Path) -> Path:
    torch.manual_seed(1)
    config = t.Sam2Config(
        vision_config={
            "backbone_config": {
                "model_type": "sam2_hiera_det_model", "hidden_size": 8, "image_size": [64, 64],
                "blocks_per_stage": [1, 1, 1, 1], "embed_dim_per_stage": [8, 16, 32, 64],
                "num_attention_heads_per_stage": [1, 1, 1, 1], "window_size_per_stage": [2, 2, 2, 2],
                "global_attention_blocks": [], "window_positional_embedding_background_size": [2, 2],
            },
            "backbone_channel_list": [64, 32, 16, 8], "backbone_feature_sizes": [[16, 16], [8, 8], [4, 4]],
            "fpn_hidden_size": 32, "fpn_top_down_levels": [2, 3],
        },
        prompt_encoder_config={"hidden_size": 32, "image_size": 64, "patch_size": 16, "mask_input_channels": 4},
        mask_decoder_config={"hidden_size": 32, "mlp_dim": 16, "num_attention_heads": 2, "iou_head_hidden_dim": 32},
    )  # fmt: skip
    preprocessor = {"image_processor_type": "Sam2ImageProcessorFast", "size": {"height": 64, "width": 64}}
    return save(path, t.Sam2Model(config), preprocessor)


def sam_hq(path: Path) -> Path:
    torch.manual_seed(1)
    config = t.SamHQConfig(
        vision_config={
            "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "mlp_dim": 16, "image_size": 64,
            "patch_size": 16, "window_size": 2, "global_attn_indexes": [1], "output_channels": 32, "num_pos_feats": 16,
        },
        prompt_encoder_config={"hidden_size": 32, "image_size": 64, "patch_size": 16, "mask_input_channels": 4},
        mask_decoder_config={
            "hidden_size": 32, "mlp_dim": 16, "num_attention_heads": 2, "iou_head_hidden_dim": 16, "vit_dim": 16,
        },
    )  # fmt: skip
    preprocessor = {"image_processor_type": "SamImageProcessor", "size": {"longest_edge": 64}}
    return save(path, t.SamHQModel(config), preprocessor)


def write_clip_tokenizer(path: Path) -> int:
    """CLIP's tokenizer without any merges: a token per byte. Returns the number of tokens."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    path.mkdir(parents=True, exist_ok=True)
    letters = list(bytes_to_unicode().values())
    tokens = ["<|pad|>", *letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (path / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    (path / "merges.txt").write_text("#version: 0.2\n")
    marks = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    (path / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "CLIPTokenizer", "pad_token": "<|pad|>", **marks, "model_max_length": 77})
    )
    return len(tokens)
