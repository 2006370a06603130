"""What a task declares about itself."""

from dataclasses import dataclass
from typing import Literal

from schemas.qa import Format, Level, Relation, View

AnswerKind = Literal[
    "number",
    "signed_number",
    "count",
    "name",
    "listed_name",
    "relation",
    "relation_to_observer",
    "imagined_relation",
    "box",
    "shown_box",
    "size",
    "camera",
    "image_point",
    "map",
    "frames",
    "order",
    "instruction",
]


@dataclass(frozen=True)
class TaskSpec:
    """A task type.

    name : SPAR's folder name; family : the module and the wording file; formats : what the data set has for it;
    extra_formats : what suits it as well, made only where a build asks for it;
    answer : how the renderer says the answer (see `factory.wording`);
    version : raised when the same records would give other facts.
    """

    name: str
    family: str
    level: Level
    view: View
    relation: Relation
    formats: tuple[Format, ...]
    answer: AnswerKind
    version: int
    extra_formats: tuple[Format, ...] = ()
