"""Processes, threads, pools of them and groups of processes that train together."""

from dataclasses import replace

from leakwise.facts.apis.held import NOTHING, Resource, named
from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.values import Kind

# https://docs.python.org/3/library/multiprocessing.html, /concurrent.futures.html, /threading.html,
# /subprocess.html; https://docs.pytorch.org/docs/stable/multiprocessing.html;
# https://joblib.readthedocs.io. Pools end with their last reference, though Python
# warns.
POOL = Resource(
    Kind.POOL,
    "pool of processes",
    "processes and pipes",
    release=words("close terminate shutdown"),
)
_THREADS = replace(POOL, noun="pool of threads", holds="threads")
PROCESS = Resource(
    Kind.PROCESS,
    "process",
    "a process",
    release=words("join terminate kill close"),
    with_releases=False,
    freed_when_dropped=False,
    started_by=words("start"),
)
_CONCURRENCY = {
    **named(
        POOL,
        "multiprocessing.Pool multiprocessing.pool.Pool torch.multiprocessing.Pool",
        "torch.multiprocessing.pool.Pool concurrent.futures.ProcessPoolExecutor",
        "concurrent.futures.process.ProcessPoolExecutor billiard.Pool multiprocess.Pool",
        "pathos.multiprocessing.ProcessPool pathos.multiprocessing.ProcessingPool",
    ),
    **named(
        _THREADS,
        "multiprocessing.pool.ThreadPool multiprocessing.dummy.Pool",
        "concurrent.futures.ThreadPoolExecutor concurrent.futures.thread.ThreadPoolExecutor",
    ),
    **named(
        PROCESS,
        "multiprocessing.Process torch.multiprocessing.Process multiprocessing.context.Process",
    ),
    **named(
        replace(
            PROCESS,
            release=words("wait communicate terminate kill"),
            with_releases=True,
            started_by=NOTHING,
        ),
        "subprocess.Popen psutil.Popen",
    ),
    **named(
        Resource(
            Kind.THREAD,
            "thread",
            "a thread",
            release=words("join"),
            with_releases=False,
            freed_when_dropped=False,
            started_by=words("start"),
        ),
        "threading.Thread",
    ),
    **named(
        Resource(
            Kind.THREAD,
            "timer",
            "a thread",
            release=words("cancel join"),
            with_releases=False,
            freed_when_dropped=False,
            started_by=words("start"),
        ),
        "threading.Timer",
    ),
    **named(
        Resource(
            Kind.RESOURCE, "manager", "a process that serves objects", release=words("shutdown")
        ),
        "multiprocessing.Manager torch.multiprocessing.Manager",
    ),
    **named(
        Resource(
            Kind.RESOURCE,
            "block of shared memory",
            "shared memory, which outlives the process until `unlink()`",
            release=words("close unlink"),
            with_releases=False,
            freed_when_dropped=False,
        ),
        "multiprocessing.shared_memory.SharedMemory",
    ),
}

# https://docs.pytorch.org/docs/stable/distributed.html#shutdown: a group has threads and sockets of
# its own, and the library refers to it until it is destroyed.
GROUP = Resource(
    Kind.PROCESS_GROUP,
    "process group",
    "threads and sockets",
    release_functions=words(
        "torch.distributed.destroy_process_group "
        "torch.distributed.distributed_c10d.destroy_process_group"
    ),
    with_releases=False,
    freed_when_dropped=False,
)
_DISTRIBUTED = {
    **named(
        replace(GROUP, of_process=True),
        "torch.distributed.init_process_group "
        "torch.distributed.distributed_c10d.init_process_group",
    ),
    **named(GROUP, "torch.distributed.new_group torch.distributed.distributed_c10d.new_group"),
    **named(
        replace(GROUP, part=0),
        "torch.distributed.new_subgroups torch.distributed.new_subgroups_by_enumeration",
    ),
    **named(
        replace(
            GROUP,
            kind=Kind.RESOURCE,
            noun="agent of remote calls",
            release_functions=words("torch.distributed.rpc.shutdown"),
            of_process=True,
        ),
        "torch.distributed.rpc.init_rpc",
    ),
}

CONCURRENCY: dict[str, Resource] = {**_CONCURRENCY, **_DISTRIBUTED}
