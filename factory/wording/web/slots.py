"""What fills the slots of a sentence; verbs agree with the object that they belong to."""

from collections.abc import Collection

_PLURALS = {"is": "are", "does": "do", "has": "have"}


def agreeing(verb: str, several: bool) -> str:
    """The verb, given in the third person singular, for one or several."""
    if not several:
        return verb
    return _PLURALS.get(verb) or verb.removesuffix("s")


class Slots(dict[str, str]):
    """Texts by slot. `{is_a}` is the verb `is` as it agrees with `{a}`: `are` where `a` is in `several`."""

    __slots__ = ("several",)

    def __init__(self, several: Collection[str], *args: dict[str, str], **texts: str) -> None:
        super().__init__(*args, **texts)
        self.several = several

    def __missing__(self, slot: str) -> str:
        verb, _, noun = slot.rpartition("_")
        if noun not in self:
            raise KeyError(slot)
        return agreeing(verb, noun in self.several)
