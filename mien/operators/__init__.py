"""Commands of `mien` for operators: they work on the table of a stack, with AWS credentials, not over HTTP.

accounts      `mien account`: the settings and the audit trail of an account
dead_letters  `mien dead-letters`: jobs that failed because of a fault of the service
stack         The options that these commands share: table, endpoint, region
users         `mien user`: who may call the API of a stack
"""
