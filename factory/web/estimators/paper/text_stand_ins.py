"""A tokenizer in BERT's format that knows the default vocabulary's words."""

import json
import string
from pathlib import Path

from factory.web.estimators.paper.vocabulary import default_vocabulary

_MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def write_bert_tokenizer(path: Path) -> int:
    """Writes vocab.txt and tokenizer_config.json; returns the number of tokens."""
    path.mkdir(parents=True, exist_ok=True)
    letters = list(string.ascii_lowercase + string.digits)
    words = sorted({word for name in default_vocabulary() for word in name.replace("-", " ").split()})
    tokens = [*_MARKS, ".", ",", "-", *letters, *("##" + letter for letter in letters), *words]
    tokens = list(dict.fromkeys(tokens))
    (path / "vocab.txt").write_text("\n".join(tokens) + "\n")
    (path / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 512})
    )
    return len(tokens)
