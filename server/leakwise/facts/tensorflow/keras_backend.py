"""On which backend a file says that Keras runs.

Source: https://keras.io/getting_started/#configuring-your-backend.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

VARIABLE = "KERAS_BACKEND"
SETTERS = frozenset({"setdefault", "putenv", "set_backend"})
OTHERS = ("torch", "jax", "numpy", "openvino")


def backend_word(name: str) -> str:
    """The word under which the names of a file hold that it sets Keras' backend to `name`."""
    return f"{VARIABLE}={name}"


def runs_on_tensorflow(module: "ModuleFacts") -> bool:
    """Whether Keras is TensorFlow's here: no line of the file sets another backend."""
    return not any(module.scopes.mentioned(backend_word(name)) for name in OTHERS)
