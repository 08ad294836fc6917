"""An edit makes the facts of other bodies neither anew nor wrong."""

import ast

import pytest

from leakwise.facts import ModuleFacts
from leakwise.facts.interpreter.results import BodyResult
from leakwise.text import Document, Range
from tests.benchmarks import training_files
from tests.facts.reading import described, document

PROGRAM = """
import torch
from torch import nn

net = nn.Linear(2, 2)


def helper(x):
    return net(x).sum()


def user(x):
    total = helper(x)
    return total


def stranger(x):
    return x + 1
"""


def results(module: ModuleFacts) -> dict[str, BodyResult]:
    return {one.qualified: module.body(one) for one in module.scopes.all() if one.is_function}


def edited(module: ModuleFacts, old: str, new: str) -> None:
    lines = module.document.lines
    line = next(number for number, text in enumerate(lines) if old in text)
    column = lines[line].index(old)
    changed, change = module.document.replace(Range.of(line, column, line, column + len(old)), new)
    module.update(changed, [change])


def test_an_edit_in_one_function_leaves_the_others_as_they_are() -> None:
    module = ModuleFacts(document(PROGRAM))
    before = results(module)
    edited(module, "x + 1", "x + 2")
    after = results(module)
    assert after["helper"] is before["helper"]
    assert after["user"] is before["user"]


def test_a_caller_is_told_what_a_function_gives_now() -> None:
    module = ModuleFacts(document(PROGRAM))
    before = results(module)
    assert described(before["user"].exit_values["total"]) == "tensor attached scalar"
    edited(module, "net(x).sum()", "net(x).mean()")
    assert results(module)["user"] is before["user"]
    edited(module, "net(x).mean()", "net(x).mean().item()")
    assert described(results(module)["user"].exit_values["total"]) == "number"


def test_lines_above_move_places_and_compute_nothing() -> None:
    module = ModuleFacts(document(PROGRAM))
    before = results(module)
    edited(module, "import torch", "# above\nimport torch")
    after = results(module)
    assert all(after[name] is before[name] for name in ("helper", "user", "stranger"))


def test_a_global_that_changes_reaches_its_readers() -> None:
    module = ModuleFacts(document(PROGRAM))
    results(module)
    edited(module, "nn.Linear(2, 2)", "print")
    assert described(results(module)["user"].exit_values["total"]) != "tensor attached scalar"


def test_a_function_that_goes_takes_its_facts_along() -> None:
    module = ModuleFacts(document(PROGRAM))
    results(module)
    text = PROGRAM.lstrip("\n").replace("def helper", "def renamed")
    changed, change = module.document.with_text(text)
    gone = module.update(changed, [change])
    assert [one.qualified for one in gone] == ["helper"]
    assert described(results(module)["user"].exit_values["total"]) == "unknown"


def test_one_statement_of_a_long_script_is_interpreted_alone() -> None:
    lines = ["import torch", "from torch import nn", "net = nn.Linear(2, 2)"]
    lines += [f"v{number} = net(torch.zeros({number})).sum()" for number in range(300)]
    module = ModuleFacts(Document.from_text("file:///long.py", "\n".join(lines) + "\n"))
    before = module.body(module.scopes.module).exit_values
    edited(module, "torch.zeros(150)", "torch.ones(150)")
    after = module.body(module.scopes.module).exit_values
    kept = [name for name, value in after.items() if value is before[name]]
    assert len(kept) > 250


def test_an_edit_in_a_function_of_a_long_file_computes_what_depends_on_it_alone() -> None:
    text = training_files.functions(1000).text + PROGRAM.replace("import torch\n", "", 1)
    module = ModuleFacts(Document.from_text("file:///long.py", text))
    before = results(module)
    from_scratch = module.database.computations
    edited(module, "net(x).sum()", "net(x).sum().item()")
    after = results(module)
    anew = {name for name, result in after.items() if result is not before[name]}
    assert anew == {"helper", "user"}
    # Both bodies, the summary between them, and the names that their code uses.
    assert module.database.computations - from_scratch <= 20 < from_scratch


def test_an_edit_that_changes_nothing_for_others_computes_one_body() -> None:
    module = ModuleFacts(document(PROGRAM))
    results(module)
    computed = module.database.computations
    edited(module, "x + 1", "x + 2")
    results(module)
    # The body, and what its code uses, compares and asks of its parameters.
    assert module.database.computations - computed <= 4


@pytest.mark.parametrize("file", [training_files.one_main(500), training_files.script(500)])
def test_an_edit_in_a_long_body_interprets_the_statements_round_it(
    file: training_files.TrainingFile,
) -> None:
    module = ModuleFacts(Document.from_text("file:///long.py", file.text))
    body = next(one for one in module.scopes.all() if one.name == "main" or one.node is None)
    module.body(body)
    from_scratch = module.database.statements_run
    edited(module, 'os.environ.get("RATE_20", "0.1")', 'os.environ.get("RATE_20", "0.2")')
    module.body(body)
    assert 0 < module.database.statements_run - from_scratch <= 16 < from_scratch / 10


def test_an_edit_in_a_body_of_thirty_lines_interprets_a_part_of_it() -> None:
    lines = ["import torch", "def body():"]
    lines += [f"    v{number} = torch.zeros({number})" for number in range(30)]
    module = ModuleFacts(Document.from_text("file:///body.py", "\n".join(lines) + "\n"))
    edited(module, "zeros(14)", "ones(14)")
    results(module)
    before = module.database.statements_run
    edited(module, "zeros(15)", "ones(15)")
    results(module)
    assert 0 < module.database.statements_run - before <= 15


def test_what_a_value_changes_into_reaches_the_statements_that_use_it_alone() -> None:
    lines = ["import torch", "from torch import nn", "net = nn.Linear(2, 2)"]
    lines += [f"v{number} = net(torch.zeros({number})).sum()" for number in range(300)]
    lines += ["print(v150)"]
    module = ModuleFacts(Document.from_text("file:///long.py", "\n".join(lines) + "\n"))
    module.body(module.scopes.module)
    before = module.database.statements_run
    edited(
        module, "v150 = net(torch.zeros(150)).sum()", "v150 = net(torch.zeros(150)).sum().item()"
    )
    values = module.body(module.scopes.module).exit_values
    assert described(values["v150"]) == "number"
    assert module.database.statements_run - before <= 24


def test_what_holds_behind_a_break_is_what_held_before_it() -> None:
    lines = ["def search(net, given):", "    best = 0.0", "    while True:"]
    lines += [f"        v{number} = given + {number}" for number in range(100)]
    lines += ["        if given.done:", "            break", "    return best"]
    module = ModuleFacts(Document.from_text("file:///long.py", "\n".join(lines) + "\n"))
    assert described(results(module)["search"].exit_values["best"]) == "number"
    edited(module, "best = 0.0", "best = None")
    assert described(results(module)["search"].exit_values["best"]) == "other"


def test_a_flag_is_told_from_the_number_that_it_equals() -> None:
    code = """
        keep = 1

        def user():
            given = keep
            other = given
            return other

        first = keep
        second = first
    """
    module = ModuleFacts(document(code))
    results(module)
    module.body(module.scopes.module)
    for text in ("True", "1.0", "1", "False", "0", "0.0", "-1", "-1.0"):
        old = module.document.lines[0].strip()
        edited(module, old, f"keep = {text}")
        expected = repr(ast.literal_eval(text))
        inside = results(module)["user"].exit_values
        outside = module.body(module.scopes.module).exit_values
        for value in (inside["given"], inside["other"], outside["first"], outside["second"]):
            assert repr(value.constant) == expected


def test_where_a_flag_or_a_number_may_stand_neither_is_known() -> None:
    code = "def user(some):\n    given = 1 if some else True\n    return given\n"
    module = ModuleFacts(document(code))
    assert results(module)["user"].exit_values["given"].constant is None


@pytest.mark.parametrize("handed", ["note", "partial(note, 1)", "other"])
def test_what_a_callback_refers_to_is_what_it_holds_now(handed: str) -> None:
    filler = "".join(f"    step_{n} = data[{n}]\n" for n in range(50))
    code = (
        "def watch(net, data):\n"
        "    seen = []\n"
        f"{filler}"
        "    def note(module, inputs, output):\n"
        "        seen.append(output)\n"
        "    other = note\n"
        f"{filler}"
        f"    net.register_forward_hook({handed})\n"
    )

    def held(module: ModuleFacts) -> list[tuple[str, str]]:
        watch = next(one for one in module.scopes.all() if one.name == "watch")
        callbacks = module.facts(watch).callbacks
        return [(one.name, described(one.value)) for call in callbacks for one in call.captures]

    module = ModuleFacts(document(code))
    assert ("seen", "container") in held(module) or handed == "partial(note, 1)"
    for old, new in (
        ("seen = []", "seen = 1"),
        ("seen = 1", "soon = 1"),
        ("soon = 1", "seen = {}"),
    ):
        edited(module, old, new)
        assert held(module) == held(ModuleFacts(module.document))


def test_a_body_that_hands_nothing_on_is_not_interpreted_for_what_it_keeps() -> None:
    for code, kept in (
        ("def f(self, x):\n    y = self.a\n    return y * x", 0),
        ("def f(kept, x):\n    kept.append(x)", 1),
        ("def f(kept, x):\n    kept[x] = x", 1),
        ("def f(x):\n    kept = []\n    kept = [*kept, x]", 1),
    ):
        module = ModuleFacts(document(f"import torch\n{code}"))
        body = next(one for one in map(module.facts, module.new_bodies()) if one.name)
        assert len((*body.keepings, *body.kept_by_callees)) == kept
        assert bool(module.database.computations) is bool(kept)


@pytest.mark.parametrize(
    ("code", "gathers"),
    [
        ("def f(x):\n    y = x.a + 1\n    return g(y)", False),
        ("def f(x, kept):\n    kept.append(x)", True),
        ("def f(x, kept):\n    add = kept.append\n    add(x)", True),
        ("def f(x, kept):\n    kept[x] = x", True),
        ("def f(x):\n    kept = [*kept, x]", True),
        ("def f(x, total):\n    total += x", True),
        ("def f(x, total):\n    total *= x", False),
        ("def f(self, x):\n    self.total = 0.9 * self.total + x", True),
        ("def f(total, x):\n    total['a'] = total.get('a', 0) + x", True),
        ("def f(total, x):\n    total = x if total is None else 0.9 * total + x", True),
        ("def f(total, x):\n    total: float = (0.9 * total + x).clamp(0)", True),
        ("def f(total, x):\n    total = torch.cat([total, x])", True),
        ("def f(total, x):\n    total.add_(x)", True),
        ("def f(xs):\n    kept = [x for x in xs]", True),
        ("def f(x):\n    g(x)\ndef g(x):\n    h(x)\ndef h(x):\n    KEPT.append(x)", True),
        (
            "def f(meters, x):\n    meters(x)\nclass M:\n    def __call__(self, x):\n"
            "        self.kept[x] = x",
            True,
        ),
        ("def f(keep, x):\n    keep(x)\nkeep = lambda x: KEPT.append(x)", True),
    ],
)
def test_what_may_gather_is_told_by_words_and_forms(code: str, gathers: bool) -> None:
    module = ModuleFacts(document(f"import torch\n{code}"))
    body = next(one for one in map(module.facts, module.new_bodies()) if one.name == "f")
    assert body.may_gather is gathers
    assert not module._bodies
    assert gathers or not (body.keepings or body.accumulations)
