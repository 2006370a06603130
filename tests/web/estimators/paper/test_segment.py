"""SAM's masks."""

import json

import numpy as np
import pytest

from factory.errors import DataError
from factory.web.estimators.paper.segment import Sam
from schemas.base import Record

KINDS = ["sam", "sam_hq", "sam2"]
BOXES = np.array([[10.0, 20, 80, 70], [40, 30, 70, 110], [0, 0, 60, 100]])


@pytest.fixture
def tiny(torch):
    from tests.web.estimators.paper import tiny_checkpoints

    return tiny_checkpoints


@pytest.fixture(params=KINDS)
def checkpoint(request, tiny, tmp_path):
    path = tmp_path / request.param
    if request.param == "sam":
        from factory.web.estimators.paper.stand_ins import sam

        sam(path)
    else:
        getattr(tiny, request.param)(path)
    return path


def overlap(a, b):
    return (a & b).sum() / max(1, (a | b).sum())


def test_masks_have_the_pictures_size(checkpoint, tiny, tmp_path, pictures):
    model = Sam(tiny.weights_at("segmenter", checkpoint), Record(), tiny.machine(tmp_path))
    for picture in pictures:
        masks = model.segment(picture, BOXES)
        assert masks.shape == (3, *picture.shape[:2]) and masks.dtype == bool and masks.any() and not masks.all()
    assert model.segment(pictures[0], np.zeros((0, 4))).shape == (0, *pictures[0].shape[:2])
    model.close()


def test_boxes_together_are_boxes_alone(checkpoint, tiny, tmp_path, pictures, monkeypatch):
    model = Sam(tiny.weights_at("segmenter", checkpoint), Record(), tiny.machine(tmp_path))
    together = model.segment(pictures[0], BOXES)
    monkeypatch.setattr("factory.web.estimators.paper.segment._BOXES", 1)
    assert min(map(overlap, together, model.segment(pictures[0], BOXES))) > 0.999


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_masks_in_half_precision(checkpoint, tiny, tmp_path, pictures, precision):
    weights = tiny.weights_at("segmenter", checkpoint)
    model = Sam(weights, Record(), tiny.machine(tmp_path, precision=precision))
    masks = model.segment(pictures[0], BOXES)
    assert masks.shape == (3, *pictures[0].shape[:2])


def test_masks_are_those_of_transformers(torch, tiny, tmp_path, pictures):
    """The way through SAM's own processor, with the mask that the model believes in most."""
    import transformers

    path = tmp_path / "sam"
    tiny.save(path, transformers.SamModel(small_sam(transformers)), {"image_processor_type": "SamImageProcessor"})
    (path / "preprocessor_config.json").write_text(
        json.dumps({"image_processor_type": "SamImageProcessor", "size": {"longest_edge": 64},
                    "pad_size": {"height": 64, "width": 64}, "mask_size": {"longest_edge": 16},
                    "mask_pad_size": {"height": 16, "width": 16}})
    )  # fmt: skip
    model = transformers.SamModel.from_pretrained(path).eval()
    processor = transformers.SamProcessor(transformers.AutoImageProcessor.from_pretrained(path, backend="pil"))
    ours = Sam(tiny.weights_at("segmenter", path), Record(), tiny.machine(tmp_path))
    for picture in pictures:
        inputs = processor(picture, input_boxes=[BOXES.tolist()], return_tensors="pt")
        with torch.no_grad():
            output = model(
                pixel_values=inputs["pixel_values"], input_boxes=inputs["input_boxes"].float(), multimask_output=True
            )
        (masks,) = processor.image_processor.post_process_masks(
            output.pred_masks,
            inputs["original_sizes"].tolist(),
            inputs["reshaped_input_sizes"].tolist(),
            pad_size={"height": 64, "width": 64},
        )
        best = output.iou_scores[0].argmax(dim=-1)
        expected = masks[torch.arange(3), best].numpy()
        assert min(map(overlap, ours.segment(picture, BOXES), expected)) > 0.995
        assert 0.02 < expected.mean() < 0.98


def small_sam(transformers):
    return transformers.SamConfig(
        vision_config={
            "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "mlp_dim": 16, "image_size": 64,
            "patch_size": 16, "window_size": 2, "global_attn_indexes": [1], "output_channels": 16, "num_pos_feats": 8,
        },
        prompt_encoder_config={"hidden_size": 16, "image_size": 64, "patch_size": 16, "mask_input_channels": 4},
        mask_decoder_config={"hidden_size": 16, "mlp_dim": 16, "num_attention_heads": 2, "iou_head_hidden_dim": 16},
    )  # fmt: skip


def test_sam2_sees_the_picture_squashed(torch, tiny, tmp_path, pictures):
    """Against the whole model at once, with its input made here."""
    import transformers
    from PIL import Image

    path = tiny.sam2(tmp_path / "sam2")
    ours = Sam(tiny.weights_at("segmenter", path), Record(), tiny.machine(tmp_path))
    model = transformers.Sam2Model.from_pretrained(path).eval()
    for picture in pictures:
        height, width = picture.shape[:2]
        small = np.asarray(Image.fromarray(picture).resize((64, 64), Image.Resampling.BILINEAR)) / 255.0
        pixels = torch.tensor((small - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)).permute(2, 0, 1).float()
        boxes = torch.tensor(BOXES * 64 / np.array([width, height, width, height])).float()
        with torch.no_grad():
            output = model(pixel_values=pixels[None], input_boxes=boxes[None])
        best = output.iou_scores[0].argmax(dim=-1)
        logits = output.pred_masks[0][torch.arange(3), best][None]
        expected = torch.nn.functional.interpolate(logits, (height, width), mode="bilinear")[0] > 0
        assert min(map(overlap, ours.segment(picture, BOXES), expected.numpy())) > 0.995


def test_another_kind_of_model_is_refused(tiny, tmp_path):
    path = tiny.sam2(tmp_path / "sam2")
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps({**config, "model_type": "mask2former"}))
    with pytest.raises(DataError, match="'mask2former'; expected sam, sam_hq, sam2"):
        Sam(tiny.weights_at("segmenter", path), Record(), tiny.machine(tmp_path))
    (path / "config.json").write_text(json.dumps(config))
    (path / "preprocessor_config.json").write_text(json.dumps({"size": {"height": 64, "width": 32}}))
    with pytest.raises(DataError, match="square"):
        Sam(tiny.weights_at("segmenter", path), Record(), tiny.machine(tmp_path))
