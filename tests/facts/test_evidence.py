"""What is known of a value because a backward pass starts from it, or from what is made of it."""

import pytest

from leakwise.facts import BodyFacts
from tests.facts.reading import bodies, described

HEAD = """
import functools
import torch
from m import f, flag, steps
"""

PROVEN = {
    "one of two addends": ("v = f()\n(v + f()).backward()", "tensor attached scalar likely"),
    "a term under another name": (
        "v = f()\nw = v - 0.5 * f()\nu = w / 2\nu.backward()",
        "tensor attached scalar likely",
    ),
    "a term with a weight of an object": (
        "v = f()\nw = f() + flag.weight * v\nw.backward()",
        "tensor attached scalar likely",
    ),
    "a term with a weight that has a number's name": (
        "k = 0.1\nv = f()\nw = f() + k * v\nw.backward()",
        "tensor attached scalar likely",
    ),
    "a term added later": (
        "v = f()\nw = f()\nw += v\nw.backward()",
        "tensor attached scalar likely",
    ),
    "one of several in a list": (
        "v = f()\nsum([v, f()]).backward()",
        "tensor attached scalar likely",
    ),
    "its mean": ("v = f()\nv.mean().backward()", "tensor attached scalar likely"),
    "its mean under its own name": (
        "v = f()\nw = v\nw = w.mean()\nw.backward()",
        "tensor attached scalar likely",
    ),
    "divided by a length": (
        "v = f()\n(v / len(steps)).backward()",
        "tensor attached scalar likely",
    ),
    "negated and scaled": ("v = f()\n(-2 * v).backward()", "tensor attached scalar likely"),
    "torch.mean of it": ("v = f()\ntorch.mean(v).backward()", "tensor attached scalar likely"),
    "the mean of its square": (
        "v = f() - f()\nv.pow(2).mean().backward()",
        "tensor attached scalar likely",
    ),
    "what an index picks of its logarithm": (
        "v = f() - f()\nv.log_softmax(1).gather(1, steps).sum().backward()",
        "tensor attached scalar likely",
    ),
    "the norm of it between bounds": (
        "v = f() - f()\ntorch.norm(torch.clamp(v, min=0)).backward()",
        "tensor attached scalar likely",
    ),
    "a function of its own graph": (
        "v = f() - f()\ntorch.nn.functional.softplus(v).mean().backward()",
        "tensor attached scalar likely",
    ),
    "a part of it added up": ("v = f()\nv[steps].backward()", "output attached likely"),
    "sum of what it holds": ("v = f()\nsum(v).backward()", "output attached likely"),
    "sum of its values": ("v = f()\nsum(v.values()).backward()", "output attached likely"),
    "sum of means of what it holds": (
        "v = f()\nsum(one.mean() for one in v).backward()",
        "output attached likely",
    ),
    "reduced": (
        "v = f()\nfunctools.reduce(lambda a, b: a + b, v).backward()",
        "output attached likely",
    ),
    "a sum, or itself": (
        "v = f()\nloss = sum(v) if isinstance(v, tuple) else v\nloss.backward()",
        "output attached likely",
    ),
    "stacked": ("v = f()\ntorch.stack(v).sum().backward()", "output attached likely"),
    "one by one": ("v = f()\nfor one in v:\n    one.backward()", "output attached likely"),
    "one by one, numbered": (
        "v = f()\nfor i, one in enumerate(v):\n    one.backward()",
        "output attached likely",
    ),
    "one by one, by name": (
        "v = f()\nfor k, one in v.items():\n    one.backward()",
        "output attached likely",
    ),
    "one part of what it is unpacked into": (
        "v = f()\na, b = v['loss'], v['n']\na.backward()",
        "output attached likely",
    ),
    "the last of a list": (
        "kept = []\nv = f()\nkept.append(v)\nkept[-1].backward()",
        "tensor attached scalar likely",
    ),
    "all of a list": (
        "kept = []\nfor s in steps:\n    v = f(s)\n    kept.append(v)\nsum(kept).backward()",
        "tensor attached scalar likely",
    ),
    "by name in a dict": (
        "kept = {}\nfor s in steps:\n    v = f(s)\n    kept[s] = v\nsum(kept.values()).backward()",
        "tensor attached scalar likely",
    ),
    "under one name in a dict": (
        "kept = {}\nv = f()\nkept['a'] = v\nsum(kept.values()).backward()",
        "tensor attached scalar likely",
    ),
    "what stands in a dict": (
        "kept = {'loss': f(), 'n': 1}\nv = kept['loss']\nkept['loss'].backward()",
        "tensor attached scalar likely",
    ),
    "a name in a dict": (
        "v = f()\nkept = {'loss': v, 'n': f()}\nkept['loss'].backward()",
        "tensor attached scalar likely",
    ),
    "a name in a dict by keyword": (
        "v = f()\nkept = dict(loss=v, n=f())\nkept['loss'].backward()",
        "tensor attached scalar likely",
    ),
    "put into a dict": (
        "kept = {}\nkept['loss'] = f()\nv = kept['loss']\nkept['loss'].backward()",
        "tensor attached scalar likely",
    ),
    "made one by one": (
        "kept = [f(s) for s in steps]\nv = kept[0]\nsum(kept).backward()",
        "output attached likely",
    ),
    "gradients asked for": (
        "v = f()\ng = torch.autograd.grad(v, steps)",
        "tensor attached scalar likely",
    ),
    "several at once": (
        "v, w = f(), f()\ntorch.autograd.backward([w, v])",
        "tensor attached scalar likely",
    ),
    "on either branch": (
        "v = f()\nw = v if flag else v.sum()\nw.backward()",
        "tensor attached scalar likely",
    ),
    "a penalty added": (
        "v = f()\nv = v + f() + 1\nv.backward()",
        "tensor attached scalar likely",
    ),
}

NOT_PROVEN = {
    "what a prediction is compared with": (
        "v = f()\nw = f() - v\nw.pow(2).mean().backward()",
        "unknown",
    ),
    "a part of a gradient that is handed in": (
        "v = f()\nsteps.backward(v + flag.grad)",
        "unknown",
    ),
    "an addend under a mean": ("v = f()\nw = f() + v\nw.mean().backward()", "unknown"),
    "a term that is cut": ("v = f()\n(f() + v.detach()).backward()", "unknown"),
    "a term with a weight that is bound anew": (
        "k = 0.1\nk = f()\nv = f()\nw = f() + k * v\nw.backward()",
        "unknown",
    ),
    "a power, of which the exponent may carry the graph": (
        "v = f() - f()\nv.pow(steps).sum().backward()",
        "unknown",
    ),
    "what is held between tensors": (
        "v = f() - f()\ntorch.clamp(v, steps, steps).sum().backward()",
        "unknown",
    ),
    "one of two factors": ("v = f()\n(v * steps).backward()", "unknown"),
    "what a network is given": ("v = f()\nflag(v).backward()", "unknown"),
    "one of several put into a list": (
        "kept = []\nv = f()\nkept.append(v)\nkept.append(f())\nsum(kept).backward()",
        "unknown",
    ),
    "one of several names in a dict": (
        "kept = {}\nv = f()\nkept['a'] = v\nkept['b'] = f()\nsum(kept.values()).backward()",
        "unknown",
    ),
    "another name in a dict": (
        "kept = {'loss': f(), 'n': f()}\nv = kept['n']\nkept['loss'].backward()",
        "unknown",
    ),
    "one of a dict, which one is not known": (
        "kept = {flag.A: f()}\nv = kept[flag.A]\nkept[flag.B].backward()",
        "unknown",
    ),
    "not the last of a list": (
        "kept = []\nv = f()\nkept.append(v)\nkept.append(f())\nkept[-1].backward()",
        "unknown",
    ),
    "a sum of one's own": (
        "def sum(x): return f()\nv = f()\nsum(v).backward()",
        "unknown",
    ),
    "an imported name bound anew": (
        "torch = f()\nv = f()\ntorch.mean(v).backward()",
        "unknown",
    ),
    "an unknown method": ("v = f()\nv.loss().backward()", "unknown"),
    "mixed with what may carry it": (
        "v = f()\ntorch.cat([v, steps]).sum().backward()",
        "unknown",
    ),
    "a filter of another name": (
        "v = f()\nsum(flag(one) for one in v).backward()",
        "unknown",
    ),
    "a product in one's own words": ("v = f()\nv.mul(steps).backward()", "unknown"),
    "bound anew before": ("v = f()\nw = v\nw = f()\nw.backward()", "unknown"),
    "where nothing is recorded": (
        "with torch.no_grad():\n    v = f()\nv.backward()",
        "unknown",
    ),
}


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        pytest.param(code, wanted, id=why)
        for table in (PROVEN, NOT_PROVEN)
        for why, (code, wanted) in table.items()
    ],
)
def test_value_by_evidence(code: str, wanted: str) -> None:
    inner = "".join(f"    {line}\n" for line in code.split("\n"))
    assert described(bodies(f"{HEAD}def outer():\n{inner}")["outer"].value("v")) == wanted


@pytest.mark.parametrize(
    ("parameters", "known"),
    [
        ("k=0.5", True),
        ("*, k: float", True),
        ("k: int = 3", True),
        ("k", False),
        ("k=None", False),
        ("k: torch.Tensor", False),
        ("k=True", False),
    ],
)
def test_weights_that_a_function_is_given(parameters: str, known: bool) -> None:
    code = f"def outer({parameters}):\n    v = f()\n    w = f() + k * v\n    w.backward()"
    wanted = "tensor attached scalar likely" if known else "unknown"
    assert described(bodies(HEAD + code)["outer"].value("v")) == wanted


SIBLINGS = {
    "of a loss": ("loss, v = f()\nloss.backward()", "output attached possible"),
    "of a loss, detached somewhere": (
        "loss, v = f()\nloss.backward()\nprint(v.detach())",
        "output attached likely",
    ),
    "of what is only reported": ("loss, v = f()\nloss.item()", "unknown"),
    "a known number": ("loss, v = f(), 3\nloss.backward()", "number"),
    "where nothing is recorded": (
        "with torch.no_grad():\n    loss, v = f()\nloss.backward()",
        "unknown",
    ),
    "added to what is known": (
        "loss, w = f()\nloss.backward()\nv = torch.zeros(1).add(w)",
        "tensor attached possible",
    ),
}


@pytest.mark.parametrize(
    ("code", "wanted"), [pytest.param(*case, id=why) for why, case in SIBLINGS.items()]
)
def test_what_comes_with_a_loss(code: str, wanted: str) -> None:
    inner = "".join(f"    {line}\n" for line in code.split("\n"))
    assert described(bodies(f"{HEAD}def outer():\n{inner}")["outer"].value("v")) == wanted


def body(code: str, name: str) -> BodyFacts:
    return bodies(HEAD + code)[name]


LOOP = """
def outer():
    kept = []
    for s in steps:
        kept.append(f(s))
        {use}
"""


@pytest.mark.parametrize(
    ("use", "consumed"),
    [
        ("kept[-1].backward()", False),
        ("kept[0].backward()", False),
        ("kept[s].backward()", True),
        ("sum(kept).backward()", True),
        ("torch.stack(kept).mean().backward()", True),
    ],
)
def test_one_element_does_not_consume_its_list(use: str, consumed: bool) -> None:
    facts = body(LOOP.format(use=use), "outer")
    (keeping,) = facts.keepings
    assert described(keeping.stored) == "tensor attached scalar likely"
    assert facts.backpropagated(frozenset({"kept"})) is consumed


def test_an_element_that_is_made_from_all_others_consumes_them() -> None:
    facts = body(
        "def outer():\n    kept = [f()]\n    for s in steps:\n"
        "        kept.append(kept[-1] + f(s))\n    kept[-1].backward()\n",
        "outer",
    )
    assert facts.backpropagated(frozenset({"kept"}))


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        ("{'loss': loss, 'n': 1}", "tensor attached scalar likely"),
        ("{'n': 1, 'loss': loss}", "tensor attached scalar likely"),
        ("(1, loss)", "tensor attached scalar likely"),
        ("{'loss': loss.item(), 'n': f()}", "container"),
    ],
)
def test_what_a_kept_display_holds(stored: str, wanted: str) -> None:
    code = (
        f"def outer():\n    kept = []\n    for s in steps:\n        loss = f(s)\n"
        f"        loss.backward()\n        out = {stored}\n        kept.append(out)\n"
    )
    (keeping,) = body(code, "outer").keepings
    assert described(keeping.stored) == wanted
