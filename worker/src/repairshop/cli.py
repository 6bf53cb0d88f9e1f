"""
The shop's counter: what people ask of it from a terminal.
"""
