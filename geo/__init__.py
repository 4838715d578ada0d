"""Pure spatial analysis: frames and arrays in, new frames and arrays out."""
