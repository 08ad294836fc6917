"""Lists of names, written as text."""


def words(text: str) -> frozenset[str]:
    """Names separated by white space."""
    return frozenset(text.split())
