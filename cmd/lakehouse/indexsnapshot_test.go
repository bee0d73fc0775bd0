package main

import "testing"

// What is taken out is not found, what is erased takes the snapshots with it, and a
// snapshot brings an index back: each is told before it takes anything away.
func itemsGoAndIndexesComeBack(t *testing.T) {
	write(t, "people.ndjson", people(1, 20))
	for _, c := range []call{
		{"index create herd --dimension 4 --metric l2", 0, nil, nil},
		{"index create light --dimension 4 --no-persist", 0, nil, nil},
		{"index load herd --file people.ndjson", 0, nil, nil},
		{"index alias set cattle herd", 0, nil, nil},

		{"index snapshot list herd --json", 0, []string{"[]\n"}, nil},
		{"index snapshot create cattle monday", 0, []string{"herd: snapshot monday, 20 items, "}, nil},
		{"index snapshot create herd monday", 1, nil, []string{"(here: lakehouse index snapshot drop herd monday) [snapshot_exists]"}},
		{"index snapshot create herd Monday", 1, nil, []string{"[bad_index]"}},
		{"index snapshot create light", 1, nil, []string{"[index_not_persisted]"}},
		{"index snapshot create nobody", 1, nil, []string{"(here: lakehouse index list) [index_not_found]"}},
		{"index snapshot", 2, nil, []string{"index snapshot create NAME"}},

		{"index delete herd c-1 c-2 nobody", 0, []string{"herd: 2 items taken out; 1 of the 3 ids is not there; it holds 18\n"}, nil},
		{`index delete cattle --filter {"n":{"lte":4}}`, 2, nil, []string{"This would take 2 items out of the index cattle.", "--yes"}},
		{`index delete cattle --filter {"n":{"lte":4}} --json --yes`, 0, []string{`"deleted": 2`, `"count": 16`}, nil},
		{"index delete herd", 2, nil, []string{"either by their ids or by --filter"}},
		{`index delete herd c-5 --filter {"n":5}`, 2, nil, []string{"either by their ids or by --filter"}},
		{"index delete herd --filter n=5", 2, nil, []string{"no JSON object"}},
		{`index delete herd --filter {"m":5}`, 1, nil, []string{"city, n, text", "[bad_filter]"}},
		{"index delete nobody c-1", 1, nil, []string{"(here: lakehouse index list) [index_not_found]"}},

		{"index restore herd --snapshot monday --as again", 0, []string{"again is as monday of ", " has it: 20 items\n"}, nil},
		{"index restore herd --snapshot monday --as again", 1, nil, []string{"(here: --as with a name that is free) [index_exists]"}},
		{"index restore herd --snapshot tuesday", 1, nil, []string{`no snapshot "tuesday"`, "(here: lakehouse index snapshot list herd) [snapshot_not_found]"}},
		{"index restore herd", 2, nil, []string{"--snapshot"}},
		{"index restore cattle --snapshot monday", 2, nil, []string{"This would put the snapshot monday, of ", "with 20 items, in place of the index herd with the 16 items that it holds", "--yes"}},
		{"index restore herd --snapshot monday --yes", 0, []string{"herd is as monday of "}, []string{"16 items"}},
		{"search cattle --vector [1,0,0,0] -k 1", 0, []string{"│ c-1 │"}, nil},

		{"index snapshot create herd --json", 0, []string{`"index": "herd"`, `"count": 20`}, nil},
		{"index snapshot drop herd monday", 2, nil, []string{"This would drop the snapshot monday of the index herd with its 20 items", "--yes"}},
		{"__complete index snapshot drop herd mon", 0, []string{"monday\n"}, nil},
		{"__complete index restore herd --snapshot mon", 0, []string{"monday\n"}, nil},

		{"index erase herd c-70 --yes", 2, nil, []string{`This will erase 0 items of 20 ("c-70" is not there) from the index herd`, "monday", "nothing was done", "--absent"}},
		{`index erase herd --filter {"m":5} --yes`, 2, nil, []string{`0 items of 20 (filter: no item has a field "m"; there are city, n, text) from`, "nothing was done"}},
		{"index erase herd c-1 c-70 c-71", 2, nil, []string{`This would erase 1 item of 20 ("c-70" and 1 more are not there) from`}},
		{`index erase herd --filter {"n":{"lte":3}}`, 2, nil, []string{"This would erase 3 items of 20 from the index herd, for good. Its snapshots go with it, whatever they hold: monday, 2", "--yes"}},
		{"index erase herd c-7 c-7 c-8 --yes", 0, []string{"herd: 2 items erased; with them went ", ", and the snapshots monday, 2"}, []string{"This will erase 2 items of 20 from the index herd, for good. Its snap"}},
		{"index snapshot list herd --json", 0, []string{"[]\n"}, nil},
		{"index snapshot create herd again", 0, nil, nil},
		{"index erase herd c-7 --yes --absent", 0, []string{"herd: 0 items erased", ", and the snapshots again"}, nil},
		{`index erase cattle --filter {"n":1} --yes --json`, 0, []string{`"erased": 1`, `"snapshots_removed": []`}, []string{"It has no snapshot."}},
		{"index erase light c-1 --yes", 0, []string{"light: 0 items erased"}, []string{"It is in memory alone."}},
		{"index erase nobody c-1 --yes", 1, nil, []string{"[index_not_found]"}},
		{"search herd --like c-7", 1, nil, []string{"[item_not_found]"}},

		{"index snapshot create herd last", 0, nil, nil},
		{"index drop herd", 2, nil, []string{"only a snapshot could bring it back; what was kept of it stays until 'lakehouse index snapshot drop herd SNAPSHOT' removes it: last. Its aliases go with it: cattle.\n"}},
		{"index drop herd --yes", 0, []string{"herd is dropped; what was kept of it stays until 'lakehouse index snapshot drop herd SNAPSHOT' removes it: last\n"}, nil},
		{"index snapshot list herd", 0, []string{"│ last     │ herd  │    17 │"}, nil},
		{"index restore herd --snapshot last", 0, []string{"herd is as last of "}, []string{"!This would"}},
		{"index snapshot drop herd last --yes", 0, []string{"herd: the snapshot last is dropped\n"}, nil},
		{"index snapshot drop herd last --yes", 1, nil, []string{"[snapshot_not_found]"}},
		{"index drop herd --yes", 0, nil, nil},
		{"index drop again --yes", 0, nil, nil},
		{"index drop light --yes", 0, nil, nil},
	} {
		c.check(t)
	}
}
