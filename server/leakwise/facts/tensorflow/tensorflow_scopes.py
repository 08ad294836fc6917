"""What rules ask of a body about TensorFlow: what traces it, what its calls run, and whether its
file builds graphs for sessions."""

import re
from typing import TYPE_CHECKING

from leakwise.facts.tensorflow import graph_mode, published, traced
from leakwise.facts.tensorflow.asked_rows import asker_of_rows
from leakwise.facts.tensorflow.lengthened import lengthened_in
from leakwise.facts.tensorflow.traced import TfFunction
from leakwise.facts.terms.events import Argument, CallSite, Loop
from leakwise.facts.terms.values import Certainty, Value

if TYPE_CHECKING:
    from leakwise.facts.code.definitions import Definition
    from leakwise.facts.module import ModuleFacts


_UPDATING = re.compile("(?:soft_?|hard_?)?(?:update|sync)")


class TensorflowScopes:
    """The part of a body's facts that tells of functions, graphs and sessions of TensorFlow."""

    module: "ModuleFacts"
    definition: "Definition"

    @property
    def uses_tf_functions(self) -> bool:
        """Whether `tf.function` may stand in this file; asking costs no interpretation."""
        words = self.module.names.words_for((traced.TF_FUNCTION,))
        return self.module.facts(self.definition).file_mentions(*words)

    @property
    def published_networks(self) -> tuple[CallSite, ...]:
        """The calls here that build a network of `keras.applications` with its published weights.
        Asking costs no interpretation where none of its names stands in the body."""
        return published.published_networks(self.module, self.definition)

    def tf_function(self, site: CallSite) -> TfFunction | None:
        """The `tf.function` that a call of this body runs; None where it runs none."""
        return traced.called_tf_function(self.module, self.definition, site)

    def asker_of_rows(self, argument: Argument) -> "Definition | None":
        """The public method of an estimator of this file that is asked about any number of rows,
        and hands these on, whole, to an argument of a call of this body."""
        return asker_of_rows(self.module, self.definition, argument)

    def lengthened_in(self, site: CallSite, argument: Argument) -> Loop | None:
        """The loop round a call whose rounds each make an argument longer, which is a name."""
        name = argument.path or ""
        return lengthened_in(self.module, self.definition, name, site.loops)

    def tensor_in_trace(self, value: Value) -> Certainty | None:
        """How sure it is that a value of this body, which TensorFlow traces, is a symbolic tensor;
        None where it is none, or nothing tells."""
        return traced.tensor_in_trace(value)

    def outlives_trace(self, path: str) -> bool:
        """Whether what is put at a path stays when TensorFlow has traced the function that this
        body stands in: its root is a name of neither."""
        return traced.outlives_trace(self.module, self.definition, path)

    @property
    def is_keras_step(self) -> bool:
        """Whether this is a method that Keras runs in each step, such as `call`, of a layer or
        model of this file."""
        return traced.is_keras_step(self.module, self.definition)

    @property
    def is_traced(self) -> bool:
        """Whether TensorFlow traces this body: it stands in a `tf.function` or in a method that
        Keras compiles, and the file does not ask to run these eagerly."""
        if not traced.uses_tensorflow(self.module):
            return False
        if traced.runs_eagerly(self.module, self.definition):
            return False
        return traced.tracing(self.module, self.definition) is not None or (
            self.definition.is_function and traced.wrapped_elsewhere(self.module, self.definition)
        )

    @property
    def builds_graphs(self) -> bool:
        """Whether this file builds graphs that sessions run, as TensorFlow 1 does."""
        return graph_mode.builds_graphs(self.module, self.definition)

    def session_runs(self) -> tuple[tuple[CallSite, Certainty], ...]:
        """The calls here that run a session, and how sure that is."""
        methods = ("run", "eval") if traced.uses_tensorflow(self.module) else ("run",)
        found = (
            (site, graph_mode.runs_session(self.module, self.definition, site))
            for site in self.module.facts(self.definition).method_calls(*methods)
        )
        return tuple((site, certainty) for site, certainty in found if certainty is not None)

    @property
    def updates_by_name(self) -> bool:
        """Whether a method's name says that it brings something up to date, as an agent does with
        its target network again and again."""
        return _UPDATING.match((self.definition.name or "").lstrip("_")) is not None

    @property
    def graph_may_be_finalized(self) -> bool:
        """Whether the graph here may take no more operations: not where only methods of another
        class, whose objects have graphs of their own, finalize one."""
        own = self.definition.parent
        finalizing = self.module.scopes.mentioning("finalize")
        return any(not one.is_method or one.parent is own for one in finalizing)

    @property
    def runs_once_for_graph(self) -> bool:
        """Whether all that call this function in this file begin a graph for it, or build one
        themselves and run nothing: it adds to each graph once."""
        return graph_mode.runs_once_for_graph(self.module, self.definition)

    def begins_graph(self, loop: Loop | None = None) -> bool:
        """Whether this body, or one loop of it, begins a graph of its own, directly or in functions
        of this file."""
        return graph_mode.begins_graph(self.module, self.definition, loop)

    def adds_operations(self, site: CallSite) -> bool:
        """Whether a call adds operations to the graph, where graphs are built for sessions."""
        return graph_mode.adds_operations(self.module, site)

    def runs_result(self, run: CallSite, site: CallSite) -> bool:
        """Whether a session is given to run, in the call `run`, what a call of this body gave, or
        what is made from that."""
        return graph_mode.runs_result(self.module, self.definition, run, site)

    def fetches_new_operation(self, run: CallSite, argument: Argument) -> bool:
        """Whether an argument of a session's `run` is made there by an operator or an update of a
        variable, which adds an operation too."""
        return graph_mode.fetches_new_operation(self.module, self.definition, run, argument)
