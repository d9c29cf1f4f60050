"""Who is signed in, how they proved it, and what they may change about that."""
