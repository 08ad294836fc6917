import pytest

from leakwise.fixing import FixContext
from leakwise.text import Document, Range
from tests.fixing.marked import changed

LINE_ENDS = pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])


def item(code: str, line_end: str = "\n") -> str | None:
    return changed(code, lambda context, ranges: context.call_method(ranges, "item"), line_end)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("total += «loss»", "total += loss.item()"),
        ("total += «self.loss»", "total += self.loss.item()"),
        ("total += «losses[0]»", "total += losses[0].item()"),
        ("total += «f(x)»", "total += f(x).item()"),
        ("total += «a + b»", "total += (a + b).item()"),
        ("total += «a» + b", "total += a.item() + b"),
        ("total += («a + b»)", "total += (a + b).item()"),
        ("total += «(a + b)»", "total += (a + b).item()"),
        ("total += «((a + b))»", "total += ((a + b).item())"),
        ("total += ( «a + b» )", "total += ( a + b ).item()"),
        ("total += «(a) + (b)»", "total += ((a) + (b)).item()"),
        ("total += «-a»", "total += (-a).item()"),
        ("total += «not a»", "total += (not a).item()"),
        ("total += «a ** b»", "total += (a ** b).item()"),
        ("total += «a < b»", "total += (a < b).item()"),
        ("total += «a and b»", "total += (a and b).item()"),
        ("total += «a if b else c»", "total += (a if b else c).item()"),
        ("total += «await step()»", "total += (await step()).item()"),
        ("total += «lambda: x»", "total += (lambda: x).item()"),
        ("total += «1»", "total += (1).item()"),
        ("total += «'a' 'b'»", "total += 'a' 'b'.item()"),
        ("total += «f'{a}'»", "total += f'{a}'.item()"),
        ("total += «[a]»", "total += [a].item()"),
        ("total += «{a: b}»", "total += {a: b}.item()"),
        ("x = «yield y»", "x = (yield y).item()"),
        ("f(«y := step()»)", "f((y := step()).item())"),
        ("if («y := step()»): pass", "if (y := step()).item(): pass"),
        ("f(loss=«loss»)", "f(loss=loss.item())"),
        ("f(loss=«a + b»)", "f(loss=(a + b).item())"),
        ("f(*«losses»)", "f(*losses.item())"),
        ("f(**«a or b»)", "f(**(a or b).item())"),
        ("sum(«loss» for loss in losses)", "sum(loss.item() for loss in losses)"),
        ("x = «(y for y in z)»", "x = (y for y in z).item()"),
        ("return «a», b", "return a.item(), b"),
        ("return «a, b»", "return (a, b).item()"),
        ("x = «(a, b)»", "x = (a, b).item()"),
        ("x = «((a, b))»", "x = ((a, b).item())"),
        ("d = {'loss': «loss», 'n': n}", "d = {'loss': loss.item(), 'n': n}"),
        ("print(f'{«loss»:.3f}')", "print(f'{loss.item():.3f}')"),
        ("x[«a + b»] = c", "x[(a + b).item()] = c"),
        ("if x: total += «loss»", "if x: total += loss.item()"),
        ("if a: pass\nelif «b + c»:\n    pass", "if a: pass\nelif (b + c).item():\n    pass"),
        ("if a:\n  pass\nelif b:\n  f(«c»)", "if a:\n  pass\nelif b:\n  f(c.item())"),
        ("if a:\n  pass\nelse:\n  if «b»: pass", "if a:\n  pass\nelse:\n  if b.item(): pass"),
        ("a = 1; total += «loss»", "a = 1; total += loss.item()"),
        ("for x in «losses»: pass", "for x in losses.item(): pass"),
        ("ä = 'é'; total += «löss» + 'ü'", "ä = 'é'; total += löss.item() + 'ü'"),
        ("s = '🙂'; t = «löss»", "s = '🙂'; t = löss.item()"),
        ("total +=  « loss »  # sum", "total +=   loss.item()   # sum"),
        ("@«trace»\ndef f(): pass", "@trace.item()\ndef f(): pass"),
    ],
)
def test_parentheses_only_where_needed(before: str, after: str) -> None:
    assert item(before) == after


@pytest.mark.parametrize(
    "code",
    [
        "«total» += loss",
        "«x» = 1",
        "f(«*losses»)",
        "f(«loss=loss»)",
        "x.«loss»",
        "import «torch»",
        "def «f»(): pass",
        "x[«a:b»]",
        "x[«a, b:c»]",
        "total += «lo»ss",
        "total += «loss +» x",
        "total += 'a «loss» b'",
        "print(f'{«loss»=}')",
        "f«(y for y in z)»",
        "# «loss»",
        "«»",
        "total += «loss",
        "total += «loss» +",
        "match x:\n    case «y»: pass",
        "x = '''\n«loss»\n'''",
    ],
)
def test_what_is_no_expression_alone_stays(code: str) -> None:
    assert item(code) is None


@LINE_ENDS
def test_inside_of_nested_blocks(line_end: str) -> None:
    before = """
        class Trainer:
            def run(self):
                for x in loader:
                    try:
                        self.total += «self.step(x) / 2»  # keep
                    finally:
                        pass
        """
    after = item(before, line_end)
    assert after is not None
    assert f"self.total += (self.step(x) / 2).item()  # keep{line_end}" in after


@LINE_ENDS
def test_statements_over_several_lines(line_end: str) -> None:
    before = """
        def f():
            text = '''
        for x in y:
              loss
        '''
            history.append(
        «a
          + b»,
                x[0])
            total = total + \\
                «loss»
            total = (
                1
                + «loss»
            )
        """
    after = item(before, line_end)
    assert after is not None
    assert f"(a{line_end}  + b).item(),{line_end}" in after
    assert f"\\{line_end}        loss.item(){line_end}" in after
    assert f"+ loss.item(){line_end}" in after


@pytest.mark.parametrize("margin", ["\t", "  ", "\f    ", "\t\t", "    \t"])
def test_other_indentation(margin: str) -> None:
    code = f"for x in y:\n{margin}total += «loss»\n"
    assert item(code) == f"for x in y:\n{margin}total += loss.item()\n"


@pytest.mark.parametrize(
    "above",
    ["x = (\n", "x = '\n", "def (:\n    pass\n", "for x in\n", "print 'x'\n", "    stray\n"],
)
@pytest.mark.parametrize("below", ["def half(:\n", "x = (1,\n", "for\n", "    '''\n", "    )\n"])
def test_broken_neighbours(above: str, below: str) -> None:
    code = f"{above}for x in y:\n    print(x)\n    total += «loss»\n    print(x)\n{below}"
    after = item(code)
    assert after == code.replace("«loss»", "loss.item()")


@pytest.mark.parametrize("line", ["foo(x,", "if x", "y = ", "x = '''", "else:", "for x in y"])
def test_broken_line_right_above(line: str) -> None:
    code = f"def f():\n    for x in y:\n        {line}\n        total += «loss»\n    return total\n"
    assert item(code) == code.replace("«loss»", "loss.item()")


def test_broken_head() -> None:
    code = "for x in y\n    total += «loss»\n"
    assert item(code) == "for x in y\n    total += loss.item()\n"


def test_several_expressions_of_one_statement() -> None:
    code = "log(«a», «b + c», loss=«loss»)"
    assert item(code) == "log(a.item(), (b + c).item(), loss=loss.item())"


def test_one_expression_in_another() -> None:
    assert item("x = ««a» + «b»»") == "x = (a.item() + b.item()).item()"


def test_one_bad_expression_refuses_all() -> None:
    assert item("log(«a», «b +» c)") is None


def test_no_expressions_give_no_fix() -> None:
    assert FixContext(Document.from_text("file:///x.py", "x\n")).call_method([], "item") is None


def test_a_method_behind_another() -> None:
    code = "history.append(«a + b»)"
    after = changed(code, lambda context, ranges: context.call_method(ranges, "detach().cpu"))
    assert after == "history.append((a + b).detach().cpu())"


@pytest.mark.parametrize("method", ["item(", "a b", "", "item() + f", "1", "a[0].b; c"])
def test_what_is_no_method_gives_no_fix(method: str) -> None:
    context = FixContext(Document.from_text("file:///x.py", "x\n"))
    assert context.call_method([Range.of(0, 0, 0, 1)], method) is None


@pytest.mark.parametrize(
    "span",
    [
        Range.of(-1, -5, 0, 1),
        Range.of(0, 99, 99, 99),
        Range.of(7, 0, 3, 0),
        Range.of(0, 2, 0, 1),
    ],
)
def test_nonsense_ranges_give_no_fix(span: Range) -> None:
    document = Document.from_text("file:///x.py", "ab + c\n    x = (\n")
    assert FixContext(document).call_method([span], "item") is None


def test_below_the_end_of_a_string_that_looks_like_a_start() -> None:
    lines = [
        "def f():",
        "    for x in y:",
        "        text = '''",
        "  is left of its block",
        "'''",
        "    total += «loss»",
        *["    step()"] * 150,
        "",
    ]
    after = item("\n".join(lines))
    assert after is not None
    assert "    total += loss.item()\n" in after
