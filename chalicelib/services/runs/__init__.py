"""Runs of jobs, as workers and those who look after them see them.

dead_letters   What becomes of messages that nobody could bring to an end, and how operators give them another chance
job_runs       Jobs as workers see them: claim, stay alive, end
segment_runs   Runs in segments, as workers see them: hand over, measure a part, be the last
segment_watch  Somebody looks after runs in segments: nothing of them is lost, and nothing of them stays behind
"""
