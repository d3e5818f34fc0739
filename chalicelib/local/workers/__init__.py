"""Worker processes and the queue that feeds them: what Lambda does on AWS.

message_visibility  Keeps a message hidden from other workers while this one is at it
process             A worker in a process of its own
queue_poller        Lambda's event source mapping for the job queue, played here: message in, handler called, message
                    deleted or left
sqs_event           A message of the queue in the shape in which Lambda hands it to a function
supervisor          Keeps worker processes alive, and ends them
"""
