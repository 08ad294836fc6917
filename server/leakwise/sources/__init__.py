"""What a path holds now: an open document, else the disk. Parses nothing."""

from leakwise.lazily import lazily

TYPE_CHECKING = False  # As `typing` has it, which takes long to load.
if TYPE_CHECKING:
    from leakwise.sources.addresses import path_to_uri, uri_to_path
    from leakwise.sources.decoding import UnreadableError, decode, encode
    from leakwise.sources.folders import is_in, nearest_with
    from leakwise.sources.holders import Overlay, Sources, read_bytes, read_document
    from leakwise.sources.patterns import FileChoice, PathPatterns, is_pattern
    from leakwise.sources.walking import EXCLUDED_FOLDERS, INCLUDED_FILES, python_files
else:
    __getattr__ = lazily(
        __name__,
        {
            "leakwise.sources.addresses": "path_to_uri uri_to_path",
            "leakwise.sources.decoding": "UnreadableError decode encode",
            "leakwise.sources.folders": "is_in nearest_with",
            "leakwise.sources.holders": "Overlay Sources read_bytes read_document",
            "leakwise.sources.patterns": "FileChoice PathPatterns is_pattern",
            "leakwise.sources.walking": "EXCLUDED_FOLDERS INCLUDED_FILES python_files",
        },
    )

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
