"""Leakwise rules for Acme's own libraries, one file each."""
