"""
A service of Docker Compose as a sweep's target: found by its containers' labels, scaled by ``docker compose up``.
"""
