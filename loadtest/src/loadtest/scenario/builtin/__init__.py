"""
The kit's own scenarios: a file's name is the name that a plan gives it.
"""
