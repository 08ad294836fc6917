"""Bodies that release what they take: on every path, and on every path that raises nothing."""

ALWAYS = {
    "finally": """
        handle = net.register_forward_hook(hook)
        try:
            net(batches)
        finally:
            handle.remove()
    """,
    "with": """
        with net.register_forward_hook(hook):
            net(batches)
    """,
    "with, named": """
        with SummaryWriter() as writer:
            writer.add_scalar("a", 1)
    """,
    "with, taken before": """
        handle = net.register_forward_hook(hook)
        with handle:
            net(batches)
    """,
    "contextlib.closing": """
        with closing(SummaryWriter()) as writer:
            work(1)
    """,
    "an ExitStack": """
        with ExitStack() as stack:
            for layer in net.modules():
                stack.enter_context(layer.register_forward_hook(hook))
            net(batches)
    """,
    "several in one with": """
        with open(path) as source, SummaryWriter() as writer:
            work(source)
    """,
    "all handles, in finally": """
        handles = [layer.register_forward_hook(hook) for layer in net.modules()]
        try:
            net(batches)
        finally:
            for handle in handles:
                handle.remove()
    """,
    "by a function of the file, in finally": """
        handles = []
        try:
            for layer in net.modules():
                handles.append(layer.register_forward_hook(hook))
            net(batches)
        finally:
            all_off(handles)
    """,
    "nothing happens between": """
        handle = net.register_forward_hook(hook)
        handle.remove()
    """,
    "try inside a with": """
        with torch.no_grad():
            handle = net.register_forward_hook(hook)
            try:
                return net(batches)
            finally:
                handle.remove()
    """,
    "every exception is caught and the rest goes on": """
        handle = net.register_forward_hook(hook)
        try:
            net(batches)
        except Exception:
            pass
        handle.remove()
    """,
}
NORMALLY = {
    "at the end": """
        handle = net.register_forward_hook(hook)
        net(batches)
        handle.remove()
    """,
    "before each return": """
        handle = net.register_forward_hook(hook)
        net(batches)
        if flag:
            handle.remove()
            return 1
        handle.remove()
        return 2
    """,
    "in both branches": """
        writer = SummaryWriter()
        if flag:
            work(1)
            writer.close()
        else:
            writer.close()
    """,
    "by an alias": """
        handle = net.register_forward_hook(hook)
        other = handle
        net(batches)
        other.remove()
    """,
    "by another function": """
        handle = net.register_forward_hook(hook)
        net(batches)
        off(handle)
    """,
    "by a function that is given it under a key": """
        handle = net.register_forward_hook(hook)
        net(batches)
        first_off({"handle": handle, "count": 1})
    """,
    "by a function that is given any number": """
        first, last = net.register_forward_hook(hook), net.register_forward_hook(hook)
        net(batches)
        many_off(first, last=last)
    """,
    "by a function that calls another": """
        handle = net.register_forward_hook(hook)
        net(batches)
        off_on(handle)
    """,
    "in a dict": """
        handles = {}
        for name, layer in net.named_modules():
            handles[name] = layer.register_forward_hook(hook)
        net(batches)
        for handle in handles.values():
            handle.remove()
    """,
    "in a list of handles": """
        handles = []
        for layer in net.modules():
            handles.append(layer.register_forward_hook(hook))
        net(batches)
        for handle in handles:
            handle.remove()
    """,
    "taken from a list": """
        handles = []
        for layer in net.modules():
            handles.append(layer.register_forward_hook(hook))
        net(batches)
        while handles:
            handles.pop().remove()
    """,
    "in a comprehension": """
        handles = [layer.register_forward_hook(hook) for layer in net.modules()]
        net(batches)
        [handle.remove() for handle in handles]
    """,
    "each round": """
        for batch in batches:
            handle = net.register_forward_hook(hook)
            net(batch)
            handle.remove()
    """,
    "the one of the round before": """
        handle = None
        for batch in batches:
            if handle is not None:
                handle.remove()
            handle = net.register_forward_hook(hook)
            net(batch)
        if handle:
            handle.remove()
    """,
    "under the condition under which it was taken": """
        if flag:
            handle = net.register_forward_hook(hook)
        net(batches)
        if flag:
            handle.remove()
    """,
    "once, in a loop": """
        writer = None
        for batch in batches:
            if writer is None:
                writer = SummaryWriter()
            writer.add_scalar("a", 1)
        if writer is not None:
            writer.close()
    """,
    "where what came with it is": """
        figure, axes = None, None
        for batch in batches:
            if axes is None:
                figure, axes = plt.subplots()
            axes.plot(batch)
        if axes is not None:
            plt.close(figure)
    """,
    "bound in the condition": """
        if (source := open(path)):
            work(1)
            source.close()
    """,
    "unless it could not be opened": """
        video = cv2.VideoCapture(path)
        if not video.isOpened():
            return None
        video.release()
    """,
    "where there is one": """
        handle = None
        if flag:
            handle = net.register_forward_hook(hook)
        net(batches)
        if handle is not None:
            handle.remove()
    """,
    "unless there is none": """
        handle = net.register_forward_hook(hook) if flag else None
        net(batches)
        if not handle:
            return
        handle.remove()
    """,
    "an explicit raise": """
        handle = net.register_forward_hook(hook)
        if net(batches) is None:
            raise ValueError
        handle.remove()
    """,
    "the process ends": """
        writer = SummaryWriter()
        if work(1):
            sys.exit(1)
        writer.close()
    """,
    "before break and after the loop": """
        writer = SummaryWriter()
        while True:
            if work(1):
                writer.close()
                break
    """,
    "of a tuple": """
        first, second = net.register_forward_hook(hook), SummaryWriter()
        net(batches)
        first.remove()
        second.close()
    """,
    "every figure": """
        figure, axes = plt.subplots()
        work(1)
        plt.close("all")
    """,
    "this figure": """
        figure = plt.figure()
        work(1)
        plt.close(figure)
    """,
    "a pool joined": """
        pool = Pool(4)
        results = pool.map(work, batches)
        pool.close()
        pool.join()
        return results
    """,
    "an executor": """
        executor = ThreadPoolExecutor()
        executor.submit(work, 1)
        executor.shutdown(wait=False)
    """,
    "one exception is caught": """
        handle = net.register_forward_hook(hook)
        try:
            net(batches)
        except ValueError:
            handle.remove()
            raise
        handle.remove()
    """,
    "in each case of a match": """
        writer = SummaryWriter()
        match work(1):
            case 1:
                writer.close()
            case _:
                writer.close()
    """,
}
