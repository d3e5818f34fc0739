"""The local HTTP server: what API Gateway does on AWS.

gateway         A stand-in for API Gateway, made of the public parts of Chalice's own stand-in
handler         One connection to the local server
request_bodies  Request bodies off the wire: of a stated length or in chunks (RFC 9112), never more than a limit
server          Chalice's local server, made fit for real clients: what API Gateway does for the API on AWS
"""
