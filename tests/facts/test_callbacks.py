"""Functions that are handed to others: what they refer to, what they keep of their arguments."""

import pytest

from tests.facts.reading import bodies

HEAD = """
from functools import partial
import torch
from torch import nn
from other import process

class A(nn.Module):
    def f(self, net: nn.Module, held, x):
        table = {}
"""


def kept(code: str) -> list[tuple[str, bool, bool | None]]:
    lines = "\n".join(f"        {line}" for line in code.splitlines())
    body = bodies(f"{HEAD}{lines}\n")["A.f"]
    return [
        (one.holder, one.grows, one.detached)
        for callback in body.callbacks
        for one in body.kept_by(callback)
    ]


LAMBDAS = {
    "an output appended": ("lambda m, i, o: held.append(o)", [("held", True, False)]),
    "a part of it": ("lambda m, i, o: held.append(o[0])", [("held", True, False)]),
    "cut": ("lambda m, i, o: held.append(o.detach())", [("held", True, True)]),
    "cut and moved": ("lambda m, i, o: held.append(o.detach().cpu())", [("held", True, True)]),
    "moved, not cut": ("lambda m, i, o: held.append(o.cpu())", [("held", True, False)]),
    "by unknown code": ("lambda m, i, o: held.append(process(o))", [("held", True, None)]),
    "one slot": ("lambda m, i, o: table.update(out=o)", [("table", False, False)]),
    "a shape": ("lambda m, i, o: held.append(o.shape)", [("held", True, True)]),
    "with another one": (
        "lambda m, i, o: held.append((o.detach(), i))",
        [("held", True, False)],
    ),
    "of self": ("lambda m, i, o: self.seen.append(o)", [("self.seen", True, False)]),
    "nothing of its arguments": ("lambda m, i, o: held.append(1)", []),
    "on an argument": ("lambda m, i, o: m.seen.append(o)", []),
    "nothing": ("lambda m, i, o: o * 2", []),
}


@pytest.mark.parametrize("name", LAMBDAS)
def test_what_a_lambda_keeps(name: str) -> None:
    code, expected = LAMBDAS[name]
    assert kept(f"net.register_forward_hook({code})") == expected


FUNCTIONS = {
    "appended": ("held.append(o)", [("held", True, False)]),
    "set under a key": ("table['a'] = o", [("table", False, False)]),
    "set under any key": ("table[m] = o", [("table", True, False)]),
    "set on self": ("self.seen = o.detach()", [("self.seen", False, True)]),
    "added to an outer name": ("nonlocal x\n    x = x + o", [("x", False, False)]),
    "summed up": ("self.total += o", [("self.total", True, False)]),
    "through a name": ("y = o[0]\n    held.append(y)", [("held", True, False)]),
    "through a name that is cut": ("y = o.detach()\n    held.append(y)", [("held", True, True)]),
    "in a loop": ("for y in o:\n        held.append(y)", [("held", True, False)]),
    "in a block": ("with torch.no_grad():\n        held.append(o)", [("held", True, False)]),
    "under a condition": ("if o is not None:\n        held.append(o)", [("held", True, False)]),
    "unpacked": ("self.a, self.b = o", [("self.a", False, False), ("self.b", False, False)]),
    "in what it makes": ("own = []\n    own.append(o)", []),
    "changed and returned": ("return o * 2", []),
    "numbers": ("held.append(float(o.mean()))", [("held", True, True)]),
    "overwritten name": ("o = 1\n    held.append(o)", []),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_function_keeps(name: str) -> None:
    code, expected = FUNCTIONS[name]
    assert kept(f"def hook(m, i, o):\n    {code}\nnet.register_forward_hook(hook)") == expected


def captures(code: str, body: str = "A.f") -> list[tuple[str | None, bool, list[str]]]:
    lines = "\n".join(f"        {line}" for line in code.splitlines())
    return [
        (
            None if one.function is None else one.function.name,
            one.of_self,
            [capture.name for capture in one.captures],
        )
        for one in bodies(f"{HEAD}{lines}\n    def on(self, m, i, o): pass\n")[body].callbacks
    ]


CAPTURES = {
    "a lambda": ("x.register_hook(lambda g: g * x)", (None, False, ["x"])),
    "a lambda over self": ("x.register_hook(lambda g: self.n * g)", (None, True, ["self"])),
    "a default": ("x.register_hook(lambda g, y=x: g)", (None, False, ["x"])),
    "only its arguments": ("x.register_hook(lambda g: g * 2)", (None, False, [])),
    "a function": (
        "def hook(g):\n    return g * x\nx.register_hook(hook)",
        ("hook", False, ["x"]),
    ),
    "a function over self": (
        "def hook(g):\n    self.g = g\nx.register_hook(hook)",
        ("hook", True, ["self"]),
    ),
    "a bound method": ("net.register_forward_hook(self.on)", ("on", True, ["self"])),
    "a partial": ("x.register_hook(partial(process, x))", (None, False, ["x"])),
    "a partial of a method": (
        "net.register_forward_hook(partial(self.on, m=x))",
        ("on", True, ["x", "self"]),
    ),
    "by a keyword": ("process(hook=lambda g: g * x)", (None, False, ["x"])),
}


@pytest.mark.parametrize("name", CAPTURES)
def test_what_a_callback_refers_to(name: str) -> None:
    code, expected = CAPTURES[name]
    assert captures(code) == [expected]


def test_the_callback_of_a_hook() -> None:
    body = bodies(f"{HEAD}        net.register_forward_hook(self.on)\n    def on(self): pass\n")[
        "A.f"
    ]
    callback = body.callback_of(body.acquisitions[0])
    assert callback is not None
    assert (callback.how, callback.of_self) == ("register_forward_hook", True)


CACHES = {
    "lru_cache": ("@lru_cache\ndef f(a): pass", (128, False)),
    "lru_cache called": ("@functools.lru_cache()\ndef f(a): pass", (128, False)),
    "without a limit": ("@lru_cache(maxsize=None)\ndef f(a): pass", (None, False)),
    "a limit": ("@lru_cache(16)\ndef f(a): pass", (16, False)),
    "cache": ("@functools.cache\ndef f(a): pass", (None, False)),
    "a method": ("class A:\n    @cache\n    def f(self, a): pass", (None, True)),
    "a static method": (
        "class A:\n    @staticmethod\n    @cache\n    def f(a): pass",
        (None, False),
    ),
    "beneath another": ("@other\n@cache\ndef f(a): pass", (None, False)),
    "cached_property": ("class A:\n    @cached_property\n    def f(self): pass", None),
    "an unknown limit": ("@lru_cache(n)\ndef f(a): pass", None),
    "unknown": ("@memoize\ndef f(a): pass", None),
    "none": ("def f(a): pass", None),
}


@pytest.mark.parametrize("name", CACHES)
def test_caches(name: str) -> None:
    code, expected = CACHES[name]
    head = "import functools\nfrom functools import cache, cached_property, lru_cache\n"
    found = bodies(head + "from other import memoize, n, other\n" + code + "\n")
    cache = (found.get("f") or found["A.f"]).cache
    assert (None if cache is None else (cache.limit, cache.keyed_by_self)) == expected
    if cache is not None:
        assert cache.parameters == ("a",)


PILES = {
    "appended": ("lambda m, i, o: held.append(o)", (True, False, {2})),
    "appended a number": ("lambda m, i, o: held.append(o.mean().item())", (True, True, {2})),
    "appended shapes": ("lambda m, i, o: held.append((o.shape, m.name))", (True, False, {0, 2})),
    "one slot": ("lambda m, i, o: table.update(out=i)", (False, False, {1})),
    "all at once": ("lambda *io: held.append(io[2])", (True, False, {0})),
}


@pytest.mark.parametrize(("code", "expected"), PILES.values(), ids=PILES.keys())
def test_what_piles_up_and_which_argument_it_is(
    code: str, expected: tuple[bool, bool, set[int]]
) -> None:
    body = bodies(f"{HEAD}        net.register_forward_hook({code})\n")["A.f"]
    [callback] = body.callbacks
    [one] = body.kept_by(callback)
    assert (one.appended, one.number, set(one.positions)) == expected


def test_an_if_that_asks_for_the_holder_bounds_it() -> None:
    hook = """
        def hook(module, inputs, output):
            if len(held) < 3:
                held.append(output)
            return output
        net.register_forward_hook(hook)
"""
    body = bodies(HEAD + hook)["A.f"]
    [callback] = body.callbacks
    assert [one.appended for one in body.kept_by(callback)] == [False]
    assert [set(one.positions) for one in body.given_back_by(callback)] == [{2}]


def test_a_name_that_is_made_anew_of_itself_is_cut_where_that_cuts_it() -> None:
    hook = """
        def hook(module, inputs, output):
            seen = output
            if x is not None:
                seen = process(seen)
            held.append(seen.cpu())
            part = seen.detach()
            part = part.cpu()
            held.append(part)
            if x:
                seen = seen.detach()
            held.append(seen)
            if not x:
                return
            held.append(seen)
        net.register_forward_hook(hook)
"""
    body = bodies(HEAD + hook)["A.f"]
    [callback] = body.callbacks
    assert [one.detached for one in body.kept_by(callback)] == [False, True, None, None]
