package durable

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Generation is the whole index in storaged, as it was.
type Generation struct {
	Sequence  uint64 // of the last change that surely is in it
	Bytes     int64
	WrittenAt time.Time
}

// Folder is where the objects of an index lie, with a slash at its end. Whoever puts
// others there gives them keys that are none of this package's; [Drop] takes them along.
func Folder(id string) string { return "vectors/" + id + "/" }

func logKey(id string, first uint64) string { return fmt.Sprintf("%slog/%020d", Folder(id), first) }

func generationKey(id string, sequence uint64) string {
	return fmt.Sprintf("%sgenerations/%020d", Folder(id), sequence)
}

// parseKey tells which of an index's objects it is: the kind is "log", "generations" or
// "", part that it is a part of one.
func parseKey(id, key string) (kind string, number uint64, part bool) {
	rest, _ := strings.CutPrefix(key, Folder(id))
	kind, rest, _ = strings.Cut(rest, "/")
	digits, _, part := strings.Cut(rest, ".")
	number, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || len(digits) != 20 || kind != "generations" && kind != "log" {
		return "", 0, false
	}
	return kind, number, part
}

// logObject is an object of the log.
type logObject struct {
	key         string
	first, last uint64
	size        int64
	etag        string
	damaged     bool     // its first and last are guesses, or it cannot be merged
	alien       error    // why it is another index's, or another release's
	parts       []string // keys, where it is too large for one object
	start       []byte   // what they begin with
}

// keys gives those of all its objects, the first one first: without it the others are
// nothing.
func (o logObject) keys() []string { return append([]string{o.key}, o.parts...) }

// whole is a generation that is kept.
type whole struct {
	Generation
	key   string
	parts []string // keys
	start []byte   // what they begin with
	doubt bool     // it may not be what it should, or not be there
}

// ledger is what is known of an index's objects.
type ledger struct {
	mu          sync.Mutex
	logs        []logObject // in their order, which is that of first
	generations []whole     // in their order
	litter      []string    // keys to be removed
}

// view gives copies.
func (l *ledger) view() (logs []logObject, generations []whole) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.logs), slices.Clone(l.generations)
}

// append notes an object that is behind all others.
func (l *ledger) append(o logObject) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.logs = append(l.logs, o)
}

// replace notes what an object of the log has become. Others that it holds are litter.
func (l *ledger) replace(o logObject) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.logs = slices.DeleteFunc(l.logs, func(other logObject) bool {
		covered := other.first > o.first && other.last <= o.last
		if covered {
			l.litter = append(l.litter, other.keys()...)
		}
		return covered
	})
	if at := slices.IndexFunc(l.logs, func(other logObject) bool { return other.key == o.key }); at >= 0 {
		l.logs[at] = o
	}
}

// keptGenerations is how many there are of an index, the newest and those before.
const keptGenerations = 2

// add notes a generation.
func (l *ledger) add(g whole) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.generations = append(l.generations, g)
	l.trim()
}

// trim makes litter of what is older than the generations that are kept. While there are
// fewer of them the whole log is kept.
func (l *ledger) trim() {
	for len(l.generations) > keptGenerations {
		old := l.generations[0]
		l.litter = append(append(l.litter, old.key), old.parts...)
		l.generations = l.generations[1:]
	}
	upTo := l.needless()
	l.logs = slices.DeleteFunc(l.logs, func(o logObject) bool {
		if o.last <= upTo {
			l.litter = append(l.litter, o.keys()...)
		}
		return o.last <= upTo
	})
}

// only notes that nothing is left of what is older than generations, which are all there are.
func (l *ledger) only(generations []whole) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.generations = slices.Clone(generations)
	l.logs = slices.DeleteFunc(l.logs, func(o logObject) bool { return o.last <= generations[0].Sequence })
}

// needless gives the number up to which the log is in each generation that is kept; 0 while
// there are fewer than there should be.
func (l *ledger) needless() uint64 {
	if len(l.generations) < keptGenerations {
		return 0
	}
	return l.generations[0].Sequence
}

// newest gives the newest generation.
func (l *ledger) newest() (g whole, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.generations) == 0 {
		return whole{}, false
	}
	return l.generations[len(l.generations)-1], true
}

// since lists the log after a generation.
func (l *ledger) since(sequence uint64) (logs []logObject, bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range l.logs {
		if o.last > sequence {
			logs, bytes = append(logs, o), bytes+o.size
		}
	}
	return logs, bytes
}

func (l *ledger) littered() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.litter) > 0
}

// sweep takes the litter, up to so many keys.
func (l *ledger) sweep(most int) (keys []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	most = min(most, len(l.litter))
	keys, l.litter = l.litter[:most:most], l.litter[most:]
	return keys
}

// scatter gives litter back that could not be removed, or adds some.
func (l *ledger) scatter(keys ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.litter = append(l.litter, keys...)
}

// partKey is the key of a part of a generation, or of an object of the log. It is beside the
// generation's and not under it: MinIO lists nothing that lies under the key of an object, and
// a file is no folder.
func partKey(key, nonce string, n int) string {
	return fmt.Sprintf("%s%06d", partPrefix(key, nonce), n)
}

// partPrefix is what the keys of all parts begin with.
func partPrefix(key, nonce string) string { return key + "." + nonce + "-" }
