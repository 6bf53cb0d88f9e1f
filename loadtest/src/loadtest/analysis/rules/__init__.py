"""
Whether a step's numbers may be believed, each rule with its reason.
"""
