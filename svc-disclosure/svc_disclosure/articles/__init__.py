"""Articles (信息): drafted, reviewed for secrecy, approved, published under a permanent index number."""
