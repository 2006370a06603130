"""Detections that cannot become objects, by what is known before any depth is looked at."""

import numpy as np

from factory.web.lifting.parameters import LiftParameters
from factory.web.masks import mask_area
from schemas.web import Detection, WebImageRecord

Array = np.ndarray


def refusal(image: WebImageRecord, detection: Detection, parameters: LiftParameters) -> str | None:
    """Why a detection is not lifted, None when it passes."""
    height, width = detection.mask.size
    area = mask_area(detection.mask) * (image.width * image.height) / (width * height)
    x1, y1, x2, y2 = detection.box
    least = max(parameters.min_area_px, parameters.min_area_share * image.width * image.height)
    failures = {
        "score too low": detection.score < parameters.min_score,
        "too little of it visible": detection.truth is not None
        and detection.truth.visible_fraction < parameters.min_visible_fraction,
        "mask too small": area < least,
        "box fills the picture": (x2 - x1) * (y2 - y1) > parameters.max_box_share * image.width * image.height,
        "reaches over the picture": touched_borders(image, detection, parameters) > parameters.max_borders,
    }
    return next((reason for reason, failed in failures.items() if failed), None)


def touched_borders(image: WebImageRecord, detection: Detection, parameters: LiftParameters) -> int:
    """How many of the picture's four borders the box reaches, up to a pixel and a half of the map."""
    height, width = detection.mask.size
    near_x, near_y = parameters.border_px * image.width / width, parameters.border_px * image.height / height
    x1, y1, x2, y2 = detection.box
    return sum((x1 <= near_x, y1 <= near_y, x2 >= image.width - near_x, y2 >= image.height - near_y))
