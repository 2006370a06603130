"""Camera motion: the five-part line that clients parse, and the same in words."""

from collections.abc import Mapping

from factory.wording.speaker import PhraseChoice, listed, one_decimal
from factory.wording.templates import fill_phrase
from schemas.qa import Fact, Format

# In the order of the answer: the number of the fact, the direction when positive, when negative, when zero.
_MOVES = (
    ("right", "right", "left", "left"),
    ("up", "up", "down", "down"),
    ("forward", "forward", "backward", "forward"),
)
_TURNS = (
    ("pitch", "up", "down", "down"),
    ("yaw", "right", "left", "left"),
)
_TURN_VERBS = {"pitch": "tilt", "yaw": "turn"}
_STEP_DEG = 5


class CameraSpeaker:
    """How the camera gets from the first image to the second, in the axes of the first."""

    lists: Mapping[Format, tuple[str, ...]] = {
        "fill": ("question",),
        "sentence": ("question", "answer_moved", "answer_within", "answer_still"),
    }
    phrase_groups: tuple[str, ...] = ("actions", "places", "shifts")

    def objection(self, fact: Fact, format_: Format) -> str | None:
        still = format_ == "sentence" and all(amount == "0" for _, amount in [*_moves(fact), *_turns(fact)])
        return "no camera motion after rounding" if still else None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        words = fact.words
        if not words["landmark_shift"]:
            return "answer_still"
        return "answer_within" if words["landmark_from"] == words["landmark_to"] else "answer_moved"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        places, shifts = phrases["places"], phrases["shifts"]
        return {
            "actions": _actions(fact, phrases["actions"]),
            "landmark_from": places[fact.words["landmark_from"]],
            "landmark_to": places[fact.words["landmark_to"]],
            "landmark_shift": " and ".join(shifts[w] for w in fact.words["landmark_shift"].split(" and ") if w),
        }

    def short_answer(self, fact: Fact, format_: Format) -> str:
        moves = [f"move_{direction}:{amount}" for direction, amount in _moves(fact)]
        turns = [f"rotate_{direction}:{amount}" for direction, amount in _turns(fact)]
        return ",".join(moves + turns)


def _direction(value: float, amount: str, positive: str, negative: str, zero: str) -> str:
    if amount == "0":
        return zero
    return positive if value > 0 else negative


def _moves(fact: Fact) -> list[tuple[str, str]]:
    """(direction, metres with one decimal or `0`) for right, up, forward."""
    moves = []
    for name, positive, negative, zero in _MOVES:
        value = fact.numbers[name]
        amount = one_decimal(abs(value))
        amount = "0" if amount == "0.0" else amount
        moves.append((_direction(value, amount, positive, negative, zero), amount))
    return moves


def _turns(fact: Fact) -> list[tuple[str, str]]:
    """(direction, degrees to the nearest 5) for pitch, yaw."""
    turns = []
    for name, positive, negative, zero in _TURNS:
        value = fact.numbers[name]
        amount = str(round(abs(value) / _STEP_DEG) * _STEP_DEG)
        turns.append((_direction(value, amount, positive, negative, zero), amount))
    return turns


def _actions(fact: Fact, phrase: Mapping[str, str]) -> str:
    """What the camera does, as verbs in the base form; what rounds to zero is left out."""
    keys = [direction for direction, _ in _moves(fact)]
    keys += [
        f"{_TURN_VERBS[name]}_{direction}" for (name, *_), (direction, _) in zip(_TURNS, _turns(fact), strict=True)
    ]
    amounts = [amount for _, amount in [*_moves(fact), *_turns(fact)]]
    parts = ["" if n == "0" else fill_phrase(phrase[key], amount=n) for key, n in zip(keys, amounts, strict=True)]
    moves, turns = (listed([part for part in of_kind if part]) for of_kind in (parts[:3], parts[3:]))
    moves = moves and fill_phrase(phrase["moves"], list=moves)
    return fill_phrase(phrase["both"], moves=moves, turns=turns) if moves and turns else moves or turns
