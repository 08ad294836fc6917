"""What the cache of a decorated function is bound to."""

import pytest

from tests.facts.reading import bodies

PROGRAM = """
from functools import lru_cache
import torch

class Made:
    def __init__(me, parts):
        @lru_cache
        def inner(at):
            return {gives}
        {kept}
"""


@pytest.mark.parametrize(
    ("gives", "kept", "owner"),
    [
        ("me.parts", "me.inner = inner", "me"),
        ("[one(at) for one in me.parts]", "me.inner = inner", "me"),
        ("parts", "me.inner = inner", None),
        ("me.parts", "inner(1)", None),
        ("me.parts", "other = inner", None),
        ("me.parts", "parts.inner = inner", None),
    ],
)
def test_a_function_refers_to_the_object_that_it_is_put_on(
    gives: str, kept: str, owner: str | None
) -> None:
    cache = bodies(PROGRAM.format(gives=gives, kept=kept))["Made.__init__.inner"].cache
    assert cache is not None
    assert cache.of_call
    assert cache.owner == owner
