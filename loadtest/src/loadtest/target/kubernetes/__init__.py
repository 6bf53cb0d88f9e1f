"""
A cluster as the target: worker pods of a Deployment that already exists.
"""
