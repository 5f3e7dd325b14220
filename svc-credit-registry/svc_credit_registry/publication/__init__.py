"""对外公开 What is made for readers: pages, certificates, figures, enumerations."""
