"""The built-in rules, one file a rule."""
