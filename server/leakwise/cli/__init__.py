"""The command line: findings as text or JSON, rule pages."""
