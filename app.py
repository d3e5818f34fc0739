"""Entry points of the light Lambdas. Nothing but names: the API is in `chalicelib.api`."""

from chalice.app import Chalice

from chalicelib.api.application import register_api
from chalicelib.wiring import api_services

app = Chalice(app_name="mien", configure_logs=False)
authorize = register_api(app, api_services)
