"""
A sweep: steps over replicas at a load, each scaled, warmed up, measured, drained and collected.
"""
