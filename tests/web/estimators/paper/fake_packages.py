"""The interfaces of packages that are on no index, with next to nothing behind them.

moge : `MoGeModel` of moge/model/v2.py in github.com/microsoft/MoGe (0744441): `infer` takes (B, 3, H, W) in 0..1 and
gives depth, mask, and intrinsics as shares of the picture.
geocalib : `GeoCalib` of geocalib/extractor.py in github.com/cvg/GeoCalib (3ee7ec3): `calibrate` takes one (3, H, W) in
0..1 and a prior focal length [px], and gives `gravity.vec3d`, the direction up.
vision_tower : `VGGT_OriAny_Ref` of vision_tower.py in github.com/SpatialVision/Orient-Anything-V2 (73b11c9): (B, 1, 3,
H, W) in 0..1 to (B, 900).
"""

import types


def moge_v2(torch):
    """Depth is 2 m plus the brightness of a pixel; black is sky; a known field of view is used, else it is 90 deg."""
    nn = torch.nn

    class MoGeModel(nn.Module):
        def __init__(self, factor):
            super().__init__()
            self.factor = factor
            self.scale_head = nn.Linear(1, 1, bias=False)
            self.mask_head = nn.Identity()

        @property
        def dtype(self):
            return self.scale_head.weight.dtype

        def infer(self, image, resolution_level, fov_x, apply_mask, use_fp16):
            assert image.ndim == 4 and image.dtype == self.dtype and not apply_mask
            self.mixed = use_fp16
            count, _, height, width = image.shape
            bright = image.mean(dim=1).float()
            angle = torch.full((count,), 90.0) if fov_x is None else fov_x
            intrinsics = torch.eye(3).repeat(count, 1, 1)
            intrinsics[:, 0, 0] = 0.5 / torch.tan(torch.deg2rad(angle) / 2)
            intrinsics[:, 1, 1] = intrinsics[:, 0, 0] * width / height
            intrinsics[:, :2, 2] = 0.5
            depth = (2 + bright) * self.scale_head.weight.float() * self.factor
            return {"depth": depth, "mask": bright > 0, "intrinsics": intrinsics}

    module = types.ModuleType("moge.model.v2")
    module.MoGeModel = MoGeModel
    return module


def geocalib(torch):
    """`up` is what the checkpoint says; `asked` keeps what `calibrate` was called with."""

    class GeoCalib(torch.nn.Module):
        asked: list = []  # noqa: RUF012
        doubt = 0.01

        def __init__(self, weights):
            super().__init__()
            self.up = torch.load(weights, weights_only=True)["model"]["up"]
            self.model = torch.nn.Module()

        def calibrate(self, img, camera_model, priors):
            assert img.ndim == 3 and img.shape[0] == 3 and float(img.min()) >= 0 and float(img.max()) <= 1
            self.asked.append((tuple(img.shape), camera_model, float(priors["focal"])))
            doubt = torch.tensor([self.doubt])
            gravity = types.SimpleNamespace(vec3d=self.up[None])
            return {"gravity": gravity, "roll_uncertainty": doubt, "pitch_uncertainty": doubt}

    module = types.ModuleType("geocalib")
    module.GeoCalib = GeoCalib
    return module


def vision_tower(torch):
    """Logits peak at fixed angles; a learned number shifts all of them."""

    class VGGT_OriAny_Ref(torch.nn.Module):
        def __init__(self, dtype, out_dim, nopretrain):
            super().__init__()
            assert out_dim == 900 and nopretrain
            self.shift = torch.nn.Parameter(torch.zeros(1))

        def forward(self, img_inputs):
            assert img_inputs.ndim == 5 and img_inputs.shape[1:] == (1, 3, 518, 518)
            degrees = torch.arange(360.0)
            azimuth = 3 * torch.cos(torch.deg2rad(degrees - 30))
            logits = torch.cat([azimuth, -((torch.arange(180.0) - 100) ** 2), -((degrees - 175) ** 2)])
            return logits.repeat(len(img_inputs), 1) + self.shift

    module = types.ModuleType("vision_tower")
    module.VGGT_OriAny_Ref = VGGT_OriAny_Ref
    return module
