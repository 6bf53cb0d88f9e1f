"""
A sweep: steps over replicas at a load; each step is scaled, warmed up, measured, drained and collected.
"""
