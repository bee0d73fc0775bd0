package wire

import "iter"

// Pages gives the pages of a listing, one after the other. fetch gets the one at a
// cursor, "" for the first, and the cursor of the next, nil on the last. A failure is
// given beside no page, and ends them.
func Pages[P any](fetch func(cursor string) (page P, next *string, err error)) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		for cursor := ""; ; {
			page, next, err := fetch(cursor)
			if err != nil {
				var none P
				yield(none, err)
				return
			}
			if !yield(page, nil) || next == nil {
				return
			}
			cursor = *next
		}
	}
}

// Items gives what is on all pages of a listing, as [Pages] does: one page is fetched
// when the one before it has been gone through.
func Items[T any](fetch func(cursor string) (page []T, next *string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range Pages(fetch) {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Gather makes a list of all items, which is never nil, unless one comes with an error.
func Gather[T any](items iter.Seq2[T, error]) ([]T, error) {
	list := []T{}
	for item, err := range items {
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, nil
}
