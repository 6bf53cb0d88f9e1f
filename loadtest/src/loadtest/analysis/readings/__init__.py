"""
What one step's counts, waits and costs were, before anything is judged.
"""
