package minilm

// Tokens counts those that are read of a text.
func (m *Model) Tokens(text string) int {
	ids, _ := m.tokens.Append(make([]int32, 0, MaxTokens), text, MaxTokens)
	return len(ids)
}
