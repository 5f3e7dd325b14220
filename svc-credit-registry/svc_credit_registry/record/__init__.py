"""企业档案 What the record of an enterprise is made of: its data, versions, changes and the feed of them."""
