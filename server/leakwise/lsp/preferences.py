"""What the user wants of the editor's features, beside what is checked."""

from dataclasses import dataclass

HOVER = "hover"
INLAY_HINTS = "inlayHints"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The features that can be switched, as the editor's settings name them."""

    hover: bool = True
    """Whether hovering tells what is known of a value, where there is no finding."""
    inlay_hints: bool = False
    """Whether assignments whose values carry a graph are marked."""

    @classmethod
    def from_options(cls, options: object) -> "Preferences":
        """Reads them from the editor's settings of Leakwise; what is not there stays as it is by
        default. They may stand below `settings`, where editors also keep what is checked."""
        held = options if isinstance(options, dict) else {}
        inner = held.get("settings")
        if isinstance(inner, dict):
            held = {**held, **inner}
        return cls(
            hover=_switch(held.get(HOVER), cls().hover),
            inlay_hints=_switch(held.get(INLAY_HINTS), cls().inlay_hints),
        )


def _switch(value: object, default: bool) -> bool:
    if isinstance(value, dict):
        value = value.get("enable")
    return value if isinstance(value, bool) else default
