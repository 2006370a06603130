"""How long a text is for the model, without its tokenizer."""

import json
import re
from typing import Any

# The loader cuts after 1500 tokens, of which the picture takes 1024; the rest of the margin is for what frames a text.
BUDGET = 470
_LABEL = 7  # "(VIII). " and the end of the line
_REQUEST = 6  # " Answer with Yes or No."
_STEPWISE = 12  # " Please provide a detailed explanation with cot"
_PIECE = re.compile(r"<loc\d{4}>|[A-Za-z]{1,4}|[^ ]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")


def estimated_tokens(text: str) -> int:
    """An upper estimate for Gemma's vocabulary: a token per digit, sign and location, per four letters of a word.

    Spaces belong to the word that follows. Letters outside ASCII count three.
    """
    return len(_PIECE.findall(text)) + (0 if text.isascii() else 2 * len(_FOREIGN.findall(text)))


def pair_tokens(pair: dict[str, Any]) -> int:
    """Of a pair of a wild item as the loader may put it: the options printed below the question, or the answer."""
    count = estimated_tokens(pair["question"])
    if pair["format"] == "mcq":
        return count + sum(estimated_tokens(option) + _LABEL for option in pair["options"]) + _LABEL
    return count + estimated_tokens(pair["answer"]) + _REQUEST


def item_tokens(item: dict[str, Any]) -> int:
    """Of a CA-1M item, with the request for steps that the loader adds to problems."""
    answers = [item["suffix"]]
    if "student_cot" in item["meta"]:
        answers.append("\n".join(json.loads(item["meta"]["student_cot"])["cot_simple"]))
    return estimated_tokens(item["prefix"]) + _STEPWISE + max(map(estimated_tokens, answers))
