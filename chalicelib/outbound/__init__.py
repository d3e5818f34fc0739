"""To URLs that clients name, by HTTPS to checked public addresses.

https_webhooks      Notifications over HTTPS
pinned_connections  HTTPS to one address that was looked at before, for the name that it was resolved from
"""
