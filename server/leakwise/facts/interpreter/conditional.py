"""What `body if test else orelse` gives."""

import ast

from leakwise.facts.interpreter.grad_questions import chosen
from leakwise.facts.interpreter.narrowing import tensor_test
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import join_accumulator
from leakwise.facts.terms.values import Value, join


def conditional(run: Run, node: ast.IfExp) -> Value:
    """The value of a conditional expression."""
    run.evaluate(node.test)
    body, orelse = chosen(run, node)
    asked = tensor_test(node.test)
    if asked is not None and run.read(asked[0]).is_tensor:
        return body if asked[1] else orelse
    if isinstance(node.body, ast.Constant) or isinstance(node.orelse, ast.Constant):
        # `loss if wanted else None` gives what `if wanted:` leaves of a name that was None before.
        return join_accumulator(body, orelse)
    return join(body, orelse)
