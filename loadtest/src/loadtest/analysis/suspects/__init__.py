"""
What may limit a step, in the order in which to check it; pure functions of the step's readings.
"""
