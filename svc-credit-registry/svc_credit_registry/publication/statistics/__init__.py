"""Published figures: each with its definition, its query and a picture, stored for its day and never changed."""
