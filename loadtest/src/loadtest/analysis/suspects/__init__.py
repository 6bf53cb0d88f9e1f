"""
What may hold a step back, in the order in which to ask; pure functions of the step's readings.
"""
