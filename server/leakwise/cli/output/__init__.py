"""The forms in which findings are printed."""
