"""
The command line: one file a verb; the only place that wires the parts together and exits.
"""
