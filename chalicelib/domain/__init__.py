"""What Mien talks about: jobs, entries, accounts and metrics, as plain values. Standard library only."""
