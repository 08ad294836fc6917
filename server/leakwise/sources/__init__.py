"""What a path holds now: an open document, else the disk. Parses nothing."""

from leakwise.sources.addresses import path_to_uri, uri_to_path
from leakwise.sources.decoding import UnreadableError, decode, encode
from leakwise.sources.folders import is_in, nearest_with
from leakwise.sources.holders import Overlay, Sources, read_bytes, read_document
from leakwise.sources.patterns import FileChoice, PathPatterns, is_pattern
from leakwise.sources.walking import EXCLUDED_FOLDERS, INCLUDED_FILES, python_files

__all__ = [
    "EXCLUDED_FOLDERS",
    "INCLUDED_FILES",
    "FileChoice",
    "Overlay",
    "PathPatterns",
    "Sources",
    "UnreadableError",
    "decode",
    "encode",
    "is_in",
    "is_pattern",
    "nearest_with",
    "path_to_uri",
    "python_files",
    "read_bytes",
    "read_document",
    "uri_to_path",
]
