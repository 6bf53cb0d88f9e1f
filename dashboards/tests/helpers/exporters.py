"""
A page with the lines that a cluster's exporters would write of an autoscaler and of a certificate.
"""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator

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


class _Exporter(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def exporters() -> Iterator[str]:
    """
    Serve the page as long as the block does, and say where: ``host:port``.
    """
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Exporter) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
