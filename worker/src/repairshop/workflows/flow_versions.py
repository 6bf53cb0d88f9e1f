"""
The number of the flow, and the patches that lead from one flow to the next.

An order ends on the flow with which it began: each change in the course of an order is behind a patch, until no order
of the earlier flow is left.
"""

from __future__ import annotations

# Number of the flow in the histories that ``make histories`` records.
FLOW = 4

# Flow 2: parts are reserved before a repair begins, so that no repair begins that cannot be finished.
RESERVE_PARTS = "reserve-parts-before-repair"
# Flow 3: each activity gets an input of its own; the steps are those of flow 2, so there is no patch.
# Flow 4: what may have happened without an answer is undone: the inspector of an inspection that was terminated is
# released, and an escalation that never answered is revoked, as its order goes on.
RELEASE_LOST_INSPECTOR = "release-inspector-of-lost-inspection"
REVOKE_UNANSWERED = "revoke-unanswered-escalation"
