"""What reports of measurements are made of: figures with their bars, pages, charts, quotes in documents."""
