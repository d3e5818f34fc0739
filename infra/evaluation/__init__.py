"""What Mien measures about itself, on media with known answers."""
