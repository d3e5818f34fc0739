"""Speed, memory and cost of Mien, compared with MediaPipe: `make bench`.

sections          The questions of the benchmark, a module each, which has a NAME and a function `measure`
bench             What the sections of the benchmark measure with
bystanders        How much of the machine other work takes
clips             The clips that are measured: made from the shared media at run time, and not kept with the
                  repository
contestants       A contestant: a process of its own that has everything loaded and runs what it is asked for
floor             What a job cannot do without: decoding alone, and its networks alone on what it asked of them
guard             Whether something has become slower: its processor time over that of a fixed piece of work, in one
                  run
http_load         Sends one kind of request over and over
lambda_costs      What a run costs as a Lambda function
light_requests    Requests to the light functions as Lambda calls them, in this process
long_formats      A long video's result files, without the video
ours              Ours: a job, from the opening of its file to its complete result files
page              The benchmark's page: the report as Markdown
reference_kernel  A fixed piece of work of the same character as a job: a small network, cutting and scaling of
                  pictures, short vectors, numbers written as text
runs              What one run of one contestant says, and how a contestant answers
stage_profile     Samples what a job in one thread is at: its processor time by named stage
stages            What each stage of a job takes of the processor: driven alone, by its public class, on what a first
                  pass recorded
statistics        From repeated measurements to the numbers that are shown
theirs            Theirs: MediaPipe's Face Landmarker with blendshapes, as its documentation uses it
"""
