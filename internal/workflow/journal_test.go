package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

func openJournal(t testing.TB, name string) *FileJournal {
	t.Helper()
	j, err := OpenJournal(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func entriesOf(t testing.TB, j Journal) []Entry {
	t.Helper()
	var all []Entry
	for e, err := range j.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// TestJournalsKeepWhatTheyAreGiven: the same contract for both kinds.
func TestJournalsKeepWhatTheyAreGiven(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC)
	want := []Entry{
		{Kind: entryStart, Time: at, Execution: "e", Definition: "d", Data: json.RawMessage(`{"a":1}`)},
		{Kind: entryMap, Path: "Load", Time: at, MapRun: "m", Items: "i"},
		{Kind: entryRetry, Path: "Load[1]/Put", Time: at, Retries: []int{0, 2}, Until: at.Add(time.Hour)},
		{Kind: entryFail, Path: "Load[1]", Time: at, Error: "Broken", Cause: "line\nbreak"},
		{Kind: entryExit, Path: "Load", Time: at, Data: json.RawMessage(`[null]`), Next: "Both"},
	}
	name := filepath.Join(t.TempDir(), "journal")
	for _, open := range []func() Journal{
		func() Journal { return &MemoryJournal{} },
		func() Journal { return openJournal(t, name) },
	} {
		j := open()
		for _, e := range want {
			if err := j.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if got := entriesOf(t, j); !reflect.DeepEqual(got, want) {
			t.Errorf("%T\ngot  %v\nwant %v", j, got, want)
		}
	}
	if got := entriesOf(t, openJournal(t, name)); !reflect.DeepEqual(got, want) {
		t.Errorf("opened again\ngot  %v\nwant %v", got, want)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

// TestATornLineIsCutOff: whatever is left of the last line, the entries before it
// stay and the next one is whole.
func TestATornLineIsCutOff(t *testing.T) {
	whole := `{"kind":"exit","path":"A","time":"2026-01-01T00:00:00Z"}` + "\n"
	for _, torn := range []string{"", "{", whole[:20], whole[:len(whole)-1], "\x00\x00\x00", "{\"kind\":\"ex\n", "\x00\n"} {
		name := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(name, []byte(whole+whole+torn), 0o600); err != nil {
			t.Fatal(err)
		}
		j := openJournal(t, name)
		if info, err := os.Stat(name); err != nil || info.Size() != int64(2*len(whole)) {
			t.Errorf("after %q: %d bytes, want %d", torn, info.Size(), 2*len(whole))
		}
		if err := j.Append(t.Context(), Entry{Kind: entryExit, Path: "B"}); err != nil {
			t.Fatal(err)
		}
		if got := entriesOf(t, j); len(got) != 3 || got[2].Path != "B" {
			t.Errorf("after %q: %v", torn, got)
		}
	}
}

// TestADamagedLineIsReported where it is not the last: what follows it counts on it.
func TestADamagedLineIsReported(t *testing.T) {
	whole := `{"kind":"exit","path":"A","time":"2026-01-01T00:00:00Z"}` + "\n"
	for _, damaged := range []string{"{\"kind\":\"Jane Doe\n", "{\"kind\":\"exit\",\"unknown\":1}\n"} {
		name := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(name, []byte(whole+damaged+whole), 0o600); err != nil {
			t.Fatal(err)
		}
		var found error
		for _, err := range openJournal(t, name).Entries(t.Context()) {
			if err != nil {
				found = err
			}
		}
		if found == nil || !strings.Contains(found.Error(), "line 2") || strings.Contains(found.Error(), "Jane") {
			t.Errorf("damaged line: %v", found)
		}
	}
}

// TestAppendsSideBySide all survive, each in one piece.
func TestAppendsSideBySide(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	j := openJournal(t, name)
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			if err := j.Append(context.Background(), Entry{Kind: entryExit, Path: fmt.Sprintf("M[%d]/S", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	paths := map[string]bool{}
	for _, e := range entriesOf(t, openJournal(t, name)) {
		paths[e.Path] = true
	}
	if len(paths) != 200 {
		t.Errorf("%d entries, want 200", len(paths))
	}
}

// TestAnExecutionOnAFileGoesOn in another process.
func TestAnExecutionOnAFileGoesOn(t *testing.T) {
	m := mustParse(t, fmt.Sprintf(pipeline, 0))
	name := filepath.Join(t.TempDir(), "journal")
	l := &ledger{broken: map[string]bool{"Both[0]/A": true, "Both[1]/B1": true}}
	x := Execution{Name: "e", Tasks: l, Input: json.RawMessage(`{"items":[0]}`)}

	first := openJournal(t, name)
	x.Journal = first
	_, err := m.Run(t.Context(), x)
	wantFailure(t, err, "Broken")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	l.broken = nil
	x.Journal = openJournal(t, name)
	if _, err := m.Redrive(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	if l.calls["Load[0]/Put"] != 1 || l.calls["Extract"] != 1 {
		t.Errorf("calls %s", l)
	}
}

// TestADamagedPathIsReported instead of guessed at.
func TestADamagedPathIsReported(t *testing.T) {
	for _, e := range []Entry{
		{Kind: entryExit, Path: "Load/Put"}, {Kind: entryExit, Path: "Load[x]/Put"}, {Kind: entryFail, Path: "Load"}, {Kind: "surprise", Path: "A"},
	} {
		j := &MemoryJournal{entries: []Entry{{Kind: entryStart}, e}}
		if _, err := replay(j.Entries(t.Context())); err == nil {
			t.Errorf("%v was taken", e)
		}
	}
}

func BenchmarkFileJournal(b *testing.B) {
	j := openJournal(b, filepath.Join(b.TempDir(), "journal"))
	e := Entry{Kind: entryExit, Path: "Load[12]/Put", Data: json.RawMessage(`{"segment":"s-0001","loaded":100}`)}
	b.SetParallelism(widest)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := j.Append(b.Context(), e); err != nil {
				b.Error(err)
			}
		}
	})
}
