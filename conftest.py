"""
What every test needs before it is imported.
"""

from hypothesis import settings

# The folder `loadtest/` has the package's name: imported first, the package is not taken for the folder.
import loadtest  # noqa: F401

# How long an example takes is a property of the machine's load, not of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
