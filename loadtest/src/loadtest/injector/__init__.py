"""
The load generators: Locust processes that start workflows when the schedule says so.

It decides when a start leaves and what is counted of it.
A sweep sees only ``launch``, which starts Locust as processes and imports none of it.
"""
