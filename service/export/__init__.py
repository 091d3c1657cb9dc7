"""Export: the whole graph in files that other tools read, of one version and in one order, in little memory."""
