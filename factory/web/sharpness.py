"""Whether a frame of a moving camera is too blurred to find things in."""

import cv2
import numpy as np

Array = np.ndarray

LONG_SIDE_PX = 640
# Of grey levels at that size. Frames of handheld scans have 50 and more; below 10 edges are gone.
MIN_VARIANCE = 10.0


def is_blurred(rgb: Array) -> bool:
    """For a picture (H, W, 3) uint8: the variance of its Laplacian (Pech-Pacheco et al., ICPR 2000) is too small."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    scale = LONG_SIDE_PX / max(gray.shape)
    if scale < 1:
        gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return float(cv2.Laplacian(gray, cv2.CV_64F).var()) < MIN_VARIANCE
