"""Reading other people's files: formats, column mappings, checks, rejects."""
