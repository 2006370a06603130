"""Open-vocabulary detectors of transformers behind one face: names and pictures in, scores per box and name out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from factory.errors import DataError
from factory.web.estimators.paper.checkpoints import Checkpoint
from factory.web.estimators.paper.runtime import Runtime, require

Array = np.ndarray

_OWL_TOKENS = 16  # what OWL's text tower was trained with
_OMDET_TOKENS = 77
_OWL_NAMES = _OMDET_NAMES = 128  # at once, for memory


@dataclass(frozen=True)
class Answers:
    """boxes : (n, q, 4) center x, center y, width, height as shares of the frame; box_scores : (n, q) that something
    named is there; name_scores : (n, q, names) which."""

    boxes: Array
    box_scores: Array
    name_scores: Array


class Queries(Protocol):
    """A detector that is asked for names."""

    def prompts(self, names: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The names in parts that it takes at once."""

    def prepare(self, picture: Array) -> Array:
        """(3, h, w) float32 as it wants it."""

    def frame(self, picture: Array) -> tuple[float, float]:
        """(width, height) [px] that its boxes are shares of."""

    def ask(self, pixels: Array, names: tuple[str, ...]) -> Answers:
        """pixels : (n, 3, h, w)."""


class _Processed:
    """Pictures as the checkpoint's own image processor makes them."""

    def __init__(self, model: Any, run: Runtime, checkpoint: Checkpoint) -> None:
        transformers = require("transformers")
        self._model, self._run = model, run
        load = {"local_files_only": True}
        self._processor = transformers.AutoImageProcessor.from_pretrained(checkpoint.path, backend="pil", **load)
        self._tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint.path, **load)

    def prepare(self, picture: Array) -> Array:
        pixels: Array = self._processor(images=picture, return_tensors="np")["pixel_values"][0]
        return pixels.astype(np.float32)

    def frame(self, picture: Array) -> tuple[float, float]:
        return float(picture.shape[1]), float(picture.shape[0])

    def _ids(self, values: Any) -> Any:
        return self._run.torch.as_tensor(values, dtype=self._run.torch.long, device=self._run.device)

    def _call(self, pixels: Array, **text: Any) -> Any:
        with self._run.torch.inference_mode():
            return self._model(pixel_values=self._run.tensor(pixels), **text)


class GroundingDinoQueries(_Processed):
    """Grounding DINO reads one sentence, `chair. desk.`, and scores its tokens.

    A box scores as its best token; a name as the mean of its tokens, so that `coffee table` does not win by its
    `table` alone.
    """

    def __init__(self, model: Any, run: Runtime, checkpoint: Checkpoint) -> None:
        super().__init__(model, run, checkpoint)
        self._longest = int(model.config.max_text_len)
        self._stop = self._tokens(".")[0]

    def prompts(self, names: tuple[str, ...]) -> list[tuple[str, ...]]:
        return list(_filled(((name, len(self._tokens(name)) + 1) for name in names), self._longest - 2))

    def ask(self, pixels: Array, names: tuple[str, ...]) -> Answers:
        ids, spans = self.sentence(names)
        text = self._ids([ids] * len(pixels))
        output = self._call(
            pixels,
            input_ids=text,
            attention_mask=self._run.torch.ones_like(text),
            token_type_ids=self._run.torch.zeros_like(text),
        )
        tokens = self._run.array(output.logits.float().sigmoid())
        inside = np.concatenate([np.arange(*span) for span in spans])
        return Answers(
            boxes=self._run.array(output.pred_boxes),
            box_scores=tokens[..., inside].max(axis=-1),
            name_scores=np.stack([tokens[..., first:last].mean(axis=-1) for first, last in spans], axis=-1),
        )

    def sentence(self, names: tuple[str, ...]) -> tuple[list[int], list[tuple[int, int]]]:
        """Token ids of `a. b.` between the marks of begin and end, and each name's places in it."""
        ids, spans = [self._tokenizer.cls_token_id], []
        for name in names:
            tokens = self._tokens(name)
            spans.append((len(ids), len(ids) + len(tokens)))
            ids += [*tokens, self._stop]
        return [*ids, self._tokenizer.sep_token_id], spans

    def _tokens(self, text: str) -> list[int]:
        found: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return found


class OwlQueries(_Processed):
    """OWL-ViT and OWLv2 score every box against every name; OWLv2 sees the picture in a square of its long side."""

    def prompts(self, names: tuple[str, ...]) -> list[tuple[str, ...]]:
        return list(_filled(((name, 1) for name in names), _OWL_NAMES))

    def frame(self, picture: Array) -> tuple[float, float]:
        if self._model.config.model_type == "owlv2":
            side = float(max(picture.shape[:2]))
            return side, side
        return super().frame(picture)

    def ask(self, pixels: Array, names: tuple[str, ...]) -> Answers:
        text = self._tokenizer(list(names), padding="max_length", truncation=True, max_length=_OWL_TOKENS)
        output = self._call(
            pixels,
            input_ids=self._ids(list(text["input_ids"]) * len(pixels)),
            attention_mask=self._ids(list(text["attention_mask"]) * len(pixels)),
        )
        scores = self._run.array(output.logits.float().sigmoid())
        return Answers(self._run.array(output.pred_boxes), scores.max(axis=-1), scores)


class OmDetQueries(_Processed):
    """OmDet-Turbo scores every box against every name, and reads a sentence about all of them."""

    def prompts(self, names: tuple[str, ...]) -> list[tuple[str, ...]]:
        return list(_filled(((name, 1) for name in names), _OMDET_NAMES))

    def ask(self, pixels: Array, names: tuple[str, ...]) -> Answers:
        count = len(pixels)
        classes, task = self._text(list(names)), self._text([f"Detect {', '.join(names)}."])
        output = self._call(
            pixels,
            classes_input_ids=self._ids(list(classes["input_ids"]) * count),
            classes_attention_mask=self._ids(list(classes["attention_mask"]) * count),
            tasks_input_ids=self._ids(list(task["input_ids"]) * count),
            tasks_attention_mask=self._ids(list(task["attention_mask"]) * count),
            classes_structure=self._ids([len(names)] * count),
        )
        scores = self._run.array(output.decoder_class_logits.float().sigmoid())[..., : len(names)]
        return Answers(self._run.array(output.decoder_coord_logits), scores.max(axis=-1), scores)

    def _text(self, text: list[str]) -> Any:
        return self._tokenizer(text, padding="max_length", truncation=True, max_length=_OMDET_TOKENS)


_KINDS: dict[str, type[GroundingDinoQueries] | type[OwlQueries] | type[OmDetQueries]] = {
    "grounding-dino": GroundingDinoQueries,
    "mm-grounding-dino": GroundingDinoQueries,
    "owlvit": OwlQueries,
    "owlv2": OwlQueries,
    "omdet-turbo": OmDetQueries,
}


def queries_of(model: Any, run: Runtime, checkpoint: Checkpoint) -> Queries:
    """The face of a loaded model. Raises DataError for a kind without one."""
    kind = model.config.model_type
    if kind not in _KINDS:
        raise DataError(f"{checkpoint.path}: no detector by name is of type {kind!r}; expected {', '.join(_KINDS)}")
    return _KINDS[kind](model, run, checkpoint)


def _filled(costs: Iterable[tuple[str, int]], room: int) -> Iterator[tuple[str, ...]]:
    """Names in order, as many at once as there is room for."""
    part: list[str] = []
    used = 0
    for name, cost in costs:
        if cost > room:
            raise DataError(f"vocabulary: {name!r} is longer than the detector's text")
        if used + cost > room:
            yield tuple(part)
            part, used = [], 0
        part.append(name)
        used += cost
    if part:
        yield tuple(part)
