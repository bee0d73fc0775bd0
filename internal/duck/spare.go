package duck

// startSpare starts the spare in the background, unless there is one. A spare has
// neither walls nor a task: it waits for the setup that will give it both.
func (p *Pool) startSpare() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.spared || !p.config.Spare {
		return
	}
	p.spared = true
	p.work.Go(func() {
		w, err := p.begin()
		if err != nil {
			p.config.Log.Warn("no spare worker starts; the next job starts its own", "error", err)
		}
		if !p.keepSpare(w) {
			w.dispose()
		}
	})
}

// keepSpare notes the spare that was started, or that none was, and reports false
// where nobody wants it any more.
func (p *Pool) keepSpare(w *process) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w == nil || p.closed {
		p.spared = false
		return w == nil
	}
	p.spare = w
	return true
}

// takeSpare gives the spare, or nil where there is none, and has the next one started.
func (p *Pool) takeSpare() *process {
	p.mu.Lock()
	w := p.spare
	if w != nil {
		p.spare, p.spared = nil, false
	}
	p.mu.Unlock()
	p.startSpare()
	if w != nil && w.gone() {
		w.dispose()
		return nil
	}
	return w
}
