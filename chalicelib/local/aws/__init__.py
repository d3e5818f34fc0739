"""The AWS services that Mien uses, emulated in this process.

batch_arrays       Arrays of processes on this machine, as AWS Batch runs them in containers
batch_process      The container's command, ended with its parent
batch_service      AWS Batch on this machine: the few operations that Mien asks for, over HTTP as boto3 speaks to them
credentials        Credentials that are made for one run of the local stack and known to its own processes only
embedded           DynamoDB, S3 and SQS in this process
environment        The environment in which boto3 finds the embedded AWS and nothing else
guarded_app        What stands before the played AWS: no one without this run's secret gets past it
kept_state         Keeps moto's DynamoDB and S3 in a folder: every change is written before it is answered
moto_changes       Changes to moto: a DynamoDB that is safe for threads, and S3 notifications with versions
moto_server        moto behind its guard: DynamoDB, S3 and SQS over HTTP, for those who have this run's secret
provisioning       What a deployment has in AWS, made by boto3: the table, the bucket that tells queues of uploads and
                   dropped files, the job queue, the queue of notifications, and their dead-letter queues
signatures         AWS Signature Version 4, checked: what AWS does in front of every service and moto does not
signed_forms       Presigned forms of S3, checked and received: browsers' uploads by `multipart/form-data`
state_folder       A folder on the disk with the rows and objects of the embedded AWS
wsgi_server        werkzeug's HTTP server in this process; it ends together with its connections
"""
