"""
The flow's number and the patches that lead from one to the next.

An order ends on the flow that it began with: each change of what happens when stands behind
a patch, until no order of the earlier flow is left.
"""

from __future__ import annotations

# Of the histories that ``make histories`` records.
FLOW = 4

# Flow 2: parts are put aside before a repair begins, so that none is begun that cannot be ended.
RESERVE_PARTS = "reserve-parts-before-repair"
# Flow 3: each activity gets an input of its own; what happens is that of flow 2, so there is no patch.
# Flow 4: what may have happened without a word is taken back: the inspector of an inspection that was terminated, and
# an escalation that never answered, though its order goes on.
RELEASE_LOST_INSPECTOR = "release-inspector-of-lost-inspection"
REVOKE_UNANSWERED = "revoke-unanswered-escalation"
