"""The whole way: a job ends over HTTP, SQS carries its end to the handler, and a receiver checks what it gets."""

import hashlib
import hmac
import json
import socket
import time
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

from chalice.app import Chalice

from chalicelib.api.application import register_api
from chalicelib.composition.services import Services
from chalicelib.domain.ids import new_id
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.background import Background
from chalicelib.local.http.server import HttpServer
from chalicelib.outbound.https_webhooks import HttpsWebhooks
from chalicelib.wiring import aws_ports
from tests.api.api_server import ADA, PASSWORD, Client
from tests.fakes import START
from tests.worker.tls_server import Page, tls_server

_NAME = "receiver.example.org"
_DEADLINE_S = 30.0


def test_an_end_reaches_its_receiver(tmp_path: Path) -> None:
    with tls_server(tmp_path, _NAME) as receiver, EmbeddedAws() as aws:
        receiver.pages["/hook"] = Page(202, chunks=())
        sender = HttpsWebhooks(
            resolver=lambda _host: [ip_address("93.184.215.14")],
            connector=lambda _address, timeout_s: socket.create_connection(("127.0.0.1", receiver.port), timeout_s),
            tls=receiver.trusting,
        )
        services = Services(replace(aws_ports(aws.settings), webhooks=lambda: sender), aws.settings)
        services.users.add(ADA, PASSWORD, new_id(START))
        app = Chalice("mien", configure_logs=False, env={})
        register_api(app, lambda: services)
        background = Background(services, aws.event_queues)
        with HttpServer(app) as server, background, Client(server.url, ADA) as ada:
            job = ada.send_job(callback_url=f"https://{_NAME}/hook").json()
            ada.call("PATCH", job["self"], data={"entry_job[status]": "cancelled"})
            deadline = time.monotonic() + _DEADLINE_S
            while not (shown := ada.call("GET", job["self"]).json())["deliveries"]:
                assert time.monotonic() < deadline, "nothing was delivered"
                time.sleep(0.1)
            secret = ada.call("GET", "/webhook_secret").json()["secret"]
    ((headers, body),) = receiver.posted
    (delivery,) = shown["deliveries"]
    assert (delivery["status_code"], delivery["id"]) == (202, headers["X-Mien-Delivery"])
    fields = dict(part.split("=", 1) for part in headers["X-Mien-Signature"].split(","))
    expected = hmac.new(secret.encode(), fields["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(expected, fields["v1"])
    assert json.loads(body)["job"]["self"] == job["self"]
