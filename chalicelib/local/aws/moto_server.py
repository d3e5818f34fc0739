"""moto behind its guard: DynamoDB, S3 and SQS over HTTP, for those who have this run's secret."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from chalicelib.local.aws.credentials import RunCredentials
from chalicelib.local.aws.guarded_app import CorsRule, GuardedApp
from chalicelib.local.aws.wsgi_server import LocalWsgiServer

_SERVICES = frozenset(("dynamodb", "s3", "sqs"))


class MotoServer:
    """Serves at `address` (host and port) from its construction until `stop`. Raises OSError if the port is in use."""

    def __init__(self, address: tuple[str, int], credentials: RunCredentials) -> None:
        self._credentials = credentials
        self._server = LocalWsgiServer("moto", self._guarded, address)
        self._server.start()

    @property
    def url(self) -> str:
        """`http://<host>:<port>`."""
        return self._server.url

    def set_cors(self, rule: CorsRule) -> None:
        """Lets pages use the bucket's presigned URLs and forms as the rule says; before, none can."""
        self._app.cors = rule

    def stop(self) -> None:
        """Ends the server; open connections are cut."""
        self._server.stop()

    def _guarded(self, hosts: frozenset[str]) -> GuardedApp:
        self._app = GuardedApp(
            _Backends(), self._credentials, services=_SERVICES, hosts=hosts, clock=lambda: datetime.now(UTC)
        )
        return self._app


class _Backends(DomainDispatcherApplication):
    """Remembers the backend of a host. moto lists its own folders and tries its patterns of URLs for each request."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._of_host = lru_cache(maxsize=64)(super().get_backend_for_host)

    def get_backend_for_host(self, host: str | None) -> Any:
        return self._of_host(host)
