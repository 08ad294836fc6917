"""What the pages of the TensorFlow rules claim, measured where TensorFlow is installed."""

import functools
from collections.abc import Callable
from typing import Any

import pytest

tf: Any = pytest.importorskip("tensorflow")

OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "relaxed": {"reduce_retracing": True},
    "signature of a number": {"input_signature": [tf.TensorSpec([], tf.int32)]},
}


def traces(arguments: Callable[[int], tuple[Any, ...]], **options: Any) -> int:
    """How many graphs a function has after twenty calls."""
    function = tf.function(lambda x, *others: x, **options)
    for number in range(1, 21):
        function(*arguments(number))
    return int(function.experimental_get_tracing_count())


class Owner:
    def method(self, x: Any) -> Any:
        return x


OWNER = Owner()
ONE = tf.constant(1.0)


def test_a_graph_for_each_number_unless_the_signature_converts_it() -> None:
    assert traces(lambda number: (number,)) == 20
    assert traces(lambda number: (number,), **OPTIONS["relaxed"]) == 20
    assert traces(lambda number: (number,), **OPTIONS["signature of a number"]) == 1
    assert traces(lambda number: (tf.constant(number),)) == 1


def test_a_graph_for_each_length_unless_shapes_are_relaxed() -> None:
    assert traces(lambda number: (tf.ones(number),)) == 20
    assert traces(lambda number: (tf.ones(number),), **OPTIONS["relaxed"]) == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda number: (ONE, lambda x: x),
        lambda number: (ONE, functools.partial(abs)),
        lambda number: (ONE, OWNER.method),
        lambda number: (ONE, [number, 2]),
    ],
    ids=["lambda", "partial", "bound method", "numbers"],
)
def test_a_graph_for_each_new_object(make: Callable[[int], tuple[Any, ...]]) -> None:
    assert traces(make) == 20


def test_one_graph_for_one_object_and_for_tensors_of_one_structure() -> None:
    assert traces(lambda number: (ONE, OWNER)) == 1
    assert traces(lambda number: (ONE, {"x": tf.constant(number)})) == 1


def test_each_trace_leaves_a_symbolic_tensor_in_a_list_outside() -> None:
    seen: list[Any] = []

    def doubled(x: Any) -> Any:
        h = x * 2
        seen.append(h)
        return h

    forward = tf.function(doubled)
    for length in range(1, 11):
        forward(tf.ones(length))
        forward(tf.ones(length))
    assert len(seen) == 10
    assert all(type(one).__name__ == "SymbolicTensor" for one in seen)


def test_operations_in_a_session_loop_stay_in_the_graph() -> None:
    v1 = tf.compat.v1
    graph = tf.Graph()
    with graph.as_default(), v1.Session() as session:
        rate = v1.get_variable("rate", [])
        session.run(v1.global_variables_initializer())
        before = len(graph.get_operations())
        for step in range(50):
            session.run(v1.assign(rate, 0.1 / (step + 1)))
        assert len(graph.get_operations()) >= before + 50
        graph.finalize()
        with pytest.raises(RuntimeError):
            v1.assign(rate, 1.0)


def test_eager_py_functions_are_registered_and_numpy_functions_are_not() -> None:
    registered = pytest.importorskip("tensorflow.python.ops.script_ops")._py_funcs

    def named(x: Any) -> Any:
        return x

    def grown(call: Callable[[], object]) -> int:
        before = registered.size()
        for _ in range(30):
            call()
        return int(registered.size() - before)

    assert grown(lambda: tf.py_function(lambda x: x, [ONE], tf.float32)) == 30
    assert grown(lambda: tf.py_function(named, [ONE], tf.float32)) == 30
    assert grown(lambda: tf.numpy_function(lambda x: x, [ONE], tf.float32)) == 0
