"""
Matplotlib without its user's settings: no picture depends on them, and no report fails by them.
"""

from __future__ import annotations

import logging
import os

# Its user's pictures may need a window, or a backend that this matplotlib has not; those of the kit are files.
_BACKEND = os.environ.pop("MPLBACKEND", None)
# It warns of a home without a place for its cache, and of keys of its user's file that it has not.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

import matplotlib as mpl  # noqa: E402 - see above

if _BACKEND is not None:  # a worker of the user's gets all of the user's variables
    os.environ["MPLBACKEND"] = _BACKEND

__all__ = ["mpl"]
