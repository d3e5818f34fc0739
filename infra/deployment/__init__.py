"""From a checkout to a stack in AWS: what `make package`, `make deploy` and `make destroy` run.

`package` bundles, merges and checks, without AWS; `deploy` and `destroy` talk to AWS by boto3.

package     bundle, merge and check: `make package`
deploy      `make deploy`
destroy     `make destroy`
bundle      the zip of the light Lambda functions
sam         the template, translated as SAM would
policies    what the functions' roles may do, and which wildcards are allowed
release     what makes one version of a deployment
artifacts   what a deployment uploads
images      the worker image
concurrency how many functions the account may run at once
stacks      CloudFormation stacks
parameters  the parameters of a stage
first_user  the first user of a new stage
places      the places of things in the repository
errors      the errors of a deployment
"""
