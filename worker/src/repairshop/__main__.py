"""
``python -m repairshop``: a worker with the shop's workflows and activities.
"""

from repairshop.activities import build_activities
from repairshop.process import main
from repairshop.workflows import WORKFLOWS

if __name__ == "__main__":
    main(WORKFLOWS, build_activities)
