"""Mien: a Media API that measures facial expressions in recorded images and video.

What follows, in reading order; data flows one way:

    errors      the error tree: errors of callers, of media files, and internal errors
    settings    the environment, typed
    domain      jobs, entries, accounts, metrics: plain values and their rules
    services    the use cases, one class per noun; `ports` are the interfaces they need
    aws         the ports on DynamoDB, S3 and SQS
    outbound    to URLs that clients name, by HTTPS to checked public addresses
    composition the services, composed over ports in one way
    wiring      which adapter stands behind which port
    api         HTTP in and out (app -> api -> services -> ports -> aws)
    worker      a message in, a finished job out
    analysis    pixels to numbers: decoding, detection, mesh, tracking, expressions
    formats     numbers to bytes: session JSON, legacy JSON, CSV, summary, Parquet
    rendering   numbers and pictures to a film: annotated, or with every face covered
    console     the console for people: static files that the API serves
    local       everything on one machine, with moto instead of AWS

`analysis` and `formats` meet in `worker` only. The light Lambdas load `api`, `services` and `aws`.
"""

__version__ = "0.2.0"
"""The version in `mien --version`, in OpenAPI and in summaries. CHANGELOG.md has what each version changed."""
