package durable

import "context"

// WriteGeneration writes a generation now, unless nothing has changed since the newest one.
func (x *Index) WriteGeneration(ctx context.Context) (Generation, error) {
	ctx, leave, err := x.enter(ctx)
	if err != nil {
		return Generation{}, err
	}
	defer leave()
	if g, ok := x.ledger.newest(); ok && g.Sequence == x.sequence.Load() {
		return g.Generation, nil
	}
	if err := x.alone(ctx); err != nil {
		return Generation{}, err
	}
	g, err := x.generation(ctx, false)
	if err != nil {
		return Generation{}, err
	}
	x.look() // for the litter
	return g.Generation, nil
}
