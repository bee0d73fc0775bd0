package fleet_test

// resolve finds out what came of an operation without an answer, now that nothing
// is under way: it happened wholly, or not at all.
func (c *crashClient) resolve() {
	l := c.left
	if l == nil {
		return
	}
	c.left = nil
	happened, changes := false, l.key != "" && l.after.objects[l.key] != c.world.objects[l.key]
	for i, name := range l.names {
		p := c.look(name)
		not, was := c.world.picture(name).difference(p), l.after.picture(name).difference(p)
		switch {
		case not != "" && was != "":
			if c.early(l, name, p) {
				return
			}
			c.fail("%s, without an answer: %s is neither as before (%s) nor as after it (%s)", l.what, name, not, was)
			return
		case not == "" && was == "":
			continue
		case changes && happened != (was == ""):
			c.fail("%s, without an answer: done by half, see %s of %v: before it (%s), after it (%s)", l.what, name, l.names[:i+1], not, was)
			return
		}
		happened, changes = was == "", true
		if happened {
			l.after.adopt(name, p)
		}
	}
	if l.key != "" {
		got := c.object(l.key)
		if happened = changes && got == l.after.objects[l.key]; !happened && got != c.world.objects[l.key] {
			c.fail("%s, without an answer: %s is neither as before nor as after it, but %s", l.what, l.key, brief(got))
		}
	}
	c.events.note("%s: had happened: %t", l.what, happened)
	if l.seen && !happened {
		c.fail("%s, without an answer: it was seen and is gone", l.what)
	}
	if happened {
		c.world = l.after
		c.events.count(&c.events.landed)
	}
}

// early tells that of an operation nothing is there but what comes first, and takes
// that over.
func (c *crashClient) early(l *left, name string, p picture) bool {
	if l.early == nil || l.seen {
		return false
	}
	w := c.world.clone()
	l.early(w)
	if w.picture(name).difference(p) != "" {
		return false
	}
	c.events.note("%s: only what comes first had happened", l.what)
	c.world = w
	return true
}
