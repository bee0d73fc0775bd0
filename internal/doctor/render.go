package doctor

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes the findings as an array.
func WriteJSON(w io.Writer, found []Check) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(found)
}

// WriteText writes a line for each finding, and below it the fix of a trouble.
func WriteText(w io.Writer, found []Check) error {
	for _, c := range found {
		if _, err := fmt.Fprintf(w, "%-5s %-15s %s\n", c.Status, c.Code, c.Evidence); err != nil {
			return err
		}
		if c.Fix == "" || c.Status == OK {
			continue
		}
		if _, err := fmt.Fprintf(w, "      %-15s fix: %s\n", "", c.Fix); err != nil {
			return err
		}
	}
	return nil
}
