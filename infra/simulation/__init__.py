"""`make simulate`: how queue, worker functions, segments and instances behave under load, as a discrete-event model.

It is the arithmetic behind docs/scale.md, not a measurement of AWS. Arrivals are random (Poisson, seeded), everything
else follows the rules that AWS documents and the speeds that a plan states. Left out: the API, DynamoDB and S3, which
docs/scale.md counts by hand, and failures other than spot interruptions.

plan        what is asked of the system, and how fast it works
scenarios   the days that are played
agenda      events in the order of their times
functions   Lambda functions: concurrency and cold starts
fleet       instances of Batch
prices      what units cost
cost        `make cost`: what so many hours of video cost
simulate    one day
report      the tables of docs/scale.md
"""
