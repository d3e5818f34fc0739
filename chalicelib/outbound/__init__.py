"""What leaves for URLs that clients named: to the public Internet, to checked addresses, and to nowhere else."""
