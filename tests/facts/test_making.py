"""Objects that are made quickly are as their class makes them without that."""

from dataclasses import FrozenInstanceError, dataclass, field, fields

import pytest

from leakwise.facts.terms.making import quickly_made


@dataclass(frozen=True, slots=True)
class _Base:
    first: int


@dataclass(frozen=True, slots=True)
class _Usual(_Base):
    second: str
    third: tuple[int, ...] = ()
    names: dict[str, int] = field(default_factory=dict)


@quickly_made
@dataclass(frozen=True, slots=True)
class _Quick(_Base):
    second: str
    third: tuple[int, ...] = ()
    names: dict[str, int] = field(default_factory=dict)


def parts(one: object) -> list[object]:
    return [getattr(one, each.name) for each in fields(one)]  # type: ignore[arg-type]


def test_fields_are_given_by_position_by_name_and_by_default() -> None:
    for positional, named in (
        ((1, "a"), {}),
        ((1,), {"second": "b", "third": (2,)}),
        ((1, "a", (3,), {"x": 1}), {}),
    ):
        usual, quick = _Usual(*positional, **named), _Quick(*positional, **named)  # type: ignore[arg-type]
        assert parts(quick) == parts(usual)
    assert _Quick(1, "a") == _Quick(first=1, second="a")
    assert _Quick(1, "a").names is not _Quick(1, "a").names


def test_what_is_missing_or_changed_raises() -> None:
    with pytest.raises(TypeError):
        _Quick(1)  # type: ignore[call-arg]
    with pytest.raises(FrozenInstanceError):
        _Quick(1, "a").first = 2  # type: ignore[misc]
