"""Detectors by name and by class, run with random weights in their real formats."""

import json

import numpy as np
import pytest

from factory.errors import DataError
from factory.web.estimators.paper.closed_vocabulary import ClosedVocabulary, ClosedVocabularyParameters
from factory.web.estimators.paper.open_vocabulary import OpenVocabulary, OpenVocabularyParameters
from factory.web.estimators.paper.queries import queries_of
from factory.web.estimators.paper.runtime import Runtime
from factory.web.estimators.paper.tagged_vocabulary import TaggedVocabulary
from factory.web.estimators.weights import RANDOM

OPEN = ["grounding_dino", "owlv2", "omdet"]
CLOSED = ["rt_detr", "d_fine", "rf_detr"]
NAMES = ["chair", "coffee table", "stop sign", "dog", "cup", "t-shirt"]
LOW = OpenVocabularyParameters(box_threshold=0.1, text_threshold=0.05, vocabulary=NAMES)


@pytest.fixture
def tiny(torch):
    from tests.web.estimators.paper import tiny_checkpoints

    return tiny_checkpoints


def make(tiny, kind, path):
    """A checkpoint on disk, by the project where it makes such ones."""
    from factory.web.estimators.paper import stand_ins

    if hasattr(stand_ins, kind):
        getattr(stand_ins, kind)(path)
    else:
        getattr(tiny, kind)(path)
    return path


@pytest.fixture(params=OPEN)
def open_checkpoint(request, tiny, tmp_path):
    return make(tiny, request.param, tmp_path / request.param)


@pytest.fixture(params=CLOSED)
def closed_checkpoint(request, tiny, tmp_path):
    return make(tiny, request.param, tmp_path / request.param)


def check(detected, picture, names):
    """What the protocol promises."""
    height, width = picture.shape[:2]
    count = len(detected.labels)
    assert detected.scores.shape == (count,) and detected.boxes.shape == (count, 4)
    assert (np.diff(detected.scores) <= 0).all() and set(detected.labels) <= set(names)
    assert (detected.boxes[:, :2] < detected.boxes[:, 2:]).all() and (detected.boxes >= 0).all()
    assert (detected.boxes[:, [0, 2]] <= width).all() and (detected.boxes[:, [1, 3]] <= height).all()


def test_objects_by_name(open_checkpoint, tiny, tmp_path, pictures):
    model = OpenVocabulary(tiny.weights_at("detector", open_checkpoint), LOW, tiny.machine(tmp_path))
    found = model.detect(pictures)
    for detected, picture in zip(found, pictures, strict=True):
        check(detected, picture, NAMES)
        assert (detected.scores > 0.1).all()
    assert sum(len(detected.labels) for detected in found) > 3
    assert model.detect([]) == []
    model.close()


def test_named_boxes_are_the_same_one_by_one(open_checkpoint, tiny, tmp_path, pictures):
    weights = tiny.weights_at("detector", open_checkpoint)
    three = [pictures[0], pictures[1], pictures[0][::-1].copy()]
    together = OpenVocabulary(weights, LOW, tiny.machine(tmp_path)).detect(three)
    alone = OpenVocabulary(weights, LOW, tiny.machine(tmp_path, batch_size=1))
    for picture, detected in zip(three, together, strict=True):
        (single,) = alone.detect([picture])
        assert detected.labels == single.labels
        np.testing.assert_allclose(detected.scores, single.scores, rtol=1e-4)
        np.testing.assert_allclose(detected.boxes, single.boxes, atol=0.01)


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_objects_by_name_in_half_precision(open_checkpoint, tiny, tmp_path, pictures, precision):
    weights = tiny.weights_at("detector", open_checkpoint)
    model = OpenVocabulary(weights, LOW, tiny.machine(tmp_path, precision=precision))
    for detected, picture in zip(model.detect(pictures), pictures, strict=True):
        check(detected, picture, NAMES)


def queries(tiny, tmp_path, path):
    """The face of a checkpoint, and its processor of transformers."""
    import transformers

    from factory.web.estimators.paper.checkpoints import Checkpoint
    from schemas.web import ModelUse

    run = Runtime.of(tiny.machine(tmp_path))
    model = run.ready(transformers.AutoModelForZeroShotObjectDetection.from_pretrained(path))
    checkpoint = Checkpoint(path, ModelUse(role="detector", name="tiny", sha256="", licence=""))
    return queries_of(model, run, checkpoint), model


def test_the_sentence_is_the_one_that_grounding_dino_reads(tiny, tmp_path):
    import transformers

    path = make(tiny, "grounding_dino", tmp_path / "dino")
    asked, _ = queries(tiny, tmp_path, path)
    tokenizer = transformers.AutoTokenizer.from_pretrained(path)
    ids, spans = asked.sentence(tuple(NAMES))
    assert ids == tokenizer(". ".join(NAMES) + ".")["input_ids"]
    words = [tokenizer.decode(ids[first:last]).replace(" - ", "-") for first, last in spans]
    assert words == NAMES
    assert [last - first for first, last in spans] == [1, 2, 2, 1, 1, 3]


def test_a_name_scores_as_the_mean_of_its_tokens(torch, tiny, tmp_path, pictures):
    path = make(tiny, "grounding_dino", tmp_path / "dino")
    asked, model = queries(tiny, tmp_path, path)
    pixels = asked.prepare(pictures[0])[None]
    answers = asked.ask(pixels, ("coffee table", "dog"))
    ids, _ = asked.sentence(("coffee table", "dog"))
    with torch.no_grad():
        logits = model(torch.from_numpy(pixels), input_ids=torch.tensor([ids])).logits[0].sigmoid().numpy()
    np.testing.assert_allclose(answers.name_scores[0, :, 0], (logits[:, 1] + logits[:, 2]) / 2, rtol=1e-4)
    np.testing.assert_allclose(answers.name_scores[0, :, 1], logits[:, 4], rtol=1e-4)
    np.testing.assert_allclose(answers.box_scores[0], logits[:, [1, 2, 4]].max(axis=1), rtol=1e-4)


def test_a_long_vocabulary_comes_in_parts(tiny, tmp_path):
    from factory.web.estimators.paper.vocabulary import default_vocabulary

    names = default_vocabulary()
    asked, model = queries(tiny, tmp_path, make(tiny, "grounding_dino", tmp_path / "dino"))
    parts = asked.prompts(names)
    assert tuple(name for part in parts for name in part) == names and len(parts) > 2
    assert all(len(asked.sentence(part)[0]) <= model.config.max_text_len for part in parts)
    with pytest.raises(DataError, match="longer than the detector's text"):
        asked.prompts(("very " * 300 + "long",))


def test_owl_boxes_are_those_of_transformers(torch, tiny, tmp_path, pictures):
    import transformers

    path = make(tiny, "owlv2", tmp_path / "owl")
    asked, model = queries(tiny, tmp_path, path)
    processor = transformers.Owlv2Processor(
        transformers.AutoImageProcessor.from_pretrained(path, backend="pil"),
        transformers.AutoTokenizer.from_pretrained(path),
    )
    for picture in pictures:
        inputs = processor(images=picture, text=[NAMES], return_tensors="pt", max_length=16)
        with torch.no_grad():
            output = model(**inputs)
        (expected,) = processor.post_process_grounded_object_detection(
            output, threshold=0.0, target_sizes=[picture.shape[:2]]
        )
        answers = asked.ask(asked.prepare(picture)[None], tuple(NAMES))
        np.testing.assert_allclose(answers.box_scores[0], expected["scores"].numpy(), rtol=1e-4)
        assert answers.name_scores[0].argmax(axis=1).tolist() == expected["labels"].tolist()
        cx, cy, w, h = (answers.boxes[0] * np.tile(asked.frame(picture), 2)).T
        corners = np.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], axis=1)
        np.testing.assert_allclose(corners, expected["boxes"].numpy(), atol=0.01)


def test_two_names_of_one_thing_share_a_box(tiny, tmp_path):
    model = OpenVocabulary(tiny.random_weights("detector"), LOW, tiny.machine(tmp_path))
    box = np.array([[10.0, 10, 50, 50]])
    parts = [(box, np.array([0.5]), ["sofa"], False), (box + 1, np.array([0.7]), ["couch"], True)]
    merged = model._merged(parts)
    assert merged.labels == ("couch",) and merged.scores.tolist() == [0.7] and merged.full


def test_what_is_below_the_thresholds_is_left_out(tiny, tmp_path, pictures):
    model = OpenVocabulary(tiny.random_weights("detector"), LOW, tiny.machine(tmp_path))
    relative = np.array([[0.3, 0.5, 0.2, 0.2], [0.5, 0.5, 0.2, 0.2], [0.7, 0.5, 0.2, 0.2]])
    names = np.array([[0.2, 0.01], [0.05, 0.04], [0.05, 0.3]])
    boxes, scores, labels, full = model._read(pictures[0], relative, np.array([0.2, 0.2, 0.09]), names, ("cup", "dog"))
    assert labels == ["cup"] and scores.tolist() == [0.2] and not full
    np.testing.assert_allclose(boxes, [[32, 48, 64, 72]])


def test_random_weights_are_told_as_random(tiny, tmp_path, pictures):
    weights = tiny.random_weights("detector")
    first = OpenVocabulary(weights, LOW, tiny.machine(tmp_path))
    assert first.is_random and [use.sha256 for use in first.models()] == [RANDOM]
    again = OpenVocabulary(weights, LOW, tiny.machine(tmp_path / "elsewhere"))
    a, b = first.detect(pictures[:1])[0], again.detect(pictures[:1])[0]
    assert a.labels == b.labels and np.array_equal(a.boxes, b.boxes)


def test_ram_chooses_the_names(tiny, tmp_path, pictures):
    pytest.importorskip("onnx", reason="random stand-ins in ONNX need the package onnx")
    weights = tiny.random_weights("detector", "model", "tags")
    parameters = OpenVocabularyParameters(box_threshold=0.1, text_threshold=0.05)
    model = TaggedVocabulary(weights, parameters, tiny.machine(tmp_path))
    asked = model._asked(pictures)
    assert asked[0] != asked[1] and all(0 < len(names) < 64 for names in asked)
    for detected, picture, names in zip(model.detect(pictures), pictures, asked, strict=True):
        check(detected, picture, names)
    assert model.is_random and len(model.models()) == 2
    unseen = OpenVocabularyParameters(vocabulary=["unheard of"])
    nothing = TaggedVocabulary(weights, unseen, tiny.machine(tmp_path)).detect(pictures)
    assert [detected.labels for detected in nothing] == [(), ()] and not nothing[0].full
    model.close()


def test_rams_tags_are_those_above_their_thresholds(tiny, tmp_path, pictures):
    """Against the model's own sums: means of the normalised channels, times its weights."""
    onnx = pytest.importorskip("onnx", reason="random stand-ins in ONNX need the package onnx")
    from factory.web.estimators.paper.checkpoints import open_plain_folder
    from factory.web.estimators.paper.stand_ins import ram
    from factory.web.estimators.paper.tagged_vocabulary import FILES, Tagger

    path = tmp_path / "ram"
    ram(path)
    thresholds = np.linspace(0.1, 0.9, 64)
    (path / "thresholds.txt").write_text("\n".join(map(str, thresholds)))
    weights = tiny.weights_at("detector", path)["model"]
    machine = tiny.machine(tmp_path)
    tagger = Tagger(open_plain_folder(weights, machine, FILES, ram), machine)
    assert tagger.checkpoint.is_random
    initial = onnx.load(path / "model.onnx").graph.initializer[0]
    plain = np.full((50, 60, 3), (200, 30, 90), dtype=np.uint8)
    means = (plain[0, 0] / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    likely = 1 / (1 + np.exp(-means @ onnx.numpy_helper.to_array(initial)))
    tags = (path / "tags.txt").read_text().split("\n")
    assert tagger.tags(plain) == {tags[i] for i in np.flatnonzero(likely > thresholds)}
    (path / "thresholds.txt").write_text("0.5\n")
    with pytest.raises(DataError, match=r"64 lines, thresholds\.txt 1"):
        Tagger(open_plain_folder(tiny.weights_at("detector", path)["model"], machine, FILES, ram), machine)


def test_objects_by_class(closed_checkpoint, tiny, tmp_path, pictures):
    weights = tiny.weights_at("detector", closed_checkpoint)
    low = ClosedVocabularyParameters(threshold=0.01, nms_overlap=1.0)
    together = ClosedVocabulary(weights, low, tiny.machine(tmp_path)).detect(pictures)
    alone = ClosedVocabulary(weights, low, tiny.machine(tmp_path, batch_size=1))
    for detected, picture in zip(together, pictures, strict=True):
        check(detected, picture, {"person", "chair", "cup", "desk"})
        (single,) = alone.detect([picture])
        assert detected.labels == single.labels and len(single.labels) > 2
        np.testing.assert_allclose(detected.scores, single.scores, rtol=1e-3)
        np.testing.assert_allclose(detected.boxes, single.boxes, atol=0.05)


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_objects_by_class_in_half_precision(closed_checkpoint, tiny, tmp_path, pictures, precision):
    low = ClosedVocabularyParameters(threshold=0.01)
    weights = tiny.weights_at("detector", closed_checkpoint)
    model = ClosedVocabulary(weights, low, tiny.machine(tmp_path, precision=precision))
    for detected, picture in zip(model.detect(pictures), pictures, strict=True):
        check(detected, picture, {"person", "chair", "cup", "desk"})


def test_class_boxes_are_those_of_transformers(torch, tiny, tmp_path, pictures):
    import transformers

    path = make(tiny, "d_fine", tmp_path / "d_fine")
    model = transformers.AutoModelForObjectDetection.from_pretrained(path).eval()
    processor = transformers.AutoImageProcessor.from_pretrained(path, backend="pil")
    low = ClosedVocabularyParameters(threshold=1e-6, nms_overlap=1.0)
    ours = ClosedVocabulary(tiny.weights_at("detector", path), low, tiny.machine(tmp_path))
    for picture in pictures:
        with torch.no_grad():
            output = model(**processor(images=picture, return_tensors="pt"))
        (found,) = processor.post_process_object_detection(output, 0.0, target_sizes=[picture.shape[:2]])
        (mine,) = ours.detect([picture])
        size = np.tile([picture.shape[1], picture.shape[0]], 2)
        theirs = {(model.config.id2label[int(n)], *np.round(np.clip(b.numpy(), 0, size), 1)) for n, b in
                  zip(found["labels"], found["boxes"], strict=True)}  # fmt: skip
        mine_first = (mine.labels[0], *np.round(mine.boxes[0], 1))
        assert mine.scores[0] == pytest.approx(float(found["scores"][0]), rel=1e-4)
        assert mine_first in theirs


def test_slots_without_a_name_are_no_classes(tiny, tmp_path, pictures):
    path = make(tiny, "rt_detr", tmp_path / "detr")
    low = ClosedVocabularyParameters(threshold=1e-6, nms_overlap=1.0)
    model = ClosedVocabulary(tiny.weights_at("detector", path), low, tiny.machine(tmp_path))
    scores = np.array([[0.1, 0.2, 0.9, 0.3], [0.8, 0.2, 0.9, 0.3]])
    found = model._read(pictures[0], scores, np.array([[0.5, 0.5, 0.2, 0.2], [0.2, 0.5, 0.2, 0.2]]))
    assert found.labels == ("person", "cup") and found.scores.tolist() == [0.8, 0.3] and found.full
    assert model.is_random  # as its config.json says, though it was named by path and checksum


def test_detectors_of_another_kind_are_refused(tiny, tmp_path):
    path = make(tiny, "rt_detr", tmp_path / "detr")
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps({**config, "model_type": "detr"}))
    with pytest.raises(DataError, match="'detr'; expected rt_detr"):
        ClosedVocabulary(tiny.weights_at("detector", path), ClosedVocabularyParameters(), tiny.machine(tmp_path))
    with pytest.raises(DataError, match=r"lack tokenizer_config.json; wanted is a folder with config.json"):
        OpenVocabulary(tiny.weights_at("detector", path), LOW, tiny.machine(tmp_path))
