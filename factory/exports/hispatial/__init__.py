"""HiSpatial's training data: WebDataset shards that its loader reads unchanged, their strict reader, chat files."""
