"""What a call gives and does."""

import ast

from leakwise.facts.apis import Effect, Gives, effect_of
from leakwise.facts.apis.metrics import METRIC_FUNCTIONS
from leakwise.facts.apis.python import BUILTINS, transposed
from leakwise.facts.apis.resources import CLOSING, RELEASE_FUNCTIONS, SESSION_BORROWERS, acquired
from leakwise.facts.apis.torch_functions import (
    BACKWARD_FUNCTIONS,
    DISTRIBUTED_BACKWARD,
    GRAD_FUNCTION,
    GRAD_QUESTIONS,
)
from leakwise.facts.by_use.calls_by_use import loss_by_use, output_by_use
from leakwise.facts.by_use.cut_outputs import called_network
from leakwise.facts.code.members import Record, made_record
from leakwise.facts.code.names import path_of, paths_in
from leakwise.facts.interpreter.binding import fresh_loops
from leakwise.facts.interpreter.called_objects import called_method, spelt_out
from leakwise.facts.interpreter.constructions import constructed, made_by_use
from leakwise.facts.interpreter.external_calls import outside_call
from leakwise.facts.interpreter.framework_calls import (
    all_arguments,
    device,
    first_argument,
    new_tensor,
    result_of,
    several,
    with_workers,
)
from leakwise.facts.interpreter.grad_questions import GRAD_QUESTION, switched_on
from leakwise.facts.interpreter.interest import FUNCTIONS, is_of_interest
from leakwise.facts.interpreter.keras_values import called_as_model, known_receiver, output_of
from leakwise.facts.interpreter.lambdas import LambdaText, called_lambda
from leakwise.facts.interpreter.local_calls import construct_local, local_call
from leakwise.facts.interpreter.methods import method_call
from leakwise.facts.interpreter.metric_values import gives_tf_tensor, is_torch_metric, made_metric
from leakwise.facts.interpreter.module_calls import forward_call, forward_method
from leakwise.facts.interpreter.module_lists import holding
from leakwise.facts.interpreter.object_methods import distribution, pair
from leakwise.facts.interpreter.parts import displayed_part
from leakwise.facts.interpreter.reductions import criterion_with, elements_by, elements_of
from leakwise.facts.interpreter.run import (
    Run,
    known_module,
    pending_call,
    shown,
    spread,
    unknown_call,
)
from leakwise.facts.interpreter.single_samples import is_single
from leakwise.facts.interpreter.tensor_calls import with_graph_of
from leakwise.facts.interpreter.uneven import uneven_in
from leakwise.facts.keeping.callbacks import note_callbacks
from leakwise.facts.keeping.kept_by_lambdas import note_kept_by_lambdas
from leakwise.facts.keeping.renewal import computed_number, counted_text, renewing
from leakwise.facts.resources.acquisitions import (
    acquire,
    acquire_by_call,
    opened_on,
    release_by_call,
)
from leakwise.facts.terms.events import (
    GRADIENT,
    Argument,
    CallSite,
    GradMode,
    Loop,
    TrainingStep,
    grad_mode,
)
from leakwise.facts.terms.storage import UNSEEN, WHOLE_NUMBERS
from leakwise.facts.terms.values import (
    DICT,
    UNKNOWN,
    Certainty,
    Graph,
    Kind,
    Scalar,
    Value,
    container,
    element_of,
    tensor,
)


def call(
    run: Run,
    node: ast.Call,
    callee: Value,
    receiver: Value | None,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value:
    """The value of a call whose parts were evaluated; what it does is noted."""
    grad = run.state.grad
    callee = called_as_model(run, node, callee, keywords)
    receiver = known_receiver(run, node, receiver, keywords)
    if (method := called_method(run, callee)) is not None:
        callee, receiver = method, callee
    result = made_by_use(run, node, _called(run, node, callee, receiver, arguments, keywords))
    if is_of_interest(node, callee, receiver, arguments, keywords, result):
        _note_call(run, node, callee, receiver, arguments, keywords, result, grad)
    return result


def _note_call(
    run: Run,
    node: ast.Call,
    callee: Value,
    receiver: Value | None,
    arguments: list[Value],
    keywords: dict[str, Value],
    result: Value,
    grad: GradMode,
) -> None:
    given = [
        _argument(run, part, value, "*" if isinstance(part, ast.Starred) else "")
        for part, value in zip(node.args, arguments, strict=True)
    ]
    given += [
        _argument(run, part.value, keywords[part.arg or "**"], part.arg or "**")
        for part in node.keywords
    ]
    function = node.func
    called_on = function.value if isinstance(function, ast.Attribute) else None
    known = callee.kind is Kind.QUALIFIED
    run.outcome.add(
        CallSite(
            run.place(node),
            run.loops,
            shown(function),
            callee,
            grad,
            function.attr if isinstance(function, ast.Attribute) and not known else "",
            None if called_on is None or known else path_of(called_on),
            UNKNOWN if receiver is None or known else receiver,
            tuple(given),
            result,
            run.bound_to if run.binds(node) else None,
            isinstance(run.statement, ast.Expr) and run.statement.value is node,
            run.statement_place(),
            () if called_on is None or known else _renewed(run, called_on),
        )
    )


def _argument(run: Run, node: ast.expr, value: Value, keyword: str) -> Argument:
    if isinstance(node, ast.Constant):
        return Argument(value, run.place(node), keyword)
    path = path_of(node)
    fresh = fresh_loops(run, path) if path is not None and run.loops else ()
    place, varies_in = run.place(node), _renewed(run, node)
    single, uneven = is_single(run, node), uneven_in(run, node)
    number = ""
    if varies_in:
        is_number = value.kind is Kind.NUMBER
        number = computed_number(run, node) if is_number else counted_text(run, node)
    return Argument(value, place, keyword, path, fresh, varies_in, single, uneven, number)


def _renewed(run: Run, node: ast.expr) -> tuple[Loop, ...]:
    """The loops in which names in an expression are bound anew in each round."""
    if not run.loops or isinstance(node, ast.Constant):
        return ()
    return renewing(run, paths_in(node), run.loops)


def _called(
    run: Run,
    node: ast.Call,
    callee: Value,
    receiver: Value | None,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value:
    everything = [*arguments, *keywords.values()]
    note_callbacks(run, node, arguments, keywords)
    note_kept_by_lambdas(run, node, callee)
    if callee.kind is Kind.QUALIFIED and callee.name is not None:
        return _qualified_call(run, node, callee, arguments, keywords)
    if callee.kind in FUNCTIONS and callee.definition is not None:
        written = spelt_out(node, callee.definition)
        made = local_call(run, written, callee.definition, receiver, arguments, keywords)
        if callee.definition.name == "forward" and receiver is not None and known_module(receiver):
            made = forward_method(run, node, receiver, made)
        return made
    if isinstance(callee.constant, LambdaText):
        followed = called_lambda(run, node, callee.constant, arguments, keywords)
        if followed is not None:
            return followed
    if callee.kind is Kind.CLASS and callee.definition is not None:
        return construct_local(run, node, callee.definition, arguments, keywords)
    if callee.kind is Kind.CLASS and callee.fields is not None:
        names = tuple(str(name) for name, _ in callee.fields)
        made = Value(Kind.INSTANCE, name=callee.name, origin=run.place(node))
        for argument in everything:
            run.outcome.pass_on(argument)
        for part, value in zip(node.args, arguments, strict=True):
            made = made.made_from(value.sources) if isinstance(part, ast.Starred) else made
        given = spread(run, node, arguments)
        return made_record(made, Record(names, is_tuple=True), given, keywords)
    if known_module(callee):
        return _module_call(run, node, callee, everything)
    if gives_tf_tensor(callee):
        return output_of(run, node, callee, everything)
    if callee.kind is Kind.TRANSFORM:
        return with_graph_of(run, node, everything)
    if callee.kind is Kind.PENDING:
        return pending_call(run, node, everything)
    if is_torch_metric(callee):
        return unknown_call(run, everything)
    if (loss := loss_by_use(run, node, callee, everything)) is not None:
        return loss
    if (network := called_network(run, node, callee, receiver)) is not None:
        path, module = network
        return forward_call(run, node, path, module, everything)
    if (output := output_by_use(run, node, callee, everything)) is not None:
        return output
    if receiver is not None and isinstance(node.func, ast.Attribute):
        return method_call(run, node, node.func, receiver, arguments, keywords)
    # What a function makes depends on which function it is.
    return unknown_call(run, everything).made_from(callee.sources)


def _qualified_call(
    run: Run,
    node: ast.Call,
    callee: Value,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value:
    name = callee.name or ""
    everything = [*arguments, *keywords.values()]
    if name == DISTRIBUTED_BACKWARD and len(everything) > 1:
        run.outcome.backpropagate(everything[1])
        run.outcome.add(TrainingStep(run.place(node), run.loops, "backward"))
        return UNKNOWN
    if name in BACKWARD_FUNCTIONS and everything:
        run.outcome.backpropagate(everything[0])
        gives = _gradients(keywords) if name == GRAD_FUNCTION else UNKNOWN
        differentiable = gives.element is not None and gives.element.carries_graph
        what = GRADIENT if differentiable else "backward"
        run.outcome.add(TrainingStep(run.place(node), run.loops, what))
        return gives
    resource = acquired(name, arguments, keywords)
    if resource is not None and resource.kind is Kind.HOOK_HANDLE:
        return acquire(run, node, resource, callee, Certainty.SURE)
    if resource is not None:
        if resource.kind is Kind.FILE:
            other = opened_on(run, node, name, everything)
            if other is not None:
                return other
        return acquire_by_call(run, node, name, resource, everything)
    if name in RELEASE_FUNCTIONS:
        return release_by_call(run, node, name, arguments)
    if name in CLOSING and arguments:
        return arguments[0]
    if name in GRAD_QUESTIONS:
        return Value(Kind.CONTEXT, name=GRAD_QUESTION, constant=switched_on(run.state.grad))
    if name == "builtins.map" and len(arguments) > 1 and isinstance(node.args[0], _NAMING):
        return _mapped(run, node, arguments)
    if name == "builtins.zip" and len(node.args) == 1 and isinstance(node.args[0], ast.Starred):
        return transposed(arguments[0])
    if name == "collections.defaultdict" and len(arguments) == 1 and _makes_objects(arguments[0]):
        each = ast.copy_location(ast.Call(node.args[0], [], []), node.args[0])
        return Value(Kind.CONTAINER, name=DICT, element=call(run, each, arguments[0], None, [], {}))
    builtin = BUILTINS.get(name)
    if builtin is not None:
        made = builtin(arguments, keywords)
        if made.name == DICT and keywords:
            named = [(one.value, keywords[one.arg]) for one in node.keywords if one.arg]
            made = displayed_part(run, made, named)
        return made
    if name in SESSION_BORROWERS:
        everything = [one for one in everything if one.kind is not Kind.SESSION]
    effect = effect_of(name)
    if effect is None:
        return constructed(run, node, outside_call(run, node, callee, everything))
    return _effect(run, node, name, effect, arguments, keywords)


def _makes_objects(factory: Value) -> bool:
    """Whether this is a class of the file, or one of Python's containers."""
    own = factory.kind is Kind.CLASS and factory.definition is not None
    return own or (factory.kind is Kind.QUALIFIED and factory.name in _CONTAINERS)


_CONTAINERS = frozenset({"builtins.list", "builtins.set", "builtins.dict", "collections.deque"})


_NAMING = (ast.Lambda, ast.Name, ast.Attribute)


def _mapped(run: Run, node: ast.Call, arguments: list[Value]) -> Value:
    """What `map` gives: what its function makes of the elements."""
    function, *over = node.args
    each = ast.copy_location(ast.Call(function, over, []), function)
    owner = run.evaluate(function.value) if isinstance(function, ast.Attribute) else None
    made = call(run, each, arguments[0], owner, [element_of(one) for one in arguments[1:]], {})
    return container(made).but(length=arguments[1].length)


def _gradients(keywords: dict[str, Value]) -> Value:
    """What `torch.autograd.grad` gives: gradients, with a graph where one is asked for."""
    asked = keywords.get("create_graph")
    graph = Graph.DETACHED
    if asked is not None and asked.constant is not False:
        graph = Graph.ATTACHED if asked.constant is True else Graph.UNKNOWN
    return container(tensor(graph)).but(length=None)


def _effect(
    run: Run,
    node: ast.Call,
    name: str,
    effect: Effect,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value:
    gives = effect.gives
    everything = [*arguments, *keywords.values()]
    if gives is Gives.GRAD_SWITCH:
        return _grad_switch(run, node, effect, arguments, keywords)
    if gives is Gives.OTHER or gives is Gives.CONTEXT:
        return Value(effect.kind, storage=effect.storage)
    if gives is Gives.ARGUMENT:
        return first_argument(effect, arguments, keywords)
    if gives is Gives.ARGUMENTS:
        return all_arguments(arguments)
    if gives is Gives.READ:
        return unknown_call(run, everything).made_from(frozenset({run.place(node)}))
    if gives is Gives.DEVICE:
        return device(arguments, keywords)
    if gives is Gives.RESULT:
        return result_of(run, node, effect, name, everything)
    if gives is Gives.INSTANCE:
        for argument in everything:
            # An object may keep what it is made of.
            run.outcome.pass_on(argument)
        made = Value(effect.kind, name=name, origin=run.place(node))
        if effect.kind is Kind.TF_FUNCTION and arguments:
            return made.but(definition=arguments[0].definition)
        if effect.kind is Kind.DISTRIBUTION:
            return distribution(run, made, everything)
        if effect.kind is Kind.METRIC:
            return made_metric(made, run.place(node), arguments, keywords)
        if effect.kind is Kind.LOADER:
            return with_workers(made, arguments, keywords)
        if effect.kind is Kind.CRITERION:
            made = criterion_with(made, name, keywords)
        made = constructed(run, node, holding(made, arguments))
        return several(made, effect) if effect.parts else made
    if gives is Gives.NEW_TENSOR:
        return new_tensor(run, node, effect, arguments, keywords)
    made = with_graph_of(
        run,
        node,
        everything,
        name=name.rpartition(".")[2],
        scalar=elements_of(name, arguments, keywords)
        if effect.scalar or name.startswith(METRIC_FUNCTIONS)
        else Scalar.OPEN,
    )
    if made.kind is Kind.TENSOR and effect.kind is Kind.OUTPUT:
        return made.but(kind=Kind.OUTPUT, storage=UNSEEN)
    return pair(made, tensor(Graph.DETACHED, storage=WHOLE_NUMBERS)) if effect.pair else made


def _grad_switch(
    run: Run,
    node: ast.Call,
    effect: Effect,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value:
    """A switch of the grad mode; its constant is the mode that it sets, None where unknown.

    `set_grad_enabled` acts when it is called; a `with` of it puts back what was before.
    """
    setting: object = effect.grad
    mode = arguments[0] if arguments else keywords.get("mode")
    if effect.grad is None:
        setting = mode.constant if mode is not None else None
        if not isinstance(run.statement, (ast.With, ast.AsyncWith)):
            run.state.grad = grad_mode(setting)
    elif mode is not None and mode.kind is not Kind.FUNCTION:
        # `inference_mode(False)` leaves recording on.
        setting = effect.grad if mode.constant is True else None
    return Value(Kind.CONTEXT, name="grad", constant=setting)


def _module_call(run: Run, node: ast.Call, module: Value, arguments: list[Value]) -> Value:
    """A network or a criterion called for its output."""
    if module.kind is Kind.CRITERION:
        result = with_graph_of(run, node, arguments, scalar=elements_by(module))
        return result.but(certainty=result.certainty.weaker(module.certainty))
    return forward_call(run, node, path_of(node.func), module, arguments)
