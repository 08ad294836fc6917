"""Code actions: what is offered at a range, and the edits of what was chosen."""
