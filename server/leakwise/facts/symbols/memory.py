"""How much memory a process takes."""

import os
import sys


def memory_in_use() -> int:
    """Bytes of memory that this process has in use; where the system does not tell, the most that
    it ever had, and 0 on Windows."""
    if sys.platform == "linux":
        with open("/proc/self/statm", "rb") as numbers:
            return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
