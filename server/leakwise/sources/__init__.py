"""What a path holds now: an open document, else the disk. Parses nothing."""

from leakwise.sources.addresses import path_to_uri, uri_to_path
from leakwise.sources.decoding import UnreadableError, decode
from leakwise.sources.holders import Disk, Overlay, Sources, read_bytes, read_document
from leakwise.sources.walking import python_files

__all__ = [
    "Disk",
    "Overlay",
    "Sources",
    "UnreadableError",
    "decode",
    "path_to_uri",
    "python_files",
    "read_bytes",
    "read_document",
    "uri_to_path",
]
