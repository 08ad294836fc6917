"""Decorated functions, where they are made, and what a call's arguments depend on."""

from leakwise.facts import BodyFacts, Condition
from tests.facts.reading import bodies


def arguments_of(body: BodyFacts, name: str) -> list[bool]:
    """Of the one call of `name`: whether each argument varies in the innermost loop."""
    (site,) = body.calls_of(name)
    return [site.loops[-1] in one.varies_in for one in site.arguments]


def test_decorators_are_told_by_their_qualified_names() -> None:
    found = bodies("import tensorflow as tf\n@tf.function(jit_compile=True)\ndef f(x): ...\n")
    (decorator,) = found["f"].decorators
    assert (decorator.name, decorator.keywords) == (
        "tensorflow.function",
        frozenset({"jit_compile"}),
    )
    assert not decorator.is_route
    assert found[""].definings[0].function is found["f"].definition


def test_a_route_is_told_by_its_address() -> None:
    for text, route in (
        ("@app.post('/score')", True),
        ("@router.get('/')", True),
        ("@cache.get('score')", False),
        ("@register('/score')", False),
    ):
        assert bodies(f"{text}\ndef f(): ...\n")["f"].decorators[0].is_route == route


def test_an_argument_varies_where_its_names_are_bound_anew() -> None:
    code = """
        import torch
        for i in range(9):
            here = paths[i]
            torch.load(path, i, here, "x")
    """
    assert arguments_of(bodies(code)[""], "torch.load") == [False, True, True, False]


def test_a_batch_of_one_is_told_by_the_axis_put_in_front() -> None:
    for text, single in (
        ("x[None]", True),
        ("x[np.newaxis, ...]", True),
        ("np.expand_dims(x, 0)", True),
        ("np.expand_dims(x, axis=-1)", False),
        ("x.reshape(1, -1)", True),
        ("x.reshape(-1, 1)", False),
        ("np.array([x]).astype('f')", True),
        ("np.array([x, y])", False),
        ("x", False),
    ):
        for code in (f"torch.load({text})", f"b = {text}\ntorch.load(b)"):
            (site,) = bodies(f"import torch\nimport numpy as np\n{code}\n")[""].calls_of(
                "torch.load"
            )
            assert site.arguments[0].single == single, code


def test_a_name_that_is_bound_again_is_no_batch_of_one_any_more() -> None:
    code = "import torch\nb = x[None]\nb = y\ntorch.load(b)\n"
    (site,) = bodies(code)[""].calls_of("torch.load")
    assert not site.arguments[0].single


def test_conditions_are_told_for_the_innermost_loop() -> None:
    for text, condition in (
        ("for i in y:\n    torch.load(i)", Condition.ALWAYS),
        ("if y:\n    for i in y:\n        torch.load(i)", Condition.ALWAYS),
        ("for i in y:\n    if i:\n        torch.load(i)", Condition.SOMETIMES),
        ("for i in y:\n    if i: pass\n    else:\n        torch.load(i)", Condition.SOMETIMES),
        ("m = None\nfor i in y:\n    if m is None:\n        m = torch.load(i)", Condition.ONCE),
    ):
        body = bodies(f"import torch\n{text}\n")[""]
        (site,) = body.calls_of("torch.load")
        assert body.condition(site) is condition, text
