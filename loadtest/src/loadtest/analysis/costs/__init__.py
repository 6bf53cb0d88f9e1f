"""
What an order costs, and how many replicas, cores and coins a rate needs.
"""
