"""Pages of the API that are made from the documents of the repository."""
