"""AI and cost: what is asked of models, how fast they answer, and what it all costs."""
