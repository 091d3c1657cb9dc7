"""Who asks, what they may do, how much of it, and what is kept of it."""
