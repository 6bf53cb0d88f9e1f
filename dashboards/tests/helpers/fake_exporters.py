"""
A page with the lines that a cluster's exporters would write of an autoscaler and of a certificate.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from metrics_page_server import served_page

KUBERNETES_NAMESPACE = "shop-prod"
# As kube-state-metrics 2 and cert-manager 1 write them.
PAGE = f"""\
kube_horizontalpodautoscaler_spec_max_replicas{{namespace="{KUBERNETES_NAMESPACE}",horizontalpodautoscaler="repair-worker"}} 2
kube_horizontalpodautoscaler_spec_min_replicas{{namespace="{KUBERNETES_NAMESPACE}",horizontalpodautoscaler="repair-worker"}} 1
kube_horizontalpodautoscaler_status_current_replicas{{namespace="{KUBERNETES_NAMESPACE}",horizontalpodautoscaler="repair-worker"}} 2
kube_horizontalpodautoscaler_spec_max_replicas{{namespace="web",horizontalpodautoscaler="shop"}} 8
kube_horizontalpodautoscaler_status_current_replicas{{namespace="web",horizontalpodautoscaler="shop"}} 8
certmanager_certificate_expiration_timestamp_seconds{{namespace="{KUBERNETES_NAMESPACE}",name="temporal-client"}} 4102444800
certmanager_certificate_renewal_timestamp_seconds{{namespace="{KUBERNETES_NAMESPACE}",name="temporal-client"}} 1577836800
""".encode()


@contextlib.contextmanager
def exporters() -> Iterator[str]:
    """
    Serve the page as long as the block does, and say where: ``host:port``.
    """
    with served_page(lambda: PAGE) as (url, _):
        yield urlsplit(url).netloc
