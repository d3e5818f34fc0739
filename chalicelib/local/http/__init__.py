"""The local HTTP server: what API Gateway does on AWS.

handler         One connection to the local server, and the gateway behind it
one_decision    The decision of the authorizer on a request that is looked at twice
request_bodies  Request bodies off the wire: of a stated length or in chunks (RFC 9112), never more than a limit
server          Chalice's local server, made fit for real clients: what API Gateway does for the API on AWS
"""
