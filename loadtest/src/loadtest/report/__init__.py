"""
A run for people: text for a terminal, pictures, one page; made from the results folder alone.
"""
