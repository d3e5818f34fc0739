"""Pages of the API that are made from the documents of the repository.

responsible_use  Makes the page behind `/responsible-use` from `docs/responsible-use.md`
"""
