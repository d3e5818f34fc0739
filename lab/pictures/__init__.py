"""Pictures for the documents.

draw_demo     Draws the README's picture from a demo's clip and table
draw_console  Takes the README's picture of the console
"""
