"""What keeps the cost of an edit small: cells that record what they read, and stretches of code
whose doings can be taken over.
"""
