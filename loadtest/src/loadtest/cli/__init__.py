"""
The command line: one file per verb; the only place that connects the parts and exits.
"""
