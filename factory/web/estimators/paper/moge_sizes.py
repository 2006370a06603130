"""Configurations of MoGe-2 as its checkpoints hold them: that of moge-2-vitl-normal, and a small one."""

from typing import Any


def _config(backbone: str, layers: list[int], widths: list[int], neck: list[int], heads: list[int]) -> dict[str, Any]:
    """widths : channels per level, coarse to fine; neck, heads : residual blocks per level."""
    plain = {
        "res_block_in_norm": "none",
        "res_block_hidden_norm": "none",
        "resamplers": ["conv_transpose"] * 3 + ["bilinear"],
    }

    def head(channels: int) -> dict[str, Any]:
        return {
            "dim_in": widths,
            "dim_out": [None] * 4 + [channels],
            "dim_res_blocks": widths,
            "num_res_blocks": heads,
            **plain,
        }

    return {
        "encoder": {"backbone": backbone, "intermediate_layers": layers, "dim_out": widths[0]},
        "neck": {
            "dim_in": [widths[0] + 2, 2, 2, 2, 2],
            "dim_out": None,
            "dim_res_blocks": widths,
            "num_res_blocks": neck,
            **plain,
        },
        "points_head": head(3),
        "normal_head": head(3),
        "mask_head": head(1),
        "scale_head": {"dims": [widths[0], widths[0], widths[0], 1]},
        "remap_output": "exp",
    }


FULL = {
    **_config("dinov2_vitl14", [5, 11, 17, 23], [1024, 256, 128, 64, 32], [0, 2, 2, 2, 0], [0, 1, 1, 1, 0]),
    "num_tokens_range": [1200, 3600],
}
SMALL = {
    **_config("dinov2_vits14", [2, 5, 8, 11], [384, 16, 8, 8, 8], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]),
    "num_tokens_range": [16, 36],
}
