"""Pictures for the documents.

draw_demo  Draws the README's picture from a demo's clip and table
"""
