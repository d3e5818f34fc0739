"""HTTP in and out. The only folder that imports chalice, apart from the local server.

application          routes, authorizer and middleware put on a Chalice app
background, s3_events                    what Chalice calls without a request: queue and schedule
call, views          one request as a view sees it; errors to statuses
authorizer, authentication               HTTP Basic to a caller
conditional, idempotent_requests, fingerprints      the same request again: 304, the first answer
forms, multipart_forms, json_bodies, fields, new_jobs      what clients send
urls, documents, responses               what they get
routes, schemas, body_schemas            what routes say of themselves, and the documents that go in and out
openapi, openapi_headers, openapi_webhooks, description    the description made of that, for programs
docs_page, curl_examples, page_style     and for people; annotations_page, index_page likewise
index, jobs, entries, representations, annotations, uploads      the views, with the routes they answer
"""
