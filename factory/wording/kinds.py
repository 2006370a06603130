"""Who says and who offers each kind of answer."""

from collections.abc import Mapping

from factory.tasks.spec import AnswerKind
from factory.wording.boxes import BoxSpeaker
from factory.wording.camera_moves import CameraSpeaker
from factory.wording.names import NameSpeaker
from factory.wording.numbers import NumberSpeaker
from factory.wording.relations import RelationSpeaker
from factory.wording.shown_boxes import ShownBoxSpeaker
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
}
CHOOSERS: Mapping[AnswerKind, Chooser] = {
    "number": NumberSpeaker(),
    "signed_number": NumberSpeaker(),
    "name": NameSpeaker(),
    "relation": RelationSpeaker(),
    "relation_to_observer": RelationSpeaker(third="front_behind"),
    "box": BoxSpeaker(),
    "shown_box": ShownBoxSpeaker(),
}
