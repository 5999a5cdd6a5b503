"""What the numbers mean: pure Python over a view of the store, without a database, a network or a screen."""
