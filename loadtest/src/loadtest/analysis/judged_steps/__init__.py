"""
One step with everything that is said of it: readings, verdict, notes, suspects.
"""
