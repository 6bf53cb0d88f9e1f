"""
What every test of the project stands on: how hypothesis runs, and a Ctrl-C that reaches what a test starts.
"""

import gc
import signal

from hypothesis import settings

# How long an example takes is a property of the machine's load, not of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell ignores SIGINT in what it starts with `&`, and a child inherits that: then no program under test could be
# interrupted, whatever it does about it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """
    Takes what was imported and collected out of the garbage collector's sight: it stays to the end.
    """
    gc.collect()
    gc.freeze()
