"""The ports of `services`, each implemented with boto3 by one class. No botocore error leaves this package."""
