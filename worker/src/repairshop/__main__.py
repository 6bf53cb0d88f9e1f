"""
``python -m repairshop``: a worker with the shop's workflows and activities.
"""

from repairshop import process_exit

# Called before the imports, which take a second.
process_exit.end_on_signals()

from repairshop.activities import build_activities  # noqa: E402 - see above
from repairshop.worker_process import main  # noqa: E402
from repairshop.workflows import WORKFLOWS  # noqa: E402

if __name__ == "__main__":
    main(WORKFLOWS, build_activities)
