"""On which paths a resource is released: each case is a function's body and the answer."""

import pytest

from leakwise.facts import Release
from tests.facts.reading import bodies, indented
from tests.facts.released_programs import ALWAYS, NORMALLY
from tests.facts.resource_head import HEAD

SOMETIMES = {
    "early return": """
        handle = net.register_forward_hook(hook)
        if net(batches) is None:
            return None
        handle.remove()
        return 1
    """,
    "one branch": """
        handle = net.register_forward_hook(hook)
        net(batches)
        if flag:
            handle.remove()
    """,
    "only the last one": """
        for batch in batches:
            handle = net.register_forward_hook(hook)
            net(batch)
        handle.remove()
    """,
    "continue goes round it": """
        for batch in batches:
            handle = net.register_forward_hook(hook)
            if net(batch) is None:
                continue
            handle.remove()
    """,
    "break goes round it": """
        for batch in batches:
            handle = net.register_forward_hook(hook)
            if net(batch) is None:
                break
            handle.remove()
    """,
    "only in a handler": """
        handle = net.register_forward_hook(hook)
        try:
            net(batches)
        except Exception:
            handle.remove()
    """,
    "only where nothing was raised, and then it goes on": """
        handle = net.register_forward_hook(hook)
        try:
            net(batches)
            handle.remove()
        except ValueError:
            pass
    """,
    "one case of a match": """
        writer = SummaryWriter()
        match work(1):
            case 1:
                writer.close()
            case _:
                pass
    """,
    "return in try without finally": """
        writer = SummaryWriter()
        try:
            return work(1)
        except ValueError:
            writer.close()
    """,
}
NEVER = {
    "dropped": """
        net.register_forward_hook(hook)
        net(batches)
    """,
    "bound": """
        handle = net.register_forward_hook(hook)
        net(batches)
    """,
    "another one": """
        handle = net.register_forward_hook(hook)
        other = Unknown()
        other.remove()
    """,
    "removed from a list, not taken off": """
        handles = []
        handle = net.register_forward_hook(hook)
        handles.append(handle)
        handles.remove(handle)
    """,
    "used by a function of the file": """
        writer = SummaryWriter()
        log(writer, 1)
        log_on(writer, step=2)
    """,
    "released before": """
        handle = None
        off(handle)
        handle = net.register_forward_hook(hook)
    """,
    "a function inside uses it": """
        writer = SummaryWriter()
        def note(step):
            writer.add_scalar("a", step)
        note(1)
    """,
    "drawn on": """
        figure, axes = plt.subplots()
        work(axes)
    """,
    "its results go on": """
        executor = ThreadPoolExecutor()
        return executor.submit(work, 1).result()
    """,
    "left by a with that does not close it": """
        writer = SummaryWriter()
        with torch.no_grad():
            writer.add_scalar("a", 1)
    """,
}
GRADES = {
    **{name: (code, Release.ALWAYS) for name, code in ALWAYS.items()},
    **{f"normally: {name}": (code, Release.NORMALLY) for name, code in NORMALLY.items()},
    **{f"sometimes: {name}": (code, Release.SOMETIMES) for name, code in SOMETIMES.items()},
    **{f"never: {name}": (code, Release.NEVER) for name, code in NEVER.items()},
}


@pytest.mark.parametrize("name", GRADES)
def test_paths_that_release(name: str) -> None:
    code, expected = GRADES[name]
    body = bodies(HEAD + indented(code))["body"]
    assert {body.release(one) for one in body.acquisitions} == {expected}


@pytest.mark.parametrize("name", GRADES)
def test_what_is_not_released_is_lost(name: str) -> None:
    code, grade = GRADES[name]
    body = bodies(HEAD + indented(code))["body"]
    assert {body.fate(one).lost for one in body.acquisitions} == {grade < Release.NORMALLY}
