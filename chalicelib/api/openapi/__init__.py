"""The description of the API in OpenAPI 3.1, made from the routes.

batch_schemas   The documents and bodies of batches as JSON Schemas
body_schemas    The bodies that clients send, as JSON Schemas
comparison_schema What a comparison says of itself as a JSON Schema
description     `/openapi.json` and `/docs`: the description for programs and for people
document        The description of the API in OpenAPI 3.1, made from the routes
face_schemas    Corrected faces as JSON Schemas: what clients send, and what they are shown
headers         Headers of requests and answers, as the description shows them
result_schemas  The files that jobs leave, as JSON Schemas: which metrics there are, in what unit and range, and where
                each file has them
schemas         The documents that leave the API, as JSON Schemas (2020-12)
summary_schema  A summary as a JSON Schema
timeline_schema The header of a timeline as a JSON Schema
webhooks        What the API sends by itself, as the description shows it
terms           The terms that these schemas are written in
"""
