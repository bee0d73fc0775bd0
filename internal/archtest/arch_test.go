package archtest

import "testing"

func TestArchitecture(t *testing.T) {
	src := load(t)
	rules := []struct {
		name  string
		check func(*testing.T, *source)
	}{
		{"imports go down only", floorsHold},
		{"libraries have one owner", ownersHold},
		{"light binaries stay light", binariesHold},
		{"packages say what they promise", packagesDocumented},
		{"exported names are documented", namesDocumented},
		{"nothing happens at init", noInit},
		{"no state in package variables", noPackageState},
		{"files and functions fit a reader", sizesHold},
		{"the specification can be read", specificationReads},
		{"nothing is left for later", nothingLeft},
		{"the sample configuration is whole", sampleIsWhole},
		{"prose is told once", proseIsToldOnce},
	}
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) { rule.check(t, src) })
	}
}
