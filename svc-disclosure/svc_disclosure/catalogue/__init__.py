"""The public catalogue (政府信息公开目录): everything published, as one stream or feed."""
