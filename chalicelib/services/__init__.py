"""What may be done with jobs, entries, annotations and accounts: one class per noun, its ports passed in."""
