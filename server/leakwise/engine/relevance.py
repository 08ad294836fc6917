"""Whether a file can concern any rule, by one search of its text."""

import re

# A framework's name, or a word of its API that few other programs use: of real leaking files some
# never name the framework, because they get everything from a module of their own.
_RELEVANT = re.compile(
    r"\b(?:torch|tensorflow|keras|tf_keras|pytorch_lightning|lightning|transformers|timm|"
    r"accelerate|deepspeed|torchvision|backward|no_grad|register_forward_hook|"
    r"register_forward_pre_hook|register_full_backward_hook|zero_grad|SummaryWriter|"
    r"GradientTape|clear_session)\b"
)


def may_concern(text: str) -> bool:
    """Whether a framework's name or a distinctive word of its API stands in the text."""
    return _RELEVANT.search(text) is not None
