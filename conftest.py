"""
What every test needs before it is imported.
"""

# The folder `loadtest/` has the package's name: imported first, the package is not taken for the folder.
import loadtest  # noqa: F401
