"""Entry points of the light Lambdas. Nothing but names: the API is in `chalicelib.api`."""

from chalice.app import Chalice

from chalicelib.api.application import register_api
from chalicelib.api.background import register_background
from chalicelib.wiring import services

app = Chalice(app_name="mien", configure_logs=False)
authorize = register_api(app, services)
_background = register_background(app, services)
receive_uploads, receive_drops = _background.receive_uploads, _background.receive_drops
bury_dead_letters, sweep = _background.bury_dead_letters, _background.sweep
send_notifications = _background.send_notifications
