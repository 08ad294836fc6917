"""What a parameter holds where its function begins."""

from leakwise.facts import Kind
from tests.facts.reading import bodies


def test_a_parameter_is_what_its_annotation_says_or_what_its_calls_give() -> None:
    body = bodies("""
    import torch

    def run(x: torch.Tensor, net, size):
        x = size
        return x

    run(data, torch.nn.Linear(2, 2), 3)
    """)["run"]
    assert body.parameter("x").kind is Kind.TENSOR
    assert body.parameter("net").kind is Kind.MODULE
    assert body.parameter("size").kind is Kind.NUMBER
    assert body.parameter("other").kind is Kind.UNKNOWN
