"""
What a closed load tells: throughput, the capacity of the slots, and what limits it.
"""
