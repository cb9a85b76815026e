//! Text: tokenizer, chat template, detokenizer.
