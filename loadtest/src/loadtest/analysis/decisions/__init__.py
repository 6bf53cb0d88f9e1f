"""
Whether a window keeps the bounds of the SLO, by its twins, its model or its counts.
"""
