"""
Statistics that know nothing of Temporal: quantiles of buckets, intervals, fits.
"""
