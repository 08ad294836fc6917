"""How often functions run, and what makes them run again."""
