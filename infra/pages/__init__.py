"""Pages of the API that are made from the documents of the repository, and the libraries of its console.

responsible_use  Makes the page behind `/responsible-use` from `docs/responsible-use.md`
vendor           Fetches the console's libraries from npm as `vendor.json` pins them
"""
