"""
The listeners to an experiment's events: a display, a metric of the running step, Grafana's annotations.
"""
