"""
Where the system under test runs: this machine or a cluster.
"""
