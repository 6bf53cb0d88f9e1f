"""
A repair shop as a Temporal worker: the workload of the load-testing kit.
"""
