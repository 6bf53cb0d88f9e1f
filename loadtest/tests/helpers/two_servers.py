"""
Two servers of a comparison, as flags name them, and one that others may use.
"""

from __future__ import annotations

A, B = "127.0.0.1:7233", "127.0.0.2:7234"
SERVERS = ["--a-address", A, "--b-address", B]
PAGES = ["--a-server-metrics", "http://a/metrics", "--b-server-metrics", "http://b/metrics"]
CLOUD = "shop.account.tmprl.cloud:7233"
