"""
What was measured, and the results folder's only reader and writer.
"""
