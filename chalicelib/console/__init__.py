"""The console: static files that `api.resources.console` serves at `/console`, plain HTML, CSS and ES modules.

A module is imported as `mien/<its file name>`, whatever its folder.

page.html     the page; import map and addresses are filled in when it is served
console.css   colours, type and layout, light and dark
html.js       templates
main.js       sign-in, navigation and the view that the address names
state.js      what views share: credentials, address, messages, colours
api.js        calls of the API, and its error messages
save.js       files and text that leave the page
jobs/         sending and the list: `jobs` the view, `rows` its columns and rows, `pages` what it shows, `zip` results
              of many jobs, `send` the view that sends files and URLs, `upload` one file past the API into the media
              store
result/       one job: `result` the view, `stage` the video or picture, `boxes` the faces on it, `chooser` the choice of
              curves, `curves` the plot, `marks` validity and events on it, `picture` the plot as SVG and PNG, `faces`
              thumbnails and values, `selection` what a stretch comes to, `explanation` what a metric is, `correcting`
              corrections of faces, `batch` how the jobs of a batch ended
compare/      several results: `compare` the view, `recordings` which jobs, `comparison` means and bands
numbers/      result files in memory: `timeline` the columns, `packed` the timeline file, `session` session and legacy
              JSON, `exact` exact numbers of a stretch, `metrics` names and groups
vendor/       preact, htm, signals and uPlot, pinned by `infra.pages.vendor` with their licences
"""
