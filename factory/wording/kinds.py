"""Who says and who offers each kind of answer."""

from collections.abc import Mapping

from factory.tasks.spec import AnswerKind
from factory.wording.boxes import BoxSpeaker
from factory.wording.camera_moves import CameraSpeaker
from factory.wording.counts import CountSpeaker
from factory.wording.frames import FramesSpeaker
from factory.wording.image_points import PointSpeaker
from factory.wording.imagined import ImaginedSpeaker
from factory.wording.instructions import InstructionSpeaker
from factory.wording.listed_names import ListedNameSpeaker
from factory.wording.maps import MapSpeaker
from factory.wording.names import NameSpeaker
from factory.wording.numbers import NumberSpeaker
from factory.wording.orders import OrderSpeaker
from factory.wording.relations import RelationSpeaker
from factory.wording.shown_boxes import ShownBoxSpeaker
from factory.wording.sizes import SizeSpeaker
from factory.wording.speaker import Chooser, Speaker

SPEAKERS: Mapping[AnswerKind, Speaker] = {
    "number": NumberSpeaker(),
    "signed_number": NumberSpeaker(),
    "name": NameSpeaker(),
    "relation": RelationSpeaker(),
    "relation_to_observer": RelationSpeaker(third="front_behind"),
    "box": BoxSpeaker(),
    "shown_box": ShownBoxSpeaker(),
    "camera": CameraSpeaker(),
    "listed_name": ListedNameSpeaker(),
    "frames": FramesSpeaker(),
    "order": OrderSpeaker(),
    "count": CountSpeaker(),
    "instruction": InstructionSpeaker(),
    "imagined_relation": ImaginedSpeaker(),
    "image_point": PointSpeaker(),
    "map": MapSpeaker(),
    "size": SizeSpeaker(),
}
CHOOSERS: Mapping[AnswerKind, Chooser] = {
    kind: speaker for kind, speaker in SPEAKERS.items() if isinstance(speaker, Chooser)
}
