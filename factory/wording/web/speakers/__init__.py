"""Who says each web task."""

from collections.abc import Mapping

from factory.wording.web.speakers.alike import AlikeSpeaker
from factory.wording.web.speakers.counts import CountSpeaker
from factory.wording.web.speakers.lengths import LengthSpeaker
from factory.wording.web.speakers.orders import OrderSpeaker
from factory.wording.web.speakers.pixels import PixelSpeaker
from factory.wording.web.speakers.relations import RelationSpeaker
from factory.wording.web.speakers.sectors import SectorSpeaker
from factory.wording.web.speakers.sides import FacingSideSpeaker, ImaginedSideSpeaker
from factory.wording.web.speakers.speaker import Speaker
from factory.wording.web.speakers.three import CloserClaimSpeaker, CloserSpeaker
from factory.wording.web.speakers.vectors import BoxSpeaker, DirectionSpeaker
from factory.wording.web.speakers.winners import WinnerSpeaker

SPEAKERS: Mapping[str, Speaker] = {
    "level0": PixelSpeaker(),
    "vqa_distance_single": LengthSpeaker(1, claims=True, glued=True),
    "vqa_orientation": FacingSideSpeaker(),
    "vqa_object_size_single": LengthSpeaker(1, claims=True, pools=("width", "height")),
    "vqa_query_aabb": BoxSpeaker(),
    "vqa_object_direction_multi": DirectionSpeaker(),
    "vqa_object_relation_multi": RelationSpeaker(),
    "vqa_object_relation_multi_world": RelationSpeaker(),
    "vqa_spatial_mcq_multiangle": SectorSpeaker(),
    "vqa_spatial_mcq_multiangle_world": SectorSpeaker(),
    "vqa_distance_multi": LengthSpeaker(2, claims=True),
    "vqa_distance_each_axis_multi": LengthSpeaker(2, axes=True),
    "vqa_distance_each_axis_multi_world": LengthSpeaker(2, axes=True),
    "vqa_closest_distance_multi": LengthSpeaker(2, claims=True),
    "vqa_distance_three_objects": CloserSpeaker(),
    "vqa_distance_three_objects_comparision": CloserClaimSpeaker(),
    "vqa_orientation_comparison_two_objects": AlikeSpeaker(),
    "vqa_comparison_multiple_objects": OrderSpeaker(),
    "vqa_most_objects_in_class": WinnerSpeaker(),
    "vqa_relative_position_new_perspective": ImaginedSideSpeaker(2),
    "vqa_relative_position_new_perspective_no_orient": ImaginedSideSpeaker(3),
    "vqa_counting_objects": CountSpeaker(),
}
