"""LT019 layer-or-model-hoards-call-tensors."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Keeping, Kind
from leakwise.rule import (
    Example,
    GeneralSmell,
    Link,
    Negative,
    Practice,
    RelatedPlace,
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.keepers import in_known_container
from leakwise_rules.wording import is_attribute, shown

_LIST = "builtins.list"


class LayerOrModelHoardsCallTensors(Rule):
    """A layer or model appends its inputs or outputs to a list of its own in each call.

    ## Why it leaks

    A layer, like a loss, lives as long as its model. What `call` appends to an attribute stays
    there: run eagerly one tensor for each call, under `fit` or in a `tf.function` a symbolic
    tensor, with its whole graph, for each trace.

    Fifty eager calls of a layer that kept its outputs left 51 tensors and 36 MiB; under `fit` three
    symbolic tensors, one for each trace.

    ## Best practice

    Return intermediate tensors from `call`, or build a second model with these outputs.

    ## When it is not a leak

    A list that `call` makes and returns goes with the call. Losses and metrics have `add_loss` and
    metric objects. Layers that `__init__` or `build` append are made once. A list that each call
    begins anew holds one call.
    """

    code = "LT019"
    name = "layer-or-model-hoards-call-tensors"
    message = (
        "`{holder}` keeps `{value}` of every call for as long as the layer or model lives; "
        "return it instead."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNBOUNDED_ACCUMULATION
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    supersedes = ("LT007",)
    akin = ("LP017",)
    practices = (
        Practice(
            "BP69",
            "Return intermediate tensors from `call` (or build a second output model) instead of "
            "storing them on the layer.",
        ),
    )
    links = (
        Link(
            "TensorFlow: better performance with tf.function, leaking tensors",
            "https://www.tensorflow.org/guide/function",
        ),
        Link(
            "Symbolic tensors of dropped models that stayed alive",
            "https://github.com/keras-team/keras/issues/19058",
        ),
    )
    examples = (
        Example(
            bad="""
                import keras

                class Block(keras.layers.Layer):
                    def __init__(self):
                        super().__init__()
                        self.dense = keras.layers.Dense(64)
                        self.maps = []

                    def call(self, x):
                        y = self.dense(x)
                        self.maps.append(y)  # leak
                        return y
            """,
            good="""
                import keras

                class Block(keras.layers.Layer):
                    def __init__(self):
                        super().__init__()
                        self.dense = keras.layers.Dense(64)

                    def call(self, x, return_map=False):
                        y = self.dense(x)
                        return (y, y) if return_map else y
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Classifier(tf.keras.Model):
                    def __init__(self, backbone):
                        super().__init__()
                        self.backbone = backbone
                        self.attention = {}
                        self.calls = 0

                    def call(self, inputs, training=None):
                        self.calls += 1
                        weights = tf.nn.softmax(self.backbone(inputs, training=training))
                        self.attention[self.calls] = weights  # leak
                        return tf.reduce_sum(weights * inputs, axis=-1)
            """,
            good="""
                import tensorflow as tf

                class Classifier(tf.keras.Model):
                    def __init__(self, backbone):
                        super().__init__()
                        self.backbone = backbone

                    def call(self, inputs, training=None):
                        weights = tf.nn.softmax(self.backbone(inputs, training=training))
                        return tf.reduce_sum(weights * inputs, axis=-1), weights
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Projection(tf.Module):
                    def __init__(self, size):
                        self.weight = tf.Variable(tf.random.normal([size, size]))
                        self.seen = []

                    def __call__(self, x):
                        self.seen += [x]  # leak
                        return tf.matmul(x, self.weight)
            """,
            good="""
                import tensorflow as tf

                class Projection(tf.Module):
                    def __init__(self, size):
                        self.weight = tf.Variable(tf.random.normal([size, size]))

                    def __call__(self, x):
                        return tf.matmul(x, self.weight)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from tensorflow.keras import layers

                class Encoder(layers.Layer):
                    def __init__(self):
                        super().__init__()
                        self.blocks = [layers.Dense(8) for _ in range(4)]
                        self.hidden = []

                    def remember(self, x):
                        self.hidden.append(x)  # leak

                    def call(self, x):
                        for block in self.blocks:
                            gate = layers.Activation("sigmoid")(block(x))
                            self.remember(gate)
                            x = x * gate
                        return x
            """,
            good="""
                from tensorflow.keras import layers

                class Encoder(layers.Layer):
                    def __init__(self):
                        super().__init__()
                        self.blocks = [layers.Dense(8) for _ in range(4)]

                    def call(self, x):
                        gates = []
                        for block in self.blocks:
                            gate = layers.Activation("sigmoid")(block(x))
                            gates.append(gate)
                            x = x * gate
                        return x, gates
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="A list has as many slots as before.",
            code="""
                import tensorflow as tf

                class Balanced(tf.keras.losses.Loss):
                    def __init__(self):
                        super().__init__()
                        self.weights = [tf.constant(1.0) for _ in range(3)]

                    def call(self, wanted, given):
                        total = 0.0
                        for i in range(3):
                            loss = tf.reduce_mean(tf.abs(wanted[i] - given[i]))
                            total += self.weights[i] * loss
                            self.weights[i] = self.weights[i] * 0.99 + 0.01 / loss
                        return total
            """,
        ),
        Negative(
            why="The list is made in the call and returned.",
            code="""
                import keras

                class Pyramid(keras.layers.Layer):
                    def __init__(self):
                        super().__init__()
                        self.blocks = [keras.layers.Dense(8) for _ in range(3)]

                    def call(self, x):
                        maps = []
                        for block in self.blocks:
                            x = block(x)
                            maps.append(x)
                        return maps
            """,
        ),
        Negative(
            why="Layers are appended while the layer is built.",
            code="""
                import keras

                class Stack(keras.layers.Layer):
                    def __init__(self, depth):
                        super().__init__()
                        self.blocks = []
                        for _ in range(depth):
                            self.blocks.append(keras.layers.Dense(8))

                    def build(self, shape):
                        self.scales = []
                        self.scales.append(self.add_weight(shape=(8,)))
            """,
        ),
        Negative(
            why="Losses, metrics and variables have places of their own.",
            code="""
                import keras

                class Regularized(keras.layers.Layer):
                    def __init__(self):
                        super().__init__()
                        self.mean = keras.metrics.Mean()
                        self.total = keras.Variable(0.0, trainable=False)

                    def call(self, x):
                        self.add_loss(keras.ops.mean(x))
                        self.mean.update_state(x)
                        self.total.assign(keras.ops.sum(x))
                        return x
            """,
        ),
        Negative(
            why="Each call begins a new list.",
            code="""
                import keras

                class Watched(keras.layers.Layer):
                    def __init__(self):
                        super().__init__()
                        self.dense = keras.layers.Dense(8)

                    def call(self, x):
                        self.maps = []
                        x = self.dense(x)
                        self.maps.append(x)
                        return x
            """,
        ),
        Negative(
            why="Shapes and names are small.",
            code="""
                import keras

                class Shapes(keras.layers.Layer):
                    def __init__(self):
                        super().__init__()
                        self.shapes = []

                    def call(self, x):
                        self.shapes.append(x.shape)
                        return x
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if body.instance_name is None or not body.may_gather:
            return
        direct = body.is_keras_step
        if not direct and not any(one.is_keras_step for one in body.file_bodies(body.name or "")):
            return
        own = [one for one in body.keepings if one.holder.startswith(f"{body.instance_name}.")]
        if not own:
            return
        kept = [one for one in own if direct or one.stored.kind is Kind.TF_TENSOR]
        if not kept or not (direct or any(one.is_keras_step for one in body.callers())):
            return
        for keeping in kept:
            path, stored = keeping.holder, keeping.stored
            certainty = body.tensor_in_trace(stored)
            if certainty is None or keeping.through:
                continue
            if is_attribute(keeping.stored_text) or _is_slot(keeping):
                continue
            holder = body.holder(keeping)
            if holder is None or holder.bounded_in_one_training or not in_known_container(keeping):
                continue
            yield self.report(
                keeping.place,
                RelatedPlace(body.place, "It runs in every call of the layer or model."),
                certainty=certainty,
                holder=shown(path, 24),
                value=shown(keeping.stored_text),
            )


def _is_slot(keeping: Keeping) -> bool:
    """Whether it takes the place of what was there: of a list's element, or of what it is made of
    itself."""
    return keeping.how == "item" and (
        keeping.holder_value.name == _LIST or keeping.holder in keeping.stored.sources
    )
