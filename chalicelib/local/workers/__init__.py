"""Worker processes and the queue that feeds them: what Lambda does on AWS.

process             A worker in a process of its own
queue_poller        Lambda's event source mapping for the job queue, played here: message in, handler called, message
                    deleted or left
supervisor          Keeps worker processes alive, and ends them
"""
