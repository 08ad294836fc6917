"""numpy, pandas and Python's number modules by what their calls give.

Sources: https://numpy.org/doc/stable/reference, https://pandas.pydata.org/docs/reference,
https://docs.python.org/3/library/math.html, /random.html, /time.html.
"""

from leakwise.facts.apis.effects import NUMBER, OTHER, READ, Effect, effects, result
from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.values import Kind

ARRAY = result(Kind.ARRAY)

CALLS: dict[str, Effect] = {
    **effects(
        OTHER,
        "numpy.",
        "save savez savez_compressed savetxt seterr errstate printoptions set_printoptions dtype "
        "finfo iinfo random.seed random.default_rng random.RandomState testing.assert_allclose "
        "shape ndim isscalar iterable issubdtype",
    ),
    **effects(NUMBER, "random.", "random uniform randint randrange gauss normalvariate"),
    **effects(NUMBER, "time.", "time perf_counter monotonic process_time time_ns"),
    "numpy.load": READ,
    "pandas.DataFrame": ARRAY,
    "pandas.Series": ARRAY,
    "pandas.to_datetime": ARRAY,
    "pandas.concat": ARRAY,
    "pandas.merge": ARRAY,
}
# Any other function in lower case of these modules gives the effect.
PREFIXES: dict[str, Effect] = {
    "numpy.": ARRAY,
    "numpy.random.": ARRAY,
    "numpy.linalg.": ARRAY,
    "numpy.fft.": ARRAY,
    "numpy.ma.": ARRAY,
    "pandas.read_": ARRAY,
    "math.": NUMBER,
}
ARRAY_COPIES = words("numpy.copy numpy.array numpy.asarray numpy.ascontiguousarray numpy.squeeze")
"""Of an array, these give the same numbers."""
# https://numpy.org/doc/stable/reference/random/legacy.html: without a size they give one number.
DRAWS = {
    **dict.fromkeys(words("numpy.random.randint numpy.random.uniform numpy.random.normal"), 2),
    **dict.fromkeys(words("numpy.random.random numpy.random.rand numpy.random.randn"), 0),
}
"""By function: how many arguments stand before the size."""
JOINS = words("numpy.concatenate numpy.hstack numpy.vstack numpy.stack")
"""Of several arrays, these give one with the numbers of all."""
# Hand on objects of Python that they were given.
OPAQUE = frozenset({"numpy.vectorize", "numpy.frompyfunc", "numpy.nditer"})
