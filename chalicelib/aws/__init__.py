"""The ports of `services`, each implemented with boto3 by one class. No botocore error leaves this package.

The ports state what their methods promise.

dynamodb    The stores on one DynamoDB table, one module a noun
s3          Media, direct uploads and the drop-folder in S3
batch_jobs  Arrays of worker processes in AWS Batch
clients     The boto3 clients of a process, configured alike everywhere
failures    Converts botocore's errors
sqs_queue   The job queue in SQS
"""
