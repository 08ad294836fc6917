"""How a file writes the modes that switch recording off, and whether callers may."""

from leakwise.facts import BodyFacts, GradMode
from leakwise.rule import Finding, FixContext
from leakwise.text import Edit

_MODES = ("no_grad", "inference_mode")
_FOR_GOOD = ("set_grad_enabled",)
"""What switches recording off until it is switched on again, where no `with` enters it."""


def spellings(body: BodyFacts) -> dict[str, str]:
    """How this file writes each mode; one that it has no name for is left out."""
    written = {mode: body.spelling(f"torch.{mode}") for mode in _MODES}
    return {mode: spelling for mode, spelling in written.items() if spelling}


def mode_call(
    finding: Finding, context: FixContext, mode: str = "no_grad"
) -> tuple[str, tuple[Edit, ...]]:
    """The call that switches recording off, as the finding's notes spell it, and the edits that
    import it where the file cannot name it yet."""
    if spelling := finding.notes.get(mode):
        return f"{spelling}()", ()
    return f"torch.{mode}()", context.ensure_import("torch")


def runs_recorded(body: BodyFacts) -> bool:
    """Whether no caller is known, or suspected, to switch recording off, nor the constructor of its
    object. Ask it last: other files may be read for it."""
    class_ = body.definition.parent
    if class_ is not None and class_.is_class:
        begins = body.module.method(class_, "__init__")
        if begins not in (None, body.definition) and begins.mentions(_FOR_GOOD):
            return False
    return body.callers_grad() not in (GradMode.OFF, GradMode.UNKNOWN)
