"""Incoming media files: announced, sent, dropped or fetched.

announced_files   Files that clients announce before they send them
drops             The drop-folder: objects under `drop/<account>/` in the media bucket
input_urls        URLs that clients give instead of a file: which are accepted
media_types       Content types of media files, from the client, the file name and the first bytes
public_addresses  Checks that IP addresses belong to the public Internet
uploads           Direct uploads: files that clients send to the media store, not through the API
"""
