"""Who keeps a value, for how long, and what lets it go again."""
