"""Media on their way in: what may be announced, sent, dropped or fetched.

announced_files   Files that clients announce before they send them
drops             The drop-folder: objects that somebody puts under `drop/<account>/` in the media bucket, and nothing
                  else
input_urls        URLs that clients name instead of sending a file: what may be asked for at all
media_types       Content types of media: which a file name stands for, and whether a client's own word is worth more
public_addresses  Which IP addresses belong to the public Internet
uploads           Direct uploads: media that clients send to the media store themselves, past the API
"""
