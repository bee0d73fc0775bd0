package main

import (
	"os"
	"testing"
)

func TestTheDashboardIsWhatThePanelsSay(t *testing.T) {
	want, err := dashboard()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../lakehouse.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not what panels.go says; run: go run ./deploy/grafana/panels", file)
	}
}
