"""`make simulate`: how queue, worker functions, segments and instances behave under load, as a discrete-event model.

It is the arithmetic behind docs/scale.md, not a measurement of AWS. Arrivals are random (Poisson, seeded), everything
else follows the rules that AWS documents and the speeds that a plan states. Left out: the API, DynamoDB and S3, which
docs/scale.md counts by hand, and failures other than spot interruptions.
"""
