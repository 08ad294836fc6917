"""Whether a file can concern any rule, by one search of its text."""

import re

from leakwise.text import Document

# A framework's name, or a word of its API that few other programs use: of real leaking files some
# never name the framework, because they get everything from a module of their own.
_WORDS = (
    "torch",
    "tensorflow",
    "keras",
    "tf_keras",
    "lightning",
    "transformers",
    "timm",
    "accelerate",
    "deepspeed",
    ".backward(",
    "no_grad",
    "register_forward_",
    "register_full_backward_hook",
    "zero_grad",
    "SummaryWriter",
    "GradientTape",
    "clear_session",
)
_AS_A_WORD = re.compile(
    "|".join(("" if word[0] == "." else r"(?<!\w)") + re.escape(word) for word in _WORDS)
)


MOST_CHARACTERS = 1_000_000
MOST_IN_A_LINE = 200_000


def is_too_large(document: Document) -> bool:
    """Whether a document holds more than anybody writes: data, whose tree would take gigabytes."""
    total = len(document.text)
    if total <= MOST_IN_A_LINE or total > MOST_CHARACTERS:
        return total > MOST_CHARACTERS
    return any(len(line) > MOST_IN_A_LINE for line in document.lines)


def may_concern(text: str) -> bool:
    """Whether a framework's name or a distinctive word of its API stands in the text."""
    # Plain searches rule most files out several times as fast as the expression does.
    return any(word in text for word in _WORDS) and _AS_A_WORD.search(text) is not None
