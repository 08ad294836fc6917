"""What rules about metrics share: which calls give them a batch, and what may reset them."""

from leakwise.facts import BodyFacts, CallSite, Kind, Value
from leakwise.facts.apis.metrics import resets_itself_alone

_RESET = "reset"
_UPDATES = frozenset({"update", "forward"})


def may_be_reset(body: BodyFacts, metric: Value) -> bool:
    """Whether something of the file may reset a metric: what is not known may be one."""
    for one in body.file_bodies(_RESET):
        calls = one.method_calls(_RESET)
        if not calls or any(not _is_of_another(one, site, metric) for site in calls):
            return True
    return False


def _is_of_another(body: BodyFacts, site: CallSite, metric: Value) -> bool:
    """Whether a call resets an object of a class of this file, the one whose method it is, or a
    metric of another class than this one."""
    other = site.receiver_value
    if other.kind is Kind.METRIC and other.name is not None:
        same = _class_name(other) == _class_name(metric)
        return not same and resets_itself_alone(other.name)
    own = site.receiver is not None and site.receiver == body.instance_name
    return own or other.kind is Kind.INSTANCE


def _class_name(metric: Value) -> str:
    return (metric.name or "").rpartition(".")[2]


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
