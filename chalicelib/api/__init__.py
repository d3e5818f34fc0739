"""HTTP in and out. The only folder that imports chalice, apart from the local server.

html                 HTML pages without scripts, external fonts or pictures
openapi              The description of the API in OpenAPI 3.1, made from the routes
requests             Requests: forms, JSON bodies, preferred content types
resources            The views, one module a resource, with the routes they answer
application          The API on a Chalice app: routes, the authorizer that guards them, and the middleware that
                     finishes responses
authentication       HTTP Basic credentials to a caller, by a Chalice authorizer that runs before the views
authorizer           The authorizer as API Gateway calls it, which also says where a request comes from
background           What Chalice calls without a request: objects that arrived, jobs that ended, and the clock
call                 One request, as views see it
conditional          Documents that a client asks for again and again: ETag, If-None-Match and 304 (RFC 9110, section
                     13)
cors                 Cross-origin requests: what lets a page of another origin use the API
                     (https://fetch.spec.whatwg.org)
documents            Resources as the JSON documents of the wire contract
idempotent_requests  `Idempotency-Key`: a POST that is sent again gets the answer that it got the first time
methods              What every path answers besides its routes: OPTIONS, and 405 to the methods that it does not have
pages                Lists in pages: how many to a page, and where the next one is
responses            What leaves the API: JSON documents, redirects and the one error envelope
routes               What a route is, and what its clients have to know of it
urls                 Absolute URLs of our own resources, as the caller can reach them
views                From a view to a response: every error of the tree gets its status, anything else is ours and a
                     500
"""
