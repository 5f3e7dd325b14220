"""共享交换 What agencies push, ask for, read and follow, and the log of it."""
