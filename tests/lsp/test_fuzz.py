"""A short run of what `python -m tests.lsp.fuzzing` does at length."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lsp.fuzzing import Fuzzer, texts_of_rules
from tests.lsp.raw_client import Json, RawClient

MIB = 1 << 20
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
_methods = st.sampled_from(
    [
        "textDocument/hover",
        "textDocument/didOpen",
        "textDocument/didChange",
        "codeAction/resolve",
        "workspace/executeCommand",
        "workspace/didChangeConfiguration",
    ]
)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_server_goes_on_answering(seed: int) -> None:
    with RawClient() as client:
        client.initialize()
        fuzzer = Fuzzer(client, texts_of_rules(), random.Random(seed), large=seed == 1)
        complaints = fuzzer.read_complaints()
        fuzzer.run(200)
        assert not any(b"Traceback" in line for line in complaints)
        assert fuzzer.most_memory < 700 * MIB


@pytest.fixture(scope="module")
def raving() -> Iterator[Fuzzer]:
    with RawClient() as client:
        client.initialize()
        fuzzer = Fuzzer(client, [""], random.Random(0))
        fuzzer.read_complaints()
        yield fuzzer


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(_methods, _values, st.booleans()), max_size=6))
def test_any_json_is_survived(
    raving: Fuzzer, messages: list[tuple[str, Json | None, bool]]
) -> None:
    for method, params, asks in messages:
        message: Json = {"method": method, "params": params}
        raving.client.send({**message, "id": "mine"} if asks else message)
    raving.probe()
