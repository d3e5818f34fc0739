"""The console: static files that `api.resources.console` serves at `/console`, plain HTML, CSS and ES modules.

page.html     the page; import map and addresses are filled in when it is served
console.css   colours, type and layout, light and dark
html.js       templates
main.js       sign-in, navigation and the view that the address names
state.js      what views share: credentials, address, messages
api.js        calls of the API, and its error messages
upload.js     one file past the API into the media store, with progress
send.js       the view that sends files and URLs as jobs
jobs.js       the list of jobs
result.js     the view of one job: video, curves, faces, numbers
stage.js      the video or picture with boxes drawn over it, exact to the frame
curves.js     the plot of chosen metrics, with validity and events
marks.js      stretches that are not valid, and events, on that plot
faces.js      each face with a picture, and the values of a frame
selection.js  what a stretch of time comes to, as a table, CSV and PNG
timeline.js   result files, read as a stream into columns
metrics.js    what each metric means
vendor/       preact, htm, signals and uPlot, pinned by `infra.pages.vendor` with their licences
"""
