"""
How capacity grows with the replicas, and the search for the rate that each count carries.
"""
