"""The views, one module a resource, with the routes they answer.

annotations      `/entries/{entry_id}/annotations`: annotations of an entry
batches          `/batches`: many files as one job, with one status, one notification and one table
comparisons      `/jobs/comparisons`: creates jobs that compare recordings
console          `/console`: the page for people, and its scripts and styles
entries          `/entries`: media files and results
faces            `/entries/{entry_id}/faces`: the faces of a result, as a person has corrected them
index            `/`: the URLs of the services, for programs and for people
jobs             `/jobs`: create, list, get, update, requeue
representations  `/entries/{entry_id}/representations`: the files of an entry
responsible_use  `/responsible-use`: what the numbers are not, and what the law asks of those who make them
uploads          Direct uploads: announced in JSON, sent to the media store, completed or given up here
webhooks         Webhooks: the URL notified of a job's end, and the secret that signs notifications
"""
