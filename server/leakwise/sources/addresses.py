"""Paths and the `file:` URIs that stand for them."""

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit


def path_to_uri(path: Path) -> str:
    """The `file:` URI of `path`, made absolute without following links."""
    return Path(os.path.abspath(path)).as_uri()  # `resolve` would follow links


def uri_to_path(uri: str) -> Path | None:
    """The path that a `file:` URI names; None for other schemes, as of untitled documents."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file":
        return None
    # Neither `?` nor `#` has a meaning in a file URI: some clients leave them unquoted.
    rest = uri[len("file:") :].removeprefix("//").removeprefix(parts.netloc)
    text = os.fsdecode(unquote_to_bytes(rest))
    if "\0" in text:
        return None
    host = "" if parts.netloc == "localhost" else parts.netloc
    return Path(windows_path(text, host) if os.name == "nt" else text)


def windows_path(text: str, host: str = "") -> str:
    """The Windows path for the path of a URI, unquoted already: `/c:/x` gives `c:\\x`."""
    if host:
        return f"\\\\{host}" + text.replace("/", "\\")
    if text[:1] == "/" and text[2:3] in (":", "|") and text[1:2].isalpha():
        text = f"{text[1]}:{text[3:]}"
    return text.replace("/", "\\")
