"""What runs beside the pages: rights, answers, loads."""
