"""The learned reader: a small encoder that marks who is named, ties mentions together, and reads what is said between them."""
