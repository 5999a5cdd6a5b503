"""What can be measured, one module a table: the names, labels and definitions that people see."""
