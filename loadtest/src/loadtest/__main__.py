"""
``python -m loadtest``: the ``loadtest`` program, where its script is not on the PATH.
"""

from loadtest.cli.app import main

if __name__ == "__main__":
    main()
