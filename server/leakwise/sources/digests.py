"""What stands for a content: a digest, had without what takes longer to load than a small check.

`hashlib` gives this very function for BLAKE2b, after it has loaded OpenSSL for all others.
"""

try:
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

__all__ = ["blake2b"]
