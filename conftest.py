"""
How hypothesis runs in every test.
"""

from hypothesis import settings

# How long an example takes is a property of the machine's load, not of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
