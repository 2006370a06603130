"""Checkpoints of random weights in the real formats: to try the code where the weights are not, and to measure speed.

Each is small by default, and with `full` has the size of the published model. All carry the mark of
`factory.web.estimators.paper.checkpoints`. Weights are drawn from a fixed seed.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from factory.web.estimators.paper.checkpoints import MARK
from factory.web.estimators.paper.onnx_stand_ins import write_means
from factory.web.estimators.paper.pixels import IMAGENET_MEAN, IMAGENET_STD
from factory.web.estimators.paper.runtime import require
from factory.web.estimators.paper.text_stand_ins import write_bert_tokenizer

_SEED = 20250
_IMAGENET = {"image_mean": list(IMAGENET_MEAN), "image_std": list(IMAGENET_STD)}


def made_once(path: Path, make: Callable[[Path], None]) -> Path:
    """`path`, made by `make` when it is not there; a process that is slower than another leaves the other's."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as temporary:
        part = Path(temporary) / path.name
        make(part)
        try:
            part.replace(path)
        except OSError:
            if not path.exists():
                raise
    return path


def depth_anything(path: Path, full: bool = False) -> None:
    """Depth Anything V2 with a metric head; `full` is its large one."""
    t = require("transformers")
    sizes: dict[str, Any] = (
        {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "out_indices": [5, 12, 18, 24]}
        if full
        else {"hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "out_indices": [1, 2, 3, 4]}
    )
    backbone = t.Dinov2Config(image_size=518 if full else 70, patch_size=14, reshape_hidden_states=False, **sizes)
    config = t.DepthAnythingConfig(
        initializer_range=0.2,  # so that depth differs from pixel to pixel
        backbone_config=backbone,
        reassemble_hidden_size=backbone.hidden_size,
        neck_hidden_sizes=[256, 512, 1024, 1024] if full else [8, 8, 16, 16],
        fusion_hidden_size=256 if full else 8,
        head_hidden_size=32 if full else 8,
        depth_estimation_type="metric",
        max_depth=20,
    )
    _write(path, t.DepthAnythingForDepthEstimation, config)
    side = 518 if full else 70
    _preprocessor(
        path, "DPTImageProcessor", size=_square(side), keep_aspect_ratio=True, ensure_multiple_of=14, resample=3
    )


def grounding_dino(path: Path, full: bool = False) -> None:
    """Grounding DINO; `full` is its Swin-T."""
    t = require("transformers")
    vocabulary = write_bert_tokenizer(path)
    if full:
        config = t.GroundingDinoConfig(text_config=t.BertConfig())
    else:
        config = t.GroundingDinoConfig(
            backbone_config=t.SwinConfig(
                image_size=64, embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 1, 1], window_size=4,
                out_indices=[2, 3, 4],
            ),
            text_config=t.BertConfig(
                vocab_size=vocabulary, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                intermediate_size=16, max_position_embeddings=300,
            ),
            d_model=32, encoder_layers=1, decoder_layers=2, encoder_ffn_dim=16, decoder_ffn_dim=16,
            encoder_attention_heads=2, decoder_attention_heads=2, num_queries=20,
        )  # fmt: skip
    _write(path, t.GroundingDinoForObjectDetection, config)
    size = {"shortest_edge": 800, "longest_edge": 1333} if full else {"shortest_edge": 96, "longest_edge": 192}
    _preprocessor(path, "GroundingDinoImageProcessor", size=size)


def rt_detr(path: Path, full: bool = False) -> None:
    """RT-DETR; `full` is its R50."""
    t = require("transformers")
    sizes: dict[str, Any] = (
        {}
        if full
        else {
            "backbone_config": t.RTDetrResNetConfig(
                embedding_size=8, hidden_sizes=[8, 16, 16, 16], depths=[1, 1, 1, 1], layer_type="basic",
                out_features=["stage2", "stage3", "stage4"],
            ),
            "encoder_in_channels": [16, 16, 16], "encoder_hidden_dim": 16, "encoder_ffn_dim": 16, "d_model": 16,
            "encoder_attention_heads": 2, "decoder_attention_heads": 2, "decoder_in_channels": [16, 16, 16],
            "decoder_ffn_dim": 16, "decoder_layers": 1, "num_queries": 20,
        }
    )  # fmt: skip
    config = t.RTDetrConfig(id2label={0: "person", 1: "chair", 2: "N/A", 3: "cup"}, **sizes)
    _write(path, t.RTDetrForObjectDetection, config)
    _preprocessor(path, "RTDetrImageProcessor", size=_square(640 if full else 64), do_normalize=False)


def sam(path: Path, full: bool = False) -> None:
    """SAM; `full` is its ViT-H."""
    t = require("transformers")
    vision: dict[str, Any] = (
        {"hidden_size": 1280, "num_hidden_layers": 32, "num_attention_heads": 16, "mlp_dim": 5120,
         "global_attn_indexes": [7, 15, 23, 31]}
        if full
        else {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "mlp_dim": 16, "image_size": 64,
              "patch_size": 16, "window_size": 2, "global_attn_indexes": [1], "output_channels": 16,
              "num_pos_feats": 8}
    )  # fmt: skip
    prompt = {} if full else {"hidden_size": 16, "image_size": 64, "patch_size": 16, "mask_input_channels": 4}
    decoder = {} if full else {"hidden_size": 16, "mlp_dim": 16, "num_attention_heads": 2, "iou_head_hidden_dim": 16}
    config = t.SamConfig(vision_config=vision, prompt_encoder_config=prompt, mask_decoder_config=decoder)
    _write(path, t.SamModel, config)
    _preprocessor(path, "SamImageProcessor", size={"longest_edge": 1024 if full else 64}, **_IMAGENET)


def moge(path: Path, full: bool = False) -> None:
    """MoGe-2; `full` is moge-2-vitl-normal. Needs the package `moge`."""
    torch = require("torch")
    from factory.web.estimators.paper.depth_moge import HOW
    from factory.web.estimators.paper.moge_sizes import FULL, SMALL

    package = require("moge.model.v2", HOW)
    config = FULL if full else SMALL
    torch.manual_seed(_SEED)
    model = package.MoGeModel(**config)
    with torch.no_grad():  # else its mask leaves everything out
        list(model.mask_head.parameters())[-1].fill_(5.0)
    torch.save({"model_config": config, "model": model.state_dict(), MARK: True}, path)


def geocalib(path: Path, full: bool = False) -> None:
    """GeoCalib, which comes in one size only. Needs the package `geocalib`."""
    torch = require("torch")
    from factory.web.estimators.paper.gravity_geocalib import HOW

    package = require("geocalib.geocalib", HOW)
    torch.manual_seed(_SEED)
    torch.save({"model": package.GeoCalib().state_dict(), MARK: True}, path)


def orient_anything(path: Path, full: bool = False) -> None:
    """An ONNX file with Orient Anything's inputs and outputs; `full` is its own architecture, a checkpoint."""
    if not full:
        rng, turn = np.random.default_rng(_SEED), np.deg2rad(np.arange(360))
        azimuth = 20 * rng.normal(size=(3, 2)) @ np.stack([np.cos(turn), np.sin(turn)])  # one peak: one front
        write_means(path, (3, 518, 518), np.hstack([azimuth, rng.normal(size=(3, 540))]), middle=0.9)
        return
    torch = require("torch")
    from factory.web.estimators.paper.orientation import HOW

    package = require("vision_tower", HOW)
    torch.manual_seed(_SEED)
    model = package.VGGT_OriAny_Ref(out_dim=900, dtype=torch.float32, nopretrain=True)
    torch.save({**model.state_dict(), MARK: True}, path)


def ram(path: Path, full: bool = False) -> None:
    """A folder like RAM's export, with tags of the vocabulary."""
    from factory.web.estimators.paper.vocabulary import default_vocabulary

    tags = default_vocabulary()[:64]
    path.mkdir(parents=True)
    weights = np.random.default_rng(_SEED).normal(size=(3, len(tags)))
    write_means(path / "model.onnx", (3, 384, 384), weights, middle=0.0)
    (path / "tags.txt").write_text("\n".join(tags) + "\n")
    (path / "thresholds.txt").write_text("0.5\n" * len(tags))


def _write(path: Path, architecture: Any, config: Any) -> None:
    torch = require("torch")
    setattr(config, MARK, True)
    torch.manual_seed(_SEED)
    architecture(config).save_pretrained(path)


def _preprocessor(path: Path, kind: str, **values: Any) -> None:
    (path / "preprocessor_config.json").write_text(json.dumps({"image_processor_type": kind, **_IMAGENET, **values}))


def _square(side: int) -> dict[str, int]:
    return {"height": side, "width": side}
