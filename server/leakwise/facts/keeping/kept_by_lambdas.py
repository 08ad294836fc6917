"""What lambdas keep that a Keras callback is made of: Keras calls them in each batch or epoch.

Source: https://keras.io/api/callbacks/lambda_callback/.
"""

import ast

from leakwise.facts.apis.conventions import LAMBDA_CALLBACK, LAMBDA_CALLBACK_METHODS
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import Outcome
from leakwise.facts.terms.events import Keeping
from leakwise.facts.terms.model_events import LambdaKeeping
from leakwise.facts.terms.values import UNKNOWN, Value


def note_kept_by_lambdas(run: Run, node: ast.Call, callee: Value) -> None:
    """Notes what each lambda keeps that a callback made of functions is given."""
    if callee.name != LAMBDA_CALLBACK:
        return
    for keyword in node.keywords:
        rhythm = LAMBDA_CALLBACK_METHODS.get(keyword.arg or "")
        if rhythm is None or not isinstance(keyword.value, ast.Lambda):
            continue
        for one in _keepings(run, keyword.value):
            run.outcome.add(LambdaKeeping(one.place, run.loops, one, rhythm))


def _keepings(run: Run, function: ast.Lambda) -> list[Keeping]:
    """What a lambda would put into containers, were it called here."""
    state, outcome = run.state, run.outcome
    run.state, run.outcome = state.copy(), Outcome()
    try:
        for part in ast.walk(function.args):
            if isinstance(part, ast.arg):
                run.state.bind(part.arg, UNKNOWN, ())
        run.evaluate(function.body)
        return [one for one in run.outcome.events.values() if isinstance(one, Keeping)]
    finally:
        run.state, run.outcome = state, outcome
