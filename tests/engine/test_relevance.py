"""Which files are looked at at all."""

import pytest

from leakwise.engine import may_concern


@pytest.mark.parametrize(
    "text",
    [
        "import torch",
        "from tensorflow import keras",
        "import tf_keras\nimport keras",
        "loss.backward()",
        "layer.register_forward_pre_hook(f)",
        "with no_grad(): pass",
        "optimizer.zero_grad()",
    ],
)
def test_a_framework_or_a_word_of_its_api_makes_a_file_one_of_interest(text: str) -> None:
    assert may_concern(text)


@pytest.mark.parametrize(
    "text",
    ["", "import os", "go_backward(1)", "self.backward_compatible", "optimum = notimm(mykeras)"],
)
def test_other_files_are_passed_over(text: str) -> None:
    assert not may_concern(text)
