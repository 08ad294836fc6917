"""What rules about metrics share: which calls give them a batch, and what may reset them."""

from leakwise.facts import BodyFacts, CallSite, Kind, Value

_RESET = "reset"
_UPDATES = frozenset({"update", "forward"})


def may_be_reset(body: BodyFacts) -> bool:
    """Whether something of the file may reset a metric: what is not known may be one."""
    for one in body.file_bodies(_RESET):
        calls = one.method_calls(_RESET)
        if not calls or any(not _is_of_another(one, site) for site in calls):
            return True
    return False


def _is_of_another(body: BodyFacts, site: CallSite) -> bool:
    """Whether a call resets an object of a class of this file, or the one whose method it is."""
    own = site.receiver is not None and site.receiver == body.instance_name
    return own or site.receiver_value.kind is Kind.INSTANCE


def updated(site: CallSite) -> tuple[Value | None, str]:
    """The metric that a call gives a batch to, where it keeps all of them, and its path."""
    if site.value.kind is Kind.METRIC:
        metric, path = site.value, site.callee
    elif site.method in _UPDATES:
        metric, path = site.receiver_value, site.receiver or ""
    else:
        return None, ""
    keeps = metric.kind is Kind.METRIC and metric.constant is True
    return (metric, path) if keeps and path else (None, "")
