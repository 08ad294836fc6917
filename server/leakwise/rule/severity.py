"""How much what is found hurts."""

from enum import StrEnum


class Severity(StrEnum):
    """How much it hurts: error = fails or grows until it dies, warning = grows,
    information = waste that does not grow, hint = a matter of taste."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"
