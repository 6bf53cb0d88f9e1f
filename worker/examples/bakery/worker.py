"""
The bakery's worker: everything of the kit but the repair shop.
"""

from __future__ import annotations

from bread import BakeWorkflow, bake

from repairshop.worker_process import main

if __name__ == "__main__":
    # The ledger is REPAIRSHOP_LEDGER; the bakery keeps no books.
    main([BakeWorkflow], lambda _ledger: [bake])
