package engine

import (
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/inorder"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/lexical"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// words reads the words of texts, if those that were saved are of use. What was saved of
// them is read to its end in any case.
func (l *loader) words(used bool) (there bool, err error) {
	if used && l.x.words != nil {
		there, err = l.x.words.Load(l.in, l.x.meta.Having(l.x.config.TextFields))
	}
	if err != nil || there || used && l.x.words == nil {
		return there, err
	}
	_, err = io.Copy(io.Discard, l.in)
	return false, err
}

// describe does what was saved otherwise than it is needed: the words of texts or, where the
// values are of no use either, everything.
func (l *loader) describe(values, words bool) error {
	x := l.x
	var slots []uint32
	switch {
	case !values:
		for slot, raw := range l.objects {
			if raw != nil {
				slots = append(slots, uint32(slot))
			}
		}
	case words || x.words == nil:
		return nil
	default:
		slots = x.meta.Having(x.config.TextFields)
	}
	return inorder.Run(func() (group []described, err error) {
		if len(slots) == 0 {
			return nil, io.EOF
		}
		group = make([]described, min(len(slots), frameItems))
		for i := range group {
			group[i].slot = slots[i]
		}
		slots = slots[len(group):]
		return group, nil
	}, l.read, func(group *[]described) error {
		for _, d := range *group {
			if !values {
				x.meta.Set(d.slot, d.object)
			}
			if x.words != nil {
				x.words.SetWords(d.slot, d.words)
			}
		}
		x.tell()
		return nil
	})
}

// read reads the JSON of items.
func (l *loader) read(group *[]described) (err error) {
	for i := range *group {
		d := &(*group)[i]
		if d.object, err = metadata.Read(l.objects[d.slot]); err != nil {
			return &hnsw.SavedError{Reason: "has metadata that cannot be read"}
		}
		if l.x.words != nil {
			d.words = lexical.Read(d.object.Text(l.x.config.TextFields))
		}
	}
	return nil
}

type described struct {
	slot   uint32
	object metadata.Object
	words  lexical.Words
}
