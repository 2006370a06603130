"""Procedural homes and offices: furnished rooms with ground truth, filmed by a hand-held-like camera.

The scenes are modelled here from boxes, lathed profiles and tubes. The package `scene-synthesizer` was considered for
the furniture and not used: its dependency `triangle` may not be used commercially.

`scene.build_scene` makes a scene in memory, in the world frame (z up, metres) and in no data set's format;
writers such as `writers.scannet.write_scannet` put it on disk.
"""
