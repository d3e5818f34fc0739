"""Requests: forms, JSON bodies, preferred content types.

annotation_searches  Searches by annotation: of entries and of jobs
fields               Form fields and JSON members that several routes take
fingerprints         Fingerprints of requests: method, path, and the content of the body
forms                Forms as clients send them: multipart or URL-encoded, keys with brackets as in `entry_job[name]`
json_bodies          JSON bodies: an object in which one member holds the resource, as in `{"annotation": {...}}`
multipart_forms      Multipart bodies (RFC 7578), parsed as a stream: files go to temporary files, texts stay in memory
negotiation          Which of several content types a client prefers, by the rules of RFC 9110, section 12.5.1
new_jobs             What a client asks for when it creates or changes a job: the same in a form and in JSON
"""
