"""Resources that leave the body that took them: somebody else may release them."""

import pytest

from tests.facts.reading import bodies, indented
from tests.facts.resource_head import HEAD

HANDED = {
    "returned": """
        return net.register_forward_hook(hook)
    """,
    "returned in a list": """
        return [layer.register_forward_hook(hook) for layer in net.modules()]
    """,
    "returned with others": """
        writer = SummaryWriter()
        return 1, writer
    """,
    "returned under a key": """
        figures = {}
        figures["a"] = plt.figure()
        return figures
    """,
    "returned with an object": """
        made = Unknown()
        made.writer = SummaryWriter()
        return made
    """,
    "the axes of a figure": """
        figure, axes = plt.subplots()
        return axes
    """,
    "yielded": """
        yield SummaryWriter()
    """,
    "passed to unknown code": """
        work(SummaryWriter())
    """,
    "kept by an object": """
        return Unknown(SummaryWriter())
    """,
    "released at exit": """
        writer = SummaryWriter()
        atexit.register(writer.close)
    """,
    "released at exit by a lambda": """
        writer = SummaryWriter()
        atexit.register(lambda: writer.close())
    """,
    "a stack calls it back": """
        handle = net.register_forward_hook(hook)
        stack = ExitStack()
        stack.callback(handle.remove)
    """,
    "a function inside releases it": """
        writer = SummaryWriter()
        def done():
            writer.close()
        return done
    """,
    "stored on an argument": """
        net.handle = net.register_forward_hook(hook)
    """,
    "put into an argument": """
        batches.append(net.register_forward_hook(hook))
    """,
    "put under a key of an argument": """
        named["hook"] = net.register_forward_hook(hook)
    """,
    "under a key, to a function that may release it": """
        handle = net.register_forward_hook(hook)
        perhaps_off({"net": net, "handle": handle}["handle"])
    """,
    "given back by a function": """
        handle = net.register_forward_hook(hook)
        again = itself(handle)
        again.remove()
    """,
    "unpacked for a function": """
        handles = [net.register_forward_hook(hook)]
        off(*handles)
    """,
    "unpacked by keyword for a function": """
        off(**{"handle": net.register_forward_hook(hook)})
    """,
    "a function that may release it": """
        handle = net.register_forward_hook(hook)
        perhaps_off(handle)
    """,
    "splatted": """
        handles = [net.register_forward_hook(hook)]
        work(*handles)
    """,
}


@pytest.mark.parametrize("name", HANDED)
def test_what_others_may_release_is_not_lost(name: str) -> None:
    body = bodies(HEAD + indented(HANDED[name]))["body"]
    assert [body.fate(one).lost for one in body.acquisitions] == [False]
    assert body.fate(body.acquisitions[0]).handed
