"""
The plan of a load that every machine carries, for sweeps of which the verdict is not what is asked.
"""

from __future__ import annotations

# The rest of a plan, after its name and its replicas. Constant arrivals well below what the workers can do, so that a
# busy machine changes no verdict; 1.5 x 26 x 6 activities are the 200 samples that a p95 needs. Orders are long, beside
# which a hiccup of a small machine is short.
STEADY_PLAN = """
warm_up_seconds = 5
drain_seconds = 60
injectors = 2
[[loads]]
kind = "open"
arrival_rate = 1.5
window_seconds = 26
[loads.arrivals]
kind = "constant"
[work]
seconds = 0.2
spread = "constant"
[slo]
schedule_to_start_p95_seconds = 5
"""
