"""How pictures enter a depth model, and how depth in metres comes out of it."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from factory.web.estimators.paper.pixels import PixelRule
from factory.web.estimators.protocols import DepthMap

Array = np.ndarray

_NEAREST, _FARTHEST = 1e-4, 1e4  # [m], the bounds that Depth Pro sets to inverse depth


class DepthFrame(Protocol):
    """Before and after a model."""

    def prepare(self, picture: Array) -> Array:
        """(3, h, w) float32 as the model wants it."""

    def read(self, output: Any, row: int, size: tuple[int, int], intrinsics: Array | None) -> DepthMap:
        """Depth of one picture (height, width) of the batch."""


class ProcessorFrame:
    """With the image processor that comes with a checkpoint (Depth Anything, ZoeDepth, GLPN).

    ZoeDepth's adds 3 sqrt(side / 2) mirrored pixels at each end of each side, which are cut off here: its own way back
    needs torchvision.
    """

    def __init__(self, torch: Any, processor: Any, padded: bool) -> None:
        self._torch, self._processor = torch, processor
        self._padded = padded and bool(processor.do_pad)

    def prepare(self, picture: Array) -> Array:
        pixels: Array = self._processor(images=picture, return_tensors="np")["pixel_values"][0]
        return pixels.astype(np.float32)

    def read(self, output: Any, row: int, size: tuple[int, int], intrinsics: Array | None) -> DepthMap:
        depth = output.predicted_depth[row].float()
        target = map_size(size, max(depth.shape))
        margin = [int(3 * (side / 2) ** 0.5) if self._padded else 0 for side in size]
        if self._padded:
            depth = _resized(self._torch, depth, (size[0] + 2 * margin[0], size[1] + 2 * margin[1]))
            depth = depth[margin[0] : margin[0] + size[0], margin[1] : margin[1] + size[1]]
        return DepthMap(_metres(_resized(self._torch, depth, target).cpu().numpy()), None)


class DepthProFrame:
    """Depth Pro tells inverse depth for a picture as wide as its focal length, and a field of view.

    Its image processor needs torchvision; the same steps are done here (reference: `DepthProImageProcessor` of
    transformers). A known focal length takes the place of the told one.
    """

    def __init__(self, torch: Any, path: Path) -> None:
        self._torch = torch
        self._rule = PixelRule.read(path)

    def prepare(self, picture: Array) -> Array:
        return self._rule.squashed(picture)

    def read(self, output: Any, row: int, size: tuple[int, int], intrinsics: Array | None) -> DepthMap:
        torch, (height, width) = self._torch, size
        inverse = output.predicted_depth[row].float()
        told = None
        if intrinsics is not None:
            focal = float(intrinsics[0, 0])
        elif output.field_of_view is not None:
            angle = np.deg2rad(float(output.field_of_view.float().reshape(-1)[row]))
            focal = 0.5 * width / float(np.tan(0.5 * angle))
            told = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1.0]])
        else:
            focal = float(width)
        target = map_size(size, max(inverse.shape))
        inverse = _resized(torch, inverse * width / focal, target)
        return DepthMap(_metres((1 / inverse.clamp(_NEAREST, _FARTHEST)).cpu().numpy()), told)


def map_size(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """(height, width) of the picture scaled down so that its long side is at most `longest`; never up."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _resized(torch: Any, values: Any, size: tuple[int, int]) -> Any:
    return torch.nn.functional.interpolate(values[None, None], size=size, mode="bilinear", align_corners=False)[0, 0]


def _metres(depth: Array) -> Array:
    """float32 with NaN for what is no depth."""
    depth = depth.astype(np.float32)
    return np.where(np.isfinite(depth) & (depth > 0), depth, np.float32(np.nan))
