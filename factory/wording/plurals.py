"""Plurals of labels, for counting: `pillow` -> `pillows`, `chest of drawers` -> `chests of drawers`.

Labels are short and lower case, and most of their nouns are regular: a rule with exceptions as data (`plurals.toml`)
covers them, and unlike a general inflector it also says which labels cannot be counted.
"""

import re
from functools import cache

from factory.wording.lexicon import lexicon

_PLAIN = re.compile(r"[a-z0-9]+(?:[ '-][a-z0-9]+)*")
_LINK = re.compile(r" (?:of|with|in|on|for|under|from|without) ")


@cache
def plural(label: str) -> str | None:
    """The label for several of its things; None where it is a plural already, a mass noun, or not a plain noun."""
    if not _PLAIN.fullmatch(label):
        return None
    link = _LINK.search(label)
    phrase, rest = (label[: link.start()], label[link.start() :]) if link else (label, "")
    words = lexicon("plurals")
    if phrase in words["uncounted"]:
        return None
    start, space, noun = phrase.rpartition(" ")
    several = _plural_noun(noun)
    return None if several is None else start + space + several + rest


@cache
def is_several(label: str) -> bool:
    """Whether the label itself means several things or parts (`curtains`, `scissors`): its verb is plural."""
    link = _LINK.search(label)
    noun = (label[: link.start()] if link else label).rpartition(" ")[2]
    singular, several = zip(*(pair.split(" ") for pair in lexicon("plurals")["irregular"]), strict=True)
    return noun not in singular and (noun in several or _is_plural(noun))


def _plural_noun(noun: str) -> str | None:
    words = lexicon("plurals")
    irregular = dict(pair.split(" ") for pair in words["irregular"])
    if noun in irregular:
        return irregular[noun]
    if noun in words["uncounted"] or noun in irregular.values() or _is_plural(noun):
        return None
    if noun.endswith(words["ending_in_ves"]):
        return re.sub(r"fe?$", "ves", noun)
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    hissing = noun.endswith(("s", "x", "z", "ch", "sh"))
    return noun + ("es" if hissing or noun in words["ending_in_oes"] else "s")


def _is_plural(noun: str) -> bool:
    """Nouns in -s are plurals, but for those in -ss, -us and -is and a few more."""
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is", *lexicon("plurals")["singular_in_s"]))
