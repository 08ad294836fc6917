"""Rule pages and the index of rules, Markdown made from the rules themselves."""

from leakwise.pages.index import index
from leakwise.pages.page import page, title, url

__all__ = ["index", "page", "title", "url"]
