"""
Which of two settings is better, by rounds of one run or by two finished runs.
"""
