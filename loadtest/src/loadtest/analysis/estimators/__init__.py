"""
Statistics alone: quantiles of buckets, intervals, fits.
"""
