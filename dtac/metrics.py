"""Counts of requests, and the signs of dtac.health as numbers, for monitoring to read.

Pages are named by their view, never by their address: no label holds a reference, a name or a word
that somebody looked for, and there are only as many series as there are views.
"""

import logging
import os
import time
from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from common.middleware import GetResponse

from .health import State, all_signs

logger = logging.getLogger("dtac.requests")

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Set by dtac.server: where the processes of one web server keep their counts."""
METHODS: Final = frozenset({"GET", "HEAD", "POST"})
REQUESTS = Counter("dtac_requests", "Requests answered", ["view", "method", "status"])
SECONDS = Histogram(
    "dtac_request_seconds",
    "How long an answer took",
    ["view"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


class MetricsMiddleware:
    """Counts each request, and writes one line of it to the log where logs are for machines."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        took = time.monotonic() - began
        view = (request.resolver_match and request.resolver_match.view_name) or "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(took)
        said = {"view": view, "method": method, "status": response.status_code}
        logger.info("request", extra={"said": {**said, "ms": round(took * 1000)}})
        return response


class SignsCollector(Collector):
    """The numbers of every sign, and whether it is well: 1, or 0 where somebody must act."""

    def collect(self) -> Iterator[Metric]:
        """Yield one gauge for each number."""
        well = GaugeMetricFamily("dtac_well", "1 unless somebody must act", labels=["sign"])
        for name, sign in all_signs().items():
            well.add_metric([name], float(sign.state is not State.BAD))
            for number, value in sign.numbers.items():
                yield GaugeMetricFamily(f"dtac_{number}", f"{sign.title}: {number}", value=value)
        yield well


def metrics_text() -> bytes:
    """Return everything in the text form that Prometheus reads."""
    signs = CollectorRegistry(auto_describe=False)
    signs.register(SignsCollector())
    if FOLDER in os.environ:
        counts = CollectorRegistry()
        MultiProcessCollector(counts)  # type: ignore[no-untyped-call]
    else:
        counts = REGISTRY
    return generate_latest(counts) + generate_latest(signs)
