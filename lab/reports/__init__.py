"""The parts of reports of measurements: figures with their bars, pages, charts, quotes in documents.

charts        Small charts, lines and bars, as SVG, for the pages of reports
machine       What a report was measured on, in a line
markdown      What the pages of all reports have, as Markdown: the machines, the list of sections, each section with
              its tables
quotes        Numbers in documents that come from reports
report        What is measured, as data: figures with the bars they are held against, tables, and a reading of them
report_files  The reports in `docs/`: each as data and as a page that follows from it, and the documents that quote
              them
"""
