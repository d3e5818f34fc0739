"""`make smoke`: the wire contract against a running stack, deployed or on this machine, as a table.

checks  The list of checks, in the order in which they run and are shown
http    The API before any job: index, credentials, errors, CORS, sizes
jobs    Jobs of each name, direct upload, drop-folder, long video, links, another account, deletion
target  The stack that is checked: of a stage, or at a URL
visit   The means of the checks: two users of their own, a client, the bucket, clips; all removed at the end
"""
