"""The abstract interpreter: takes a state through a body, and what it leaves."""
