"""The faces of results on the command line.

correct     `mien faces`: the faces of a result, and corrections of them
face_table  The summary of a result as a table for a terminal
"""
