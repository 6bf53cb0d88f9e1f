"""
Which cell is measured next, and when a window has shown enough: pure decisions from what was measured so far.
"""
